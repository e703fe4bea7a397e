//===- HostFloat.h - Round-to-nearest-even on the host's FPU ---------------===//
//
// The fast half of floating point: SSE2 arithmetic rounds to nearest even like RISC-V and
// raises the same flags (underflow after rounding too). What differs is mended here: NaN
// results are canonical. Flags collect in MXCSR; `takeFlags` moves them out.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_HOSTFLOAT_H
#define SCRATCH_RUNTIME_PIUMA_SIM_HOSTFLOAT_H

#include "runtime/piuma/sim/SoftFloat.h"

#include <bit>
#include <cmath>
#include <xmmintrin.h>

namespace scratch::piuma::host {

constexpr unsigned kMxcsr = 0x1f80; // all exceptions masked, round to nearest even

inline float value(uint32_t bits) { return std::bit_cast<float>(bits); }
inline double value(uint64_t bits) { return std::bit_cast<double>(bits); }
inline uint32_t bitsOf(float v) {
  return v != v ? soft::F32::kNan : std::bit_cast<uint32_t>(v);
}
inline uint64_t bitsOf(double v) {
  return v != v ? soft::F64::kNan : std::bit_cast<uint64_t>(v);
}

/// Flags since the last call, as in fflags.
inline uint8_t takeFlags() {
  unsigned mxcsr = _mm_getcsr();
  if (!(mxcsr & 0x3f))
    return 0;
  _mm_setcsr(kMxcsr);
  return uint8_t((mxcsr & 1) << 4 | (mxcsr >> 2 & 1) << 3 | (mxcsr >> 3 & 1) << 2 |
                 (mxcsr >> 4 & 1) << 1 | (mxcsr >> 5 & 1));
}

/// Fused multiply-add where the host has the instruction; a result that is a NaN (or no
/// instruction) is left to the soft path, because hosts differ in how they flag
/// 0 * infinity + NaN.
bool fma(double a, double b, double c, double &result);
bool fma(float a, float b, float c, float &result);

/// A sum that leaves the flags as they were.
template <class F> soft::Bits<F> addQuiet(soft::Bits<F> a, soft::Bits<F> b) {
  unsigned before = _mm_getcsr();
  soft::Bits<F> sum = bitsOf(value(a) + value(b));
  if (_mm_getcsr() != before)
    _mm_setcsr(before);
  return sum;
}

} // namespace scratch::piuma::host

#endif // SCRATCH_RUNTIME_PIUMA_SIM_HOSTFLOAT_H
