//===- Exponential.cpp - powers and logarithms of two by polynomial -------===//
//
// Scalars and vectors alike, no library call: arithmetic that every target has, or
// what AVX-512 has for the purpose.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/Exponential.h"

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

#include <cmath>

using namespace mlir;
using namespace scratch;

namespace {
/// Constants and operations on f32 or on vectors of it.
struct Reals {
  LoopBuilder &b;
  Type type;

  Type integers() const {
    if (auto vector = dyn_cast<VectorType>(type))
      return vector.clone(b.getI32Type());
    return b.getI32Type();
  }
  Value constant(Type of, TypedAttr value) const {
    if (auto vector = dyn_cast<VectorType>(of))
      return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, Attribute(value)));
    return arith::ConstantOp::create(b, value);
  }
  Value real(double value) const { return constant(type, b.getF32FloatAttr(value)); }
  Value integer(int32_t value) const { return constant(integers(), b.getI32IntegerAttr(value)); }
  Value fma(Value x, Value y, Value z) const {
    if (isa<VectorType>(type))
      return vector::FMAOp::create(b, x, y, z);
    return math::FmaOp::create(b, x, y, z);
  }
  /// Coefficients from the constant term on.
  Value polynomial(Value x, ArrayRef<double> coefficients) const {
    Value sum = real(coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      sum = fma(sum, x, real(coefficient));
    return sum;
  }
};
} // namespace

/// 2^f, f in [-1/2, 1/2]: minimax polynomials. Errors besides those of their steps are
/// 1.9e-9, 9.2e-8 (1.1 ulp; 1.8 with those of the steps) and 2.8e-6.
static Value powerOfFraction(const Reals &r, Value f, Exp2Options::Error error) {
  static constexpr double kPower[] = {1.0,
                                      0.6931471824645996,
                                      0.24022646248340607,
                                      0.05550328642129898,
                                      0.009618489071726799,
                                      0.0013399930903688073,
                                      0.0001534581242594868};
  static constexpr double kTwoUlps[] = {1.0,
                                        0.693146828744099,
                                        0.2402223692342949,
                                        0.055508917806401215,
                                        0.009671768135349194,
                                        0.0013225655838307372};
  static constexpr double kRough[] = {1.0, 0.6931241932602155, 0.24024098615714246,
                                      0.05590642593834177, 0.009582853235590778};
  switch (error) {
  case Exp2Options::Error::OneUlp:
    return r.polynomial(f, kPower);
  case Exp2Options::Error::TwoUlps:
    return r.polynomial(f, kTwoUlps);
  case Exp2Options::Error::Rough:
    return r.polynomial(f, kRough);
  }
  llvm_unreachable("all errors are named");
}

/// power * 2^floor(exponent), which takes care of what is below the least number: 2^-inf
/// is 0 even where the power is NaN.
static Value scale(LoopBuilder &b, Value power, Value exponent) {
  Value all = b.integer(-1, b.getIntegerType(16)), asSet = b.integer(4, b.getI32Type());
  // Upstream's operands are the intrinsic's: number, exponent, what masked lanes hold
  // (MLIR 22 names them src, a and b).
  return x86vector::MaskScaleFOp::create(b, power.getType(), power, exponent, power, all, asSet);
}

/// Rounding and scaling are one instruction each.
static Value exp2ByScaling(const Reals &r, Value x, Exp2Options::Error error) {
  Value whole = math::RoundEvenOp::create(r.b, x);
  Value power = powerOfFraction(r, arith::SubFOp::create(r.b, x, whole), error);
  return scale(r.b, power, whole);
}

