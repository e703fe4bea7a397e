/*===- memory.c - Allocation and the block functions compilers call --------===*/
#include "piuma.h"

#include <stddef.h>

void *piuma_allocate(uint64_t bytes) {
  uint64_t size = (bytes + 63) & ~(uint64_t)63;
  if (size < bytes || size > piuma_launch.heap_end)
    return NULL;
  /* Relaxed: an allocation orders nothing else between threads. */
  uint64_t at = __atomic_fetch_add(&piuma_launch.heap_next, size, __ATOMIC_RELAXED);
  if (at + size > piuma_launch.heap_end) {
    piuma_add_i64((int64_t *)&piuma_launch.heap_next, -(int64_t)size);
    return NULL;
  }
  return (void *)at;
}

/* The arena is given back whole, when the program ends. */
void *malloc(size_t bytes) { return piuma_allocate(bytes); }
void free(void *p) { (void)p; }

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
  char *out = to;
  const char *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 7) == 0)
    for (; n >= 8; n -= 8, out += 8, in += 8)
      *(uint64_t *)out = *(const uint64_t *)in;
  for (; n; --n)
    *out++ = *in++;
  return to;
}

void *memmove(void *to, const void *from, size_t n) {
  char *out = to;
  const char *in = from;
  if (out <= in || out >= in + n)
    return memcpy(to, from, n);
  while (n--)
    out[n] = in[n];
  return to;
}

void *memset(void *to, int value, size_t n) {
  char *out = to;
  uint64_t pattern = 0x0101010101010101ul * (unsigned char)value;
  for (; n && ((uintptr_t)out & 7); --n)
    *out++ = (char)value;
  for (; n >= 8; n -= 8, out += 8)
    *(uint64_t *)out = pattern;
  for (; n; --n)
    *out++ = (char)value;
  return to;
}
