/* The rates of multiply-adds that registers alone reach, in the widest vectors that
 * this file is compiled for (-march=native): of f32, and of pairs of bf16 where the
 * machine has an instruction for them. Twelve sums are in flight. The functions answer
 * how many operations a step has; the caller measures the time. */
#include <immintrin.h>

#ifdef __AVX512F__
typedef __m512 vector;
enum { LANES = 16 };
#define SPREAD _mm512_set1_ps
#else
typedef __m256 vector;
enum { LANES = 8 };
#define SPREAD _mm256_set1_ps
#endif

#define TWELVE(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#define START(k) vector sum##k = SPREAD(1e-3f);
#define MULTIPLY_ADD(k) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+v"(sum##k) : "v"(a));
#define MULTIPLY_PAIRS(k) __asm__ volatile("vdpbf16ps %1, %1, %0" : "+v"(sum##k) : "v"(a));

long peak_f32(long steps) {
  vector a = SPREAD(0.01f);
  TWELVE(START)
  for (long i = 0; i < steps; ++i) {
    TWELVE(MULTIPLY_ADD)
  }
  return 2 * 12 * LANES;
}

long peak_bf16(long steps) {
#ifdef __AVX512BF16__
  vector a = SPREAD(0.01f);
  TWELVE(START)
  for (long i = 0; i < steps; ++i) {
    TWELVE(MULTIPLY_PAIRS)
  }
  return 4 * 12 * LANES;
#else
  return peak_f32(steps);
#endif
}
