//===- TameNumbers.cpp - numbers whose zeros are neutral ------------------===//
#include "passes/Expand/Spgemm/TameNumbers.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace scratch;

/// Least numbers whose products have all their bits above the least denormal, so that no sum of
/// them is lost to zero: 2^-51 squared has 48 bits in f32, 2^-480 has 106 in f64.
static double leastTame(Type type) { return std::ldexp(1.0, type.isF32() ? -51 : -480); }

Value scratch::areTame(LoopBuilder &b, Value values, Value from, Value to, int64_t lanes) {
  Type stored = cast<MemRefType>(values.getType()).getElementType();
  auto vectors = VectorType::get({lanes}, stored);
  double most = std::ldexp(1.0, stored.isF32() ? 127 : 1023);
  // One for each that is not, zero for others.
  auto wild = [&](Value some) -> Value {
    Type type = some.getType();
    auto constant = [&](double value) -> Value {
      Attribute scalar = FloatAttr::get(stored, value);
      if (auto lanesOf = dyn_cast<VectorType>(type))
        return arith::ConstantOp::create(b, DenseElementsAttr::get(lanesOf, scalar));
      return arith::ConstantOp::create(b, cast<TypedAttr>(scalar));
    };
    auto is = [&](arith::CmpFPredicate predicate, Value a, Value c) -> Value {
      return arith::CmpFOp::create(b, predicate, a, c);
    };
    Value size = arith::MaximumFOp::create(b, some, arith::NegFOp::create(b, some));
    Value tame = b.bitAnd(is(arith::CmpFPredicate::OGE, size, constant(leastTame(stored))),
                          is(arith::CmpFPredicate::OLE, size, constant(most)));
    tame = b.bitOr(tame, is(arith::CmpFPredicate::OEQ, size, constant(0)));
    return b.select(tame, constant(0), constant(1));
  };
  to = b.max(from, to);
  Value whole = b.sub(to, arith::RemUIOp::create(b, b.sub(to, from), b.index(lanes)));
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(vectors));
  Value found = b.loop(
      from, whole, {none},
      [&](Value p, ValueRange so) {
        Value some = vector::LoadOp::create(b, vectors, values, ValueRange{p});
        return LoopBuilder::Values{arith::MaximumFOp::create(b, so[0], wild(some))};
      },
      lanes)[0];
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(stored));
  Value rest = b.loop(whole, to, {zero}, [&](Value p, ValueRange so) {
    return LoopBuilder::Values{arith::MaximumFOp::create(b, so[0], wild(b.load(values, p)))};
  })[0];
  rest = vector::ReductionOp::create(b, vector::CombiningKind::MAXIMUMF, found, rest);
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, rest, zero);
}
