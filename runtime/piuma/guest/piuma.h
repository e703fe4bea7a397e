/*===- piuma.h - Xpiuma for guest programs in C ----------------------------===*\
 *
 * One inline function per instruction; what each does is in ../isa/README.md. Compile with
 *   clang-22 --target=riscv64-unknown-elf -march=rv64imafd -mabi=lp64d -mcmodel=medany
 *            -mno-relax -ffreestanding -O2
 * and link with start.c, memory.c (and fork.c) of this folder and piuma.ld.
\*===----------------------------------------------------------------------===*/
#ifndef SCRATCH_RUNTIME_PIUMA_GUEST_PIUMA_H
#define SCRATCH_RUNTIME_PIUMA_GUEST_PIUMA_H

#include <stdint.h>

/* What the loader fills in; the program's own copy is the symbol piuma_launch. */
struct piuma_launch_block {
  uint64_t version;   /* 1 */
  uint64_t arguments; /* address of the argument block, or 0 */
  uint64_t heap_next; /* first free byte; allocate with an atomic add */
  uint64_t heap_end;
  uint64_t scratchpad_bytes; /* of a core */
};
extern struct piuma_launch_block piuma_launch;

/* A program defines one of these: */
int64_t piuma_main(void *arguments);   /* entered by every thread (SPMD) */
int64_t piuma_serial(void *arguments); /* entered by one thread; see piuma_fork */

/* Runs function(argument) on every thread, this one included, and returns when all have
 * (only below piuma_serial, never nested). */
void piuma_fork(void (*function)(void *), void *argument);

/* Memory that lives as long as the program; NULL when DRAM is full. Any thread. */
void *piuma_allocate(uint64_t bytes);

#define PIUMA_SCRATCHPAD 0x40000000ul /* this core's */
enum { PIUMA_ALL = 0, PIUMA_CORE = 1, PIUMA_ALL_MTP = 2, PIUMA_CORE_MTP = 3 };

#define PIUMA_ID(name, funct7)                                                           \
  static inline uint64_t name(void) {                                                    \
    uint64_t r;                                                                          \
    __asm__(".insn r 0x0b, 0, " #funct7 ", %0, x0, x0" : "=r"(r));                       \
    return r;                                                                            \
  }
PIUMA_ID(piuma_tid, 0x00)
PIUMA_ID(piuma_nthreads, 0x01)
PIUMA_ID(piuma_core, 0x02)
PIUMA_ID(piuma_ncores, 0x03)
PIUMA_ID(piuma_ltid, 0x04)
PIUMA_ID(piuma_lthreads, 0x05)
PIUMA_ID(piuma_pipe, 0x07) /* 0 MTP, 1 STP */
static inline uint64_t piuma_cycle(void) {
  uint64_t r;
  __asm__ volatile(".insn r 0x0b, 0, 0x06, %0, x0, x0" : "=r"(r));
  return r;
}

static inline void piuma_barrier(uint64_t scope, uint64_t id) {
  __asm__ volatile(".insn r 0x0b, 0, 0x08, x0, %0, %1" ::"r"(scope), "r"(id) : "memory");
}
static inline _Noreturn void piuma_exit(int64_t status) {
  __asm__ volatile(".insn r 0x0b, 0, 0x09, x0, %0, x0" ::"r"(status) : "memory");
  __builtin_unreachable();
}
static inline void piuma_mark(uint64_t phase) {
  __asm__ volatile(".insn r 0x0b, 0, 0x0a, x0, %0, x0" ::"r"(phase) : "memory");
}
static inline void piuma_count(uint64_t tag, uint64_t amount) {
  __asm__ volatile(".insn r 0x0b, 0, 0x0b, x0, %0, %1" ::"r"(tag), "r"(amount));
}

/* --- Remote atomics. Posted ones return nothing. */
#define PIUMA_POSTED(name, type, constraint, funct3, funct7)                             \
  static inline void name(type *p, type v) {                                             \
    __asm__ volatile(".insn r 0x0b, " #funct3 ", " #funct7 ", x0, %0, %1" ::"r"(p),      \
                     constraint(v)                                                       \
                     : "memory");                                                        \
  }
PIUMA_POSTED(piuma_add_i64, int64_t, "r", 1, 0x40)
PIUMA_POSTED(piuma_min_i64, int64_t, "r", 1, 0x41)
PIUMA_POSTED(piuma_max_i64, int64_t, "r", 1, 0x42)
PIUMA_POSTED(piuma_add_i32, int32_t, "r", 1, 0x60)
PIUMA_POSTED(piuma_min_i32, int32_t, "r", 1, 0x61)
PIUMA_POSTED(piuma_max_i32, int32_t, "r", 1, 0x62)
PIUMA_POSTED(piuma_add_f64, double, "f", 2, 0x40)
PIUMA_POSTED(piuma_min_f64, double, "f", 2, 0x41)
PIUMA_POSTED(piuma_max_f64, double, "f", 2, 0x42)
PIUMA_POSTED(piuma_add_f32, float, "f", 3, 0x40)
PIUMA_POSTED(piuma_min_f32, float, "f", 3, 0x41)
PIUMA_POSTED(piuma_max_f32, float, "f", 3, 0x42)

#define PIUMA_FETCH(name, type, funct3, funct7)                                          \
  static inline type name(type *p, type v) {                                             \
    type old;                                                                            \
    __asm__ volatile(".insn r 0x0b, " #funct3 ", " #funct7 ", %0, %1, %2"                \
                     : "=f"(old)                                                         \
                     : "r"(p), "f"(v)                                                    \
                     : "memory");                                                        \
    return old;                                                                          \
  }
PIUMA_FETCH(piuma_fetch_add_f64, double, 2, 0x00)
PIUMA_FETCH(piuma_fetch_min_f64, double, 2, 0x01)
PIUMA_FETCH(piuma_fetch_max_f64, double, 2, 0x02)
PIUMA_FETCH(piuma_fetch_add_f32, float, 3, 0x00)
PIUMA_FETCH(piuma_fetch_min_f32, float, 3, 0x01)
PIUMA_FETCH(piuma_fetch_max_f32, float, 3, 0x02)
static inline int64_t piuma_fetch_add_i64(int64_t *p, int64_t v) {
  return __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST); /* amoadd.d.aqrl */
}

