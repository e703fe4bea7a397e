/*===- Allocator.c - the memory service of generated code -------------------===
 *
 * Checks sizes, picks the pool or a mapping, keeps count of live bytes and
 * their peak, and turns exhaustion into a status of the current call. Sizes
 * that are accounted are those really held: slot sizes, whole pages, less what
 * was trimmed. Releasing null, or what is not live, does nothing.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/core/Memory.h"

#include <string.h>

static int64_t live_bytes, peak_bytes;

static void account(int64_t change) {
  int64_t live = __atomic_add_fetch(&live_bytes, change, __ATOMIC_RELAXED);
  int64_t peak = __atomic_load_n(&peak_bytes, __ATOMIC_RELAXED);
  while (live > peak &&
         !__atomic_compare_exchange_n(&peak_bytes, &peak, live, 1,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    ;
}

static void *take(uint64_t bytes, uint64_t alignment, int zero) {
  if (bytes == 0)
    bytes = 1;
  size_t held = 0;
  void *memory = NULL;
  if (bytes <= INT64_MAX) {
    if (bytes < SCRATCH_SMALL_LIMIT && alignment <= 4096) {
      memory = scratch_pool_take(bytes, alignment, &held);
      if (memory && zero)
        memset(memory, 0, bytes);
    }
    if (!memory) /* large, or the pool's range is used up */
      memory = scratch_block_take(bytes, alignment, zero, &held);
  }
  if (!memory) {
    scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                      "allocation: found no memory, expected %llu bytes",
                      (unsigned long long)bytes);
    return NULL;
  }
  account((int64_t)held);
  scratch_temporaries_add(scratch_call_temporaries(), memory);
  return memory;
}

enum { WRITTEN, RESERVED }; /* is all of it going to be written? */

static void *take_array(int64_t count, int64_t bytes, int zero, int use) {
  int64_t total;
  if (count < 0 || bytes < 0 || __builtin_mul_overflow(count, bytes, &total)) {
    scratch_call_fail(
        SCRATCH_OUT_OF_MEMORY,
        "allocation: found %lld elements of %lld bytes, expected at most "
        "%lld bytes in all",
        (long long)count, (long long)bytes, (long long)INT64_MAX);
    return NULL;
  }
  /* Promised all the same, it would kill the process once it is written. */
  if (use == WRITTEN && !scratch_memory_fits(total)) {
    scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                      "allocation: found %lld bytes of memory left, expected "
                      "%lld",
                      (long long)scratch_memory_left(), (long long)total);
    return NULL;
  }
  return take((uint64_t)total, SCRATCH_ALIGNMENT, zero);
}

int scratch_memory_live(const void *memory) {
  return memory && (scratch_pool_held(memory) || scratch_block_held(memory));
}

void *scratch_rt_allocate(int64_t count, int64_t bytes) {
  return take_array(count, bytes, 0, WRITTEN);
}

void *scratch_rt_allocate_zero(int64_t count, int64_t bytes) {
  return take_array(count, bytes, 1, WRITTEN);
}

void *scratch_rt_reserve(int64_t count, int64_t bytes) {
  return take_array(count, bytes, 0, RESERVED);
}

void *scratch_rt_reserve_zero(int64_t count, int64_t bytes) {
  return take_array(count, bytes, 1, RESERVED);
}

void scratch_rt_release(void *memory) {
  if (!memory)
    return;
  scratch_temporaries_remove(scratch_call_temporaries(), memory);
  size_t held = scratch_pool_give(memory);
  if (!held)
    held = scratch_block_give(memory);
  account(-(int64_t)held);
}

void scratch_rt_trim(void *memory, int64_t count, int64_t bytes) {
  int64_t kept;
  if (!memory || count < 0 || bytes < 0 ||
      __builtin_mul_overflow(count, bytes, &kept))
    return;
  account(-(int64_t)scratch_block_trim(memory, (size_t)kept));
}

int64_t scratch_peak_bytes(void) {
  return __atomic_load_n(&peak_bytes, __ATOMIC_RELAXED);
}

void scratch_reset_peak_bytes(void) {
  __atomic_store_n(&peak_bytes, __atomic_load_n(&live_bytes, __ATOMIC_RELAXED),
                   __ATOMIC_RELAXED);
}

void scratch_release_kept(void) { scratch_block_unkeep(); }

void *_mlir_memref_to_llvm_alloc(uint64_t bytes) {
  return take(bytes, SCRATCH_ALIGNMENT, 0);
}

void *_mlir_memref_to_llvm_aligned_alloc(uint64_t alignment, uint64_t bytes) {
  const uint64_t largest = 1u << 30;
  if (alignment == 0 || alignment & (alignment - 1) || alignment > largest) {
    scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                      "allocation: found alignment %llu, expected a power of "
                      "two up to %llu",
                      (unsigned long long)alignment,
                      (unsigned long long)largest);
    return NULL;
  }
  return take(bytes,
              alignment < SCRATCH_ALIGNMENT ? SCRATCH_ALIGNMENT : alignment, 0);
}

void _mlir_memref_to_llvm_free(void *memory) { scratch_rt_release(memory); }
