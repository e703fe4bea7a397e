/*===- Memory.c - the guest's heap and the memory functions -------------------===
 *
 * A heap that only grows: one atomic add per allocation, from any thread. Memory
 * is fresh, hence zero. A word before each allocation tells its own from the
 * caller's memory.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/piuma/services/Launch.h"

#include <stddef.h>

piuma_launch_block piuma_launch = {0, 0, 0, 0};

enum { ALIGNMENT = 64 };
static const uint64_t live_mark = 0x5343524154434821ull;

static void *take(uint64_t bytes) {
  uint64_t whole = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
  uint64_t at = __atomic_fetch_add(&piuma_launch.heap_next, whole, __ATOMIC_RELAXED);
  if (whole < bytes || at > piuma_launch.heap_end ||
      whole > piuma_launch.heap_end - at)
    return NULL;
  uint64_t memory = (at + 2 * ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (memory + bytes > piuma_launch.heap_end)
    return NULL;
  ((uint64_t *)memory)[-1] = live_mark;
  return (void *)memory;
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
      !__builtin_mul_overflow((uint64_t)count, (uint64_t)bytes, &total) &&
      total < piuma_launch.heap_end)
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

/*===- The functions that compilers call unasked ------------------------------*/

void *memset(void *target, int value, size_t bytes) {
  unsigned char *at = target, *end = at + bytes;
  uint64_t word = 0x0101010101010101ull * (unsigned char)value;
  while (at != end && (uint64_t)at % 8)
    *at++ = (unsigned char)value;
  for (; (size_t)(end - at) >= 8; at += 8)
    *(uint64_t *)at = word;
  while (at != end)
    *at++ = (unsigned char)value;
  return target;
}

void *memmove(void *target, const void *source, size_t bytes) {
  unsigned char *to = target;
  const unsigned char *from = source;
  if (to <= from || to >= from + bytes) {
    if (((uint64_t)to | (uint64_t)from) % 8 == 0)
      for (; bytes >= 8; bytes -= 8, to += 8, from += 8)
        *(uint64_t *)to = *(const uint64_t *)from;
    while (bytes--)
      *to++ = *from++;
  } else {
    while (bytes--)
      to[bytes] = from[bytes];
  }
  return target;
}

void *memcpy(void *restrict target, const void *restrict source, size_t bytes) {
  return memmove(target, source, bytes);
}
