//===- SortSegment.cpp - put a row's entries in order ---------------------===//
//
// Stage: expand. Upstream's sort works on whole buffers from their beginning.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/SortSegment.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"

using namespace mlir;
using namespace scratch;

void scratch::sortSegment(LoopBuilder &b, Value coordinates, Value values, Value at,
                          Value count) {
  auto segment = [&](Value buffer) -> Value {
    return memref::SubViewOp::create(b, buffer, ArrayRef<OpFoldResult>{at},
                                     ArrayRef<OpFoldResult>{count},
                                     ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  };
  auto identity = AffineMap::getMultiDimIdentityMap(1, b.getContext());
  sparse_tensor::SortOp::create(b, count, segment(coordinates), ValueRange{segment(values)},
                                identity, b.getIndexAttr(0),
                                sparse_tensor::SparseTensorSortKind::HybridQuickSort);
}
