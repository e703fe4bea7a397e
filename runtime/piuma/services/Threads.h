/*===- Threads.h - what guest code asks the machine for ---------------------===
 *
 * The few instructions of Xpiuma that services need, as functions. Encodings:
 * runtime/piuma/isa/Instructions.def; a test disassembles the guest's objects
 * and compares.
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_PIUMA_SERVICES_THREADS_H
#define SCRATCH_PIUMA_SERVICES_THREADS_H

#include <stdint.h>

static inline uint64_t piuma_thread(void) {
  uint64_t number;
  __asm__(".insn r 0x0b, 0, 0x00, %0, x0, x0" : "=r"(number));
  return number;
}

/* All threads of the machine; `number` tells apart barriers of other purposes. */
static inline void piuma_barrier(uint64_t number) {
  __asm__ volatile(".insn r 0x0b, 0, 0x08, x0, %0, %1"
                   :
                   : "r"(0ul), "r"(number)
                   : "memory");
}

__attribute__((noreturn)) static inline void piuma_exit(uint64_t code) {
  __asm__ volatile(".insn r 0x0b, 0, 0x09, x0, %0, x0" : : "r"(code) : "memory");
  __builtin_unreachable();
}

static inline uint64_t piuma_copy(void *target, const void *source,
                                  uint64_t bytes) {
  uint64_t handle;
  __asm__ volatile(".insn r4 0x2b, 0, 0, %0, %1, %2, %3"
                   : "=r"(handle)
                   : "r"(target), "r"(source), "r"(bytes)
                   : "memory");
  return handle;
}

static inline void piuma_wait(uint64_t handle) {
  __asm__ volatile(".insn r 0x2b, 2, 0x00, x0, %0, x0" : : "r"(handle) : "memory");
}

#endif /* SCRATCH_PIUMA_SERVICES_THREADS_H */
