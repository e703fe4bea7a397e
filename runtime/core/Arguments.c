/*===- Arguments.c - the slots of a call: inputs checked, results handed out
 * -===
 *
 * Generated code trusts what these functions let through, so every field that
 * it relies on is checked here against what the kernel was compiled for. Texts
 * count arguments from 1.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/core/Memory.h"

#include <string.h>

static const char *format_text(uint32_t format) {
  switch (format) {
#define SCRATCH_FORMAT(name, value, text)                                      \
  case value:                                                                  \
    return text;
#include "runtime/abi/Formats.def"
  }
  return "unknown format";
}

static const char *element_text(uint32_t element) {
  switch (element) {
#define SCRATCH_ELEMENT(name, value, bytes, mlir)                              \
  case value:                                                                  \
    return mlir;
#include "runtime/abi/Elements.def"
  }
  return "unknown element";
}

/* The tensor that a slot points to, remembered as one; null and a status if
 * the slot does not exist or is empty. */
static scratch_tensor *slot_tensor(scratch_arguments *block, uint32_t slot) {
  if (!block || block->version != SCRATCH_ABI_VERSION)
    return NULL; /* reported on enter */
  if (slot >= block->count || slot >= SCRATCH_CALL_SLOTS) {
    scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                      "argument %u: found a block of %u slots, expected %u "
                      "slots (at most %d)",
                      slot + 1, block->count, slot + 1, SCRATCH_CALL_SLOTS);
    return NULL;
  }
  scratch_tensor *tensor = ((scratch_slot *)(block + 1))[slot].result;
  if (!tensor) {
    scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                      "argument %u: found null, expected a tensor", slot + 1);
    return NULL;
  }
  scratch_call_current()->tensor_slots[slot / 64] |= 1ull << (slot % 64);
  return tensor;
}

static int fail_text(int32_t status, uint32_t slot, const char *what,
                     const char *found, const char *expected) {
  scratch_call_fail(status, "argument %u: found %s %s, expected %s", slot + 1,
                    what, found, expected);
  return 0;
}

static int fail_number(int32_t status, uint32_t slot, const char *what,
                       int64_t found, int64_t expected) {
  scratch_call_fail(status, "argument %u: found %s %lld, expected %lld", slot + 1,
                    what, (long long)found, (long long)expected);
  return 0;
}

static int has_type(const scratch_tensor *t, uint32_t slot, uint32_t format,
                    uint32_t element, uint32_t position_bits,
                    uint32_t coordinate_bits, uint32_t ordered, uint32_t rank) {
  if (t->version != SCRATCH_ABI_VERSION)
    return fail_number(SCRATCH_VERSION_MISMATCH, slot, "tensor version",
                       t->version, SCRATCH_ABI_VERSION);
  if (t->format != format)
    return fail_text(SCRATCH_TYPE_MISMATCH, slot, "format",
                     format_text(t->format), format_text(format));
  if (t->element != element)
    return fail_text(SCRATCH_TYPE_MISMATCH, slot, "element",
                     element_text(t->element), element_text(element));
  if (t->rank != rank)
    return fail_number(SCRATCH_TYPE_MISMATCH, slot, "rank", t->rank, rank);
  if (format != SCRATCH_FORMAT_DENSE) {
    if (t->position_bits != position_bits)
      return fail_number(SCRATCH_TYPE_MISMATCH, slot, "position bits",
                         t->position_bits, position_bits);
    if (t->coordinate_bits != coordinate_bits)
      return fail_number(SCRATCH_TYPE_MISMATCH, slot, "coordinate bits",
                         t->coordinate_bits, coordinate_bits);
    if (ordered && t->flags & SCRATCH_TENSOR_UNORDERED)
      return fail_text(SCRATCH_TYPE_MISMATCH, slot, "coordinates", "unordered",
                       "ordered");
  }
  return 1;
}

