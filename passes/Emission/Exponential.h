//===- Exponential.h - powers and logarithms of two by polynomial -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_EXPONENTIAL_H
#define SCRATCH_PASSES_EMISSION_EXPONENTIAL_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// How near, and with which instructions.
struct Exp2Options {
  /// Largest errors: 1 ulp; 2 ulp, which takes fewer instructions where AVX-512 may be
  /// used; 2^-18 relative, for what is rounded to bf16.
  enum class Error { OneUlp, TwoUlps, Rough };
  Error error = Error::OneUlp;
  /// AVX-512 may be used, for vectors of 16.
  bool avx512 = false;
};

/// 2^x of f32 or a vector of f32, x <= 127: as near as asked to the exact value for
/// x >= -126; below, and for minus infinity, 0 to within 2^-126. NaN
/// gives NaN.
mlir::Value emitExp2(LoopBuilder &b, mlir::Value x, Exp2Options options = {});

/// log2(x) of f32, x a positive normal number or infinity: absolute error below
/// 2^-22, and relative below 2^-22 away from 1. NaN gives NaN.
mlir::Value emitLog2(LoopBuilder &b, mlir::Value x);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_EXPONENTIAL_H
