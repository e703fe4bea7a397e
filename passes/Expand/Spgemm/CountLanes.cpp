//===- CountLanes.cpp - how counts along a mask's row are kept ------------===//
#include "passes/Expand/Spgemm/CountLanes.h"

#include "passes/Expand/Vectors.h"

using namespace mlir;
using namespace scratch;

/// Vectors of wanted columns that are intersected at most.
static constexpr int64_t kMostVectors = 4;

CountLanes CountLanes::of(Operation *kernel, const SemiringEmitter &semiring,
                          Value maskCoordinates, Value coordinates) {
  if (semiring.semiring.isCustom() || semiring.readsLeft() || semiring.readsRight() ||
      vectorBits(kernel) < kVectorBits / 2)
    return {};
  SemiringOperator add = semiring.semiring.getAdd();
  if (add != SemiringOperator::op_plus && add != SemiringOperator::op_any)
    return {};
  auto elementOf = [](Value buffer) { return cast<MemRefType>(buffer.getType()).getElementType(); };
  // Narrower lanes could not count as far as a row is long.
  auto column = dyn_cast<IntegerType>(elementOf(maskCoordinates));
  if (!column || column.getWidth() < 32)
    return {};
  CountLanes lanes{VectorType::get({kVectorBits / column.getWidth()}, column)};
  lanes.intersects = elementOf(coordinates) == column && intersectsFast(kernel);
  lanes.vectors = lanes.intersects ? kMostVectors : 1;
  return lanes;
}