static int has_buffers(const scratch_tensor *t, uint32_t slot) {
  for (uint32_t d = 0; d < t->rank; ++d)
    if (t->shape[d] < 0) {
      scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                        "argument %u: found extent %lld in dimension %u, "
                        "expected at least 0",
                        slot + 1, (long long)t->shape[d], d);
      return 0;
    }
  if (t->nnz < 0) {
    scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                      "argument %u: found %lld entries, expected at least 0",
                      slot + 1, (long long)t->nnz);
    return 0;
  }
  int sparse = t->format != SCRATCH_FORMAT_DENSE;
  if (sparse && !t->positions)
    return fail_text(SCRATCH_INVALID_ARGUMENT, slot, "positions", "null",
                     "a buffer");
  if (sparse && t->nnz && !t->coordinates)
    return fail_text(SCRATCH_INVALID_ARGUMENT, slot, "coordinates", "null",
                     "a buffer");
  if (t->nnz && !t->values)
    return fail_text(SCRATCH_INVALID_ARGUMENT, slot, "values", "null",
                     "a buffer");
  return 1;
}

const scratch_tensor *scratch_rt_input(scratch_arguments *block, uint32_t slot,
                                       uint32_t format, uint32_t element,
                                       uint32_t position_bits,
                                       uint32_t coordinate_bits,
                                       uint32_t ordered, uint32_t rank) {
  const scratch_tensor *tensor = slot_tensor(block, slot);
  return tensor &&
                 has_type(tensor, slot, format, element, position_bits,
                          coordinate_bits, ordered, rank) &&
                 has_buffers(tensor, slot)
             ? tensor
             : NULL;
}

void scratch_rt_check_extent(const scratch_tensor *tensor, uint32_t slot,
                             uint32_t dimension, int64_t expected) {
  if (!tensor) /* reported where the input was asked for */
    return;
  int64_t found = dimension < tensor->rank ? tensor->shape[dimension] : -1;
  if (found != expected)
    scratch_call_fail(SCRATCH_SHAPE_MISMATCH,
                      "argument %u: found extent %lld in dimension %u, "
                      "expected %lld",
                      slot + 1, (long long)found, dimension, (long long)expected);
}

scratch_tensor *scratch_rt_result(scratch_arguments *block, uint32_t slot,
                                  uint32_t format, uint32_t element,
                                  uint32_t position_bits,
                                  uint32_t coordinate_bits, uint32_t unordered,
                                  uint32_t rank) {
  scratch_tensor *tensor = slot_tensor(block, slot);
  if (!tensor)
    return NULL;
  int sparse = format != SCRATCH_FORMAT_DENSE;
  memset(tensor, 0, sizeof *tensor);
  tensor->version = SCRATCH_ABI_VERSION;
  tensor->flags =
      SCRATCH_TENSOR_OWNED | (unordered ? SCRATCH_TENSOR_UNORDERED : 0);
  tensor->format = (uint8_t)format;
  tensor->element = (uint8_t)element;
  tensor->position_bits = (uint8_t)(sparse ? position_bits : 0);
  tensor->coordinate_bits = (uint8_t)(sparse ? coordinate_bits : 0);
  tensor->rank = rank;
  scratch_call_current()->result_slots[slot / 64] |= 1ull << (slot % 64);
  return tensor;
}

/* Does a tensor that this call has met already hold the buffer? */
static int is_held(scratch_arguments *block, const void *memory) {
  const scratch_call *call = scratch_call_current();
  const scratch_slot *slots = (const scratch_slot *)(block + 1);
  for (uint32_t slot = 0; slot < block->count && slot < SCRATCH_CALL_SLOTS;
       ++slot) {
    if (!(call->tensor_slots[slot / 64] >> (slot % 64) & 1))
      continue;
    const scratch_tensor *t = slots[slot].input;
    if (t->positions == memory || t->coordinates == memory ||
        t->values == memory)
      return 1;
  }
  return 0;
}

void *scratch_rt_adopt(scratch_arguments *block, void *memory, int64_t count,
                       int64_t bytes) {
  int own = scratch_memory_live(memory) && !(block && is_held(block, memory));
  if (*scratch_rt_status() != SCRATCH_OK) {
    if (own)
      scratch_rt_release(memory);
    return NULL;
  }
  if (own && scratch_call_keep(memory))
    return memory;
  if (!memory && count != 0) {
    scratch_call_fail(SCRATCH_INVALID_ARGUMENT,
                      "result buffer: found null, expected %lld elements",
                      (long long)count);
    return NULL;
  }
  void *copy = scratch_rt_allocate(count, bytes);
  if (copy && count)
    memcpy(copy, memory, (size_t)(count * bytes));
  scratch_call_keep(copy);
  return copy;
}
