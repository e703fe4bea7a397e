/*===- Memory.c - buffers of generated code -----------------------------------===
 *
 * Taken from the guest's heap, which only grows; its memory is fresh, hence zero.
 * A word before each allocation tells its own from the caller's memory.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/piuma/guest/piuma.h"

#include <stddef.h>

enum { ALIGNMENT = 64 };
static const uint64_t live_mark = 0x5343524154434821ull;

static void *take(uint64_t bytes) {
  char *piece = bytes + ALIGNMENT < bytes ? NULL : piuma_allocate(bytes + ALIGNMENT);
  if (!piece)
    return NULL;
  uint64_t *memory = (uint64_t *)(piece + ALIGNMENT);
  memory[-1] = live_mark;
  return memory;
}

int scratch_memory_live(const void *memory) {
  uint64_t at = (uint64_t)memory;
  return memory && at % ALIGNMENT == 0 && at < piuma_launch.heap_end &&
         ((const uint64_t *)memory)[-1] == live_mark;
}

void *scratch_rt_allocate(int64_t count, int64_t bytes) {
  uint64_t total;
  void *memory = NULL;
  if (count >= 0 && bytes >= 0 &&
      !__builtin_mul_overflow((uint64_t)count, (uint64_t)bytes, &total))
    memory = take(total);
  if (!memory)
    scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                      "simulated memory: found no room for %lld elements of %lld bytes",
                      (long long)count, (long long)bytes);
  return memory;
}

void *scratch_rt_allocate_zero(int64_t count, int64_t bytes) {
  return scratch_rt_allocate(count, bytes);
}

/* No page is ever written unasked, but the heap is all there is. */
void *scratch_rt_reserve(int64_t count, int64_t bytes) {
  return scratch_rt_allocate(count, bytes);
}

void *scratch_rt_reserve_zero(int64_t count, int64_t bytes) {
  return scratch_rt_allocate(count, bytes);
}

void scratch_rt_release(void *memory) { (void)memory; }

void scratch_rt_trim(void *memory, int64_t count, int64_t bytes) {
  (void)memory;
  (void)count;
  (void)bytes;
}

void *_mlir_memref_to_llvm_alloc(uint64_t bytes) {
  return scratch_rt_allocate((int64_t)bytes, 1);
}
void *_mlir_memref_to_llvm_aligned_alloc(uint64_t alignment, uint64_t bytes) {
  (void)alignment;
  return scratch_rt_allocate((int64_t)bytes, 1);
}
void _mlir_memref_to_llvm_free(void *memory) { (void)memory; }
