//===- Vectors.cpp - width of vectors, and their reduction ----------------===//
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

int64_t scratch::vectorLength(Operation *kernel, const SemiringEmitter &semiring) {
  if (semiring.semiring.isCustom())
    return 1;
  auto target = kernel->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      ScratchDialect::kTarget);
  if (!target)
    return 1;
  return std::max<int64_t>(1, target.getVectorBits() / semiring.element.getIntOrFloatBitWidth());
}

Value scratch::reduceLanes(LoopBuilder &b, const SemiringEmitter &semiring, Value vector) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  SmallVector<Value> values;
  for (int64_t lane = 0; lane < lanes; ++lane)
    values.push_back(vector::ExtractOp::create(b, vector, lane));
  while (values.size() > 1) {
    SmallVector<Value> folded;
    for (size_t i = 0; i + 1 < values.size(); i += 2)
      folded.push_back(semiring.add(b, values[i], values[i + 1]));
    if (values.size() % 2)
      folded.push_back(values.back());
    values = std::move(folded);
  }
  return values.front();
}