/* The old value; stored when it equalled `expected`. */
static inline int64_t piuma_cas_i64(int64_t *p, int64_t expected, int64_t desired) {
  int64_t old;
  __asm__ volatile(".insn r4 0x0b, 4, 1, %0, %1, %2, %3"
                   : "=r"(old)
                   : "r"(p), "r"(desired), "r"(expected)
                   : "memory");
  return old;
}
static inline int32_t piuma_cas_i32(int32_t *p, int32_t expected, int32_t desired) {
  int64_t old;
  __asm__ volatile(".insn r4 0x0b, 4, 0, %0, %1, %2, %3"
                   : "=r"(old)
                   : "r"(p), "r"((int64_t)desired), "r"((int64_t)expected)
                   : "memory");
  return (int32_t)old;
}

/* --- Uncached access. */
static inline uint64_t piuma_load(const uint64_t *p) {
  uint64_t v;
  __asm__ volatile(".insn i 0x0b, 5, %0, %1, 0" : "=r"(v) : "r"(p) : "memory");
  return v;
}
static inline void piuma_store(uint64_t *p, uint64_t v) {
  __asm__ volatile(".insn s 0x0b, 6, %0, 0(%1)" ::"r"(v), "r"(p) : "memory");
}
static inline void piuma_prefetch(const void *p) {
  __asm__ volatile(".insn i 0x0b, 7, x0, %0, 0" ::"r"(p));
}

/* --- DMA. Each start gives a handle; nothing is there before the wait. */
struct piuma_descriptor {
  uint8_t kind;        /* 1 strided, 2 gather, 3 scatter, 4 scatter-add */
  uint8_t element;     /* scatter-add: 1 i32, 2 i64, 3 f32, 4 f64; otherwise 0 */
  uint8_t index_bytes; /* 4 or 8; strided: 0 */
  uint8_t zero;
  uint32_t element_bytes;
  uint64_t destination, source, index, count;
  int64_t destination_stride, source_stride;
};
static inline uint64_t piuma_copy(void *to, const void *from, uint64_t bytes) {
  uint64_t handle;
  __asm__ volatile(".insn r4 0x2b, 0, 0, %0, %1, %2, %3"
                   : "=r"(handle)
                   : "r"(to), "r"(from), "r"(bytes)
                   : "memory");
  return handle;
}
static inline uint64_t piuma_fill(void *to, uint64_t pattern, uint64_t bytes) {
  uint64_t handle;
  __asm__ volatile(".insn r4 0x2b, 0, 1, %0, %1, %2, %3"
                   : "=r"(handle)
                   : "r"(to), "r"(pattern), "r"(bytes)
                   : "memory");
  return handle;
}
static inline uint64_t piuma_transfer(const struct piuma_descriptor *d) {
  uint64_t handle;
  __asm__ volatile(".insn r 0x2b, 1, 0x00, %0, %1, x0" : "=r"(handle) : "r"(d) : "memory");
  return handle;
}
static inline void piuma_wait(uint64_t handle) { /* 0: all of this thread's */
  __asm__ volatile(".insn r 0x2b, 2, 0x00, x0, %0, x0" ::"r"(handle) : "memory");
}
static inline uint64_t piuma_test(uint64_t handle) {
  uint64_t done;
  __asm__ volatile(".insn r 0x2b, 2, 0x01, %0, %1, x0" : "=r"(done) : "r"(handle) : "memory");
  return done;
}

