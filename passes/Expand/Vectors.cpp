//===- Vectors.cpp - width of vectors, and their reduction ----------------===//
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static TargetAttr targetOf(Operation *kernel) {
  return kernel->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
}

int64_t scratch::vectorBits(Operation *kernel) {
  TargetAttr target = targetOf(kernel);
  return target ? target.getVectorBits() : 0;
}

bool scratch::targetNames(Operation *kernel, StringRef feature) {
  SmallVector<StringRef> features;
  if (TargetAttr target = targetOf(kernel))
    target.getFeatures().split(features, ',');
  return llvm::is_contained(features, feature);
}

bool scratch::intersectsFast(Operation *kernel) {
  return vectorBits(kernel) >= 512 && targetNames(kernel, "+avx512vp2intersect") &&
         targetNames(kernel, "+sse4a"); // AMD's
}

int64_t scratch::vectorLength(Operation *kernel, const SemiringEmitter &semiring) {
  if (semiring.semiring.isCustom())
    return 1;
  return std::max<int64_t>(1, vectorBits(kernel) / semiring.element.getIntOrFloatBitWidth());
}

Value scratch::reduceLanes(LoopBuilder &b, const SemiringEmitter &semiring, Value vector) {
  // Halves are folded as vectors: fewer operations than lanes.
  for (int64_t lanes = cast<VectorType>(vector.getType()).getNumElements(); lanes > 1;) {
    assert(lanes % 2 == 0 && "vectors have powers of two as lengths");
    lanes /= 2;
    auto half = [&](int64_t first) -> Value {
      return vector::ExtractStridedSliceOp::create(b, vector, first, lanes, 1);
    };
    vector = semiring.add(b, half(0), half(lanes));
  }
  return vector::ExtractOp::create(b, vector, 0);
}
