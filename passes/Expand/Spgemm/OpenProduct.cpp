//===- OpenProduct.cpp - an SpGEMM whose operands are open ----------------===//
#include "passes/Expand/Spgemm/OpenProduct.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Outer.h"
#include "passes/Expand/StorageOrder.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

OpenProduct::OpenProduct(SpgemmOp op, bool columnMajor)
    : op(op), semiring(SemiringEmitter::of(op)), scaling(semiring), resultType(op.getType()),
      columnMajor(columnMajor) {
  scaling.swapped = semiring.swapped = columnMajor;
}

LogicalResult OpenProduct::openOperands(LoopBuilder &b) {
  partials = op.getStrategyAttr().getDataflow() == Dataflow::Outer;
  // Outer products walk the left operand by columns, and order them themselves.
  Value first = columnMajor ? op.getRhs() : op.getLhs();
  FailureOr<Value> left = partials ? FailureOr<Value>(first)
                                   : inStorageOrder(b, op, first, columnMajor);
  FailureOr<Value> right = inStorageOrder(
      b, op, columnMajor ? op.getLhs() : op.getRhs(), columnMajor);
  if (failed(left) || failed(right))
    return failure();
  lhs = openSparse(b, *left);
  rhs = openSparse(b, *right);
  byColumns = isColumnMajor(left->getType()) != columnMajor;
  rows = byColumns ? lhs.minors : lhs.majors;
  checkExtents(b, rhs.majors, byColumns ? lhs.majors : lhs.minors,
               columnMajor ? "spgemm: columns of lhs" : "spgemm: rows of rhs");
  columns = rhs.minors;
  return success();
}

LogicalResult OpenProduct::openMask(LoopBuilder &b) {
  if (op.getMask()) {
    // Domains are checked on the leaves' tensors.
    SmallVector<Value> todo{op.getMask()};
    while (!todo.empty()) {
      Operation *node = todo.pop_back_val().getDefiningOp();
      if (auto leaf = dyn_cast_or_null<MaskFromOp>(node)) {
        checkExtents(b, extent(b, leaf.getTensor(), columnMajor ? 1 : 0), rows,
                     columnMajor ? "spgemm: columns of mask"
                                 : "spgemm: rows of mask");
        checkExtents(
            b, extent(b, leaf.getTensor(), columnMajor ? 0 : 1), columns,
            columnMajor ? "spgemm: rows of mask" : "spgemm: columns of mask");
      } else if (node) {
        todo.append(node->operand_begin(), node->operand_end());
      }
    }
  }
  int64_t widest = largest(coordinateType());
  if (widest != std::numeric_limits<int64_t>::max()) {
    Value limit = b.index(widest);
    FailOp::create(b, b.lessEqual(columns, limit), SCRATCH_INDEX_OVERFLOW,
                   "spgemm: extent of the result's coordinates", columns,
                   limit);
  }
  FailureOr<MaskTree> tree =
      MaskTree::open(b, op, op.getMask(), op.getComplement(), columnMajor);
  if (failed(tree))
    return failure();
  mask = *tree;
  return success();
}

LogicalResult OpenProduct::openInit(LoopBuilder &b) {
  if (!op.getInit())
    return success();
  FailureOr<Value> stored = inStorageOrder(b, op, op.getInit(), columnMajor);
  if (failed(stored))
    return failure();
  init = openSparse(b, *stored);
  checkExtents(b, init->majors, rows,
               columnMajor ? "spgemm: columns of init" : "spgemm: rows of init");
  checkExtents(b, init->minors, columns,
               columnMajor ? "spgemm: rows of init" : "spgemm: columns of init");
  return success();
}

void OpenProduct::multiplyOut(LoopBuilder &b) {
  if (!partials)
    return;
  OuterProduct outer(b, semiring, resultType, rows);
  std::tie(lhs, rhs) = outer.multiply(lhs, byColumns, rhs);
  made = outer.buffers();
  // What is stored has been multiplied already.
  scaling.semiring = SemiringAttr::get(b.getContext(), SemiringKind::plus_second);
  scaling.swapped = false;
  scaling.multiplyRegion = nullptr;
}

void OpenProduct::release(LoopBuilder &b) const {
  for (Value buffer : made)
    ReleaseOp::create(b, buffer);
}

Type OpenProduct::coordinateType() const { return coordinatesType(resultType).getElementType(); }

TileType OpenProduct::tileType(AccumulatorKind kind) const {
  return TileType::get(resultType.getContext(), kind, coordinateType(), semiring.element);
}

bool OpenProduct::isOrderedResult() const {
  return sparse_tensor::isOrderedLT(sparse_tensor::SparseTensorType(resultType).getLvlType(1));
}

Value OpenProduct::finishRow(LoopBuilder &b, Value row, const RowOutput &output,
                             Value count) const {
  return emitSparseEpilogue(b, op.getEpilogue(),
                            {output.coordinates, output.values, output.at, count, row,
                             columnMajor});
}