/* --- Queues: 32 bytes of header, then `capacity` values of 8 bytes, 8-byte aligned. */
struct piuma_queue {
  uint64_t capacity, head, tail, closed;
  uint64_t values[];
};
#define PIUMA_EMPTY (~(uint64_t)0)
static inline void piuma_queue_init(struct piuma_queue *q, uint64_t capacity) {
  __asm__ volatile(".insn r 0x2b, 3, 0x04, x0, %0, %1" ::"r"(q), "r"(capacity) : "memory");
}
static inline void piuma_queue_close(struct piuma_queue *q) {
  __asm__ volatile(".insn r 0x2b, 3, 0x05, x0, %0, x0" ::"r"(q) : "memory");
}
static inline void piuma_push(struct piuma_queue *q, uint64_t v) {
  __asm__ volatile(".insn r 0x2b, 3, 0x00, x0, %0, %1" ::"r"(q), "r"(v) : "memory");
}
static inline uint64_t piuma_pop(struct piuma_queue *q) { /* PIUMA_EMPTY once closed */
  uint64_t v;
  __asm__ volatile(".insn r 0x2b, 3, 0x01, %0, %1, x0" : "=r"(v) : "r"(q) : "memory");
  return v;
}
static inline uint64_t piuma_try_push(struct piuma_queue *q, uint64_t v) {
  uint64_t done;
  __asm__ volatile(".insn r 0x2b, 3, 0x02, %0, %1, %2"
                   : "=r"(done)
                   : "r"(q), "r"(v)
                   : "memory");
  return done;
}
static inline uint64_t piuma_try_pop(struct piuma_queue *q) {
  uint64_t v;
  __asm__ volatile(".insn r 0x2b, 3, 0x03, %0, %1, x0" : "=r"(v) : "r"(q) : "memory");
  return v;
}

/* --- Collectives: every thread of the scope calls, every one gets the result. */
#define PIUMA_COLLECTIVE(name, type, constraint, funct7)                                 \
  static inline type name(uint64_t scope, type v) {                                      \
    type r;                                                                              \
    __asm__ volatile(".insn r 0x2b, 4, " #funct7 ", %0, %1, %2"                          \
                     : "=" constraint(r)                                                 \
                     : "r"(scope), constraint(v)                                         \
                     : "memory");                                                        \
    return r;                                                                            \
  }
PIUMA_COLLECTIVE(piuma_sum_i64, int64_t, "r", 0x00)
PIUMA_COLLECTIVE(piuma_least_i64, int64_t, "r", 0x01)
PIUMA_COLLECTIVE(piuma_most_i64, int64_t, "r", 0x02)
PIUMA_COLLECTIVE(piuma_or_i64, int64_t, "r", 0x03)
PIUMA_COLLECTIVE(piuma_and_i64, int64_t, "r", 0x04)
PIUMA_COLLECTIVE(piuma_scan_i64, int64_t, "r", 0x08) /* exclusive prefix sum */
PIUMA_COLLECTIVE(piuma_broadcast_i64, int64_t, "r", 0x09) /* the lowest thread's */
PIUMA_COLLECTIVE(piuma_sum_f64, double, "f", 0x10)
PIUMA_COLLECTIVE(piuma_least_f64, double, "f", 0x11)
PIUMA_COLLECTIVE(piuma_most_f64, double, "f", 0x12)

/* Host mathematics: the C library's bits. HostFunctions.def numbers the functions. */
static inline double piuma_call_f64(uint64_t function, double a, double b) {
  double r;
  __asm__(".insn r4 0x0b, 4, 2, %0, %1, %2, %3" : "=f"(r) : "f"(a), "f"(b), "r"(function));
  return r;
}
static inline float piuma_call_f32(uint64_t function, float a, float b) {
  float r;
  __asm__(".insn r4 0x0b, 4, 3, %0, %1, %2, %3" : "=f"(r) : "f"(a), "f"(b), "r"(function));
  return r;
}

#endif /* SCRATCH_RUNTIME_PIUMA_GUEST_PIUMA_H */
