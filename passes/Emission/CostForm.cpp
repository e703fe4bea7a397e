//===- CostForm.cpp - a predicted cost, evaluated by generated code -------===//
#include "passes/Emission/CostForm.h"

using namespace mlir;
using namespace scratch;

Value scratch::emitCost(LoopBuilder &b, ArrayRef<double> coefficients,
                        function_ref<Value(CostFeature)> amountOf) {
  Type f64 = b.getF64Type();
  Value total = arith::ConstantOp::create(b, b.getF64FloatAttr(0));
  for (auto [number, coefficient] : llvm::enumerate(coefficients)) {
    Value amount = coefficient == 0 ? Value() : amountOf(static_cast<CostFeature>(number));
    if (!amount)
      continue;
    Value real = arith::SIToFPOp::create(b, f64, b.cast(amount, b.getI64Type()));
    Value price = arith::ConstantOp::create(b, b.getF64FloatAttr(coefficient));
    total = arith::AddFOp::create(b, total, arith::MulFOp::create(b, real, price));
  }
  return total;
}

ArrayRef<double> scratch::costFormOf(VariantAttr variant) {
  return variant.getCost() ? variant.getCost().asArrayRef() : ArrayRef<double>();
}