/// 2^x = 2^floor(n) * 2^(n - floor(n)) * 2^(x - n), n the nearest multiple of 1/32: the
/// second factor is looked up in two registers, the third a parabola whose relative error is
/// 5.4e-8. Ten instructions of ports 0 and 5 on Intel instead of twelve.
static Value exp2ByTable(const Reals &r, Value x) {
  constexpr int64_t kSteps = 32;
  static constexpr double kLinear = 0.6931573435167552, kSquare = 0.2402268982136562;
  LoopBuilder &b = r.b;
  SmallVector<float> powers;
  for (int64_t step = 0; step < kSteps; ++step)
    powers.push_back(static_cast<float>(std::exp2(double(step) / kSteps)));
  auto type = VectorType::get({kSteps}, b.getF32Type());
  Value table =
      arith::ConstantOp::create(b, DenseElementsAttr::get(type, ArrayRef<float>(powers)));
  // Adding 1.5 * 2^23 / 32 rounds to a multiple of 1/32, counted in the low bits.
  Value magic = r.real(393216.0), shifted = arith::AddFOp::create(b, x, magic);
  Value near = arith::SubFOp::create(b, shifted, magic);
  Value rest = arith::SubFOp::create(b, x, near);
  Value power =
      TakeLanesOp::create(b, r.type, table, arith::BitcastOp::create(b, r.integers(), shifted));
  Value slope = r.fma(r.real(kSquare), rest, r.real(kLinear));
  return scale(b, r.fma(arith::MulFOp::create(b, power, rest), slope, power), near);
}

Value scratch::emitExp2(LoopBuilder &b, Value x, Exp2Options options) {
  using Error = Exp2Options::Error;
  Reals r{b, x.getType()};
  if (options.avx512)
    return options.error == Error::TwoUlps ? exp2ByTable(r, x) : exp2ByScaling(r, x, options.error);
  // `-127 > x ? -127 : x`, which keeps NaN.
  Value least = r.real(-127.0);
  Value below = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT, least, x);
  x = arith::SelectOp::create(b, below, least, x);
  // Adding 1.5 * 2^23 rounds to an integer, which is left in the low bits.
  Value magic = r.real(12582912.0);
  Value shifted = arith::AddFOp::create(b, x, magic);
  Value fraction = arith::SubFOp::create(b, x, arith::SubFOp::create(b, shifted, magic));
  Value bits = arith::BitcastOp::create(b, r.integers(), shifted);
  bits = arith::ShLIOp::create(b, bits, r.integer(23));
  bits = arith::AddIOp::create(b, bits, r.integer(127 << 23));
  Value power = arith::BitcastOp::create(b, r.type, bits);
  return arith::MulFOp::create(b, powerOfFraction(r, fraction, options.error), power);
}

Value scratch::emitLog2(LoopBuilder &b, Value x) {
  Reals r{b, x.getType()};
  // x = 2^e * m with m in [1/sqrt(2), sqrt(2)); t = (m - 1) / (m + 1);
  // log2(m) = 2 / ln(2) * (t + t^3 / 3 + t^5 / 5 + ...), |t| < 0.172.
  static constexpr double kSeries[] = {2.8853900817779268, 0.9617966939259756,
                                       0.5770780163555854, 0.4121985831111324,
                                       0.3205988979753252};
  constexpr int32_t kHalfRoot = 0x3f3504f3; // 1/sqrt(2)
  Value bits = arith::BitcastOp::create(b, r.integers(), x);
  Value above = arith::SubIOp::create(b, bits, r.integer(kHalfRoot));
  Value exponent = arith::ShRSIOp::create(b, above, r.integer(23));
  Value mantissa = arith::SubIOp::create(
      b, bits, arith::ShLIOp::create(b, exponent, r.integer(23)));
  Value m = arith::BitcastOp::create(b, r.type, mantissa);
  Value one = r.real(1.0);
  Value t = arith::DivFOp::create(b, arith::SubFOp::create(b, m, one),
                                  arith::AddFOp::create(b, m, one));
  Value series = r.polynomial(arith::MulFOp::create(b, t, t), kSeries);
  Value log = r.fma(t, series, arith::SIToFPOp::create(b, r.type, exponent));
  // Infinity and NaN have no mantissa to speak of: they are their own logarithm.
  Value finite = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x,
                                       r.real(std::numeric_limits<float>::infinity()));
  return arith::SelectOp::create(b, finite, log, x);
}
