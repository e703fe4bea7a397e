//===- InnerOperands.cpp - operands of dot products -----------------------===//
#include "passes/Expand/Spgemm/InnerOperands.h"

#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/InnerWork.h"
#include "passes/Expand/Spgemm/RowOutput.h"
#include "passes/Expand/StorageOrder.h"
#include "passes/Expand/Transpose.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

/// Mean length of B's rows from which dot products are considered: with less,
/// turning B round and opening columns costs more than all its entries.
static constexpr int64_t kLeastMean = 16;
/// Columns per entry of B, at most, a logarithm: turning B round walks all columns.
static constexpr int64_t kMostColumnsLog = 3;

InnerOperands::InnerOperands(SpgemmOp op)
    : op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()),
      columnMajor(isColumnMajor(op.getType())) {
  semiring.swapped = columnMajor;
  semiring.identity = startOf(op.getSemiring(), op.getIdentityAttr(), semiring.element);
}

/// The mask's rows say which cells are wanted.
LogicalResult InnerOperands::openSample(LoopBuilder &b) {
  if (!op.getMask())
    return success();
  FailureOr<MaskTree> tree =
      MaskTree::open(b, op, op.getMask(), op.getComplement(), columnMajor);
  if (failed(tree))
    return failure();
  if (!tree->isOneSparseLeaf())
    return op.emitError("dataflow 'inner' needs a mask that is one sparse matrix, or none");
  sample = tree->getLeaves()[0].sparse;
  byValue = tree->getLeaves()[0].byValue;
  if (!sample->ordered && sparse_tensor::isOrderedLT(
                              sparse_tensor::SparseTensorType(resultType).getLvlType(1)))
    return op.emitError("dataflow 'inner' gives results in the order of the mask, which has none");
  return success();
}

LogicalResult InnerOperands::open(LoopBuilder &b, bool compared) {
  if (op.getInit())
    return op.emitError("dataflow 'inner' takes no init");
  if (op.getStrategyAttr().getPhases() != Phases::One)
    return op.emitError("dataflow 'inner' needs phases = one");
  if (failed(openSample(b)))
    return failure();
  FailureOr<Value> left =
      inStorageOrder(b, op, columnMajor ? op.getRhs() : op.getLhs(), columnMajor);
  if (failed(left))
    return failure();
  lhs = openSparse(b, *left);
  Value right = columnMajor ? op.getLhs() : op.getRhs();
  rhs = openSparse(b, right);
  turned = isColumnMajor(right.getType()) == columnMajor;
  Value inner = turned ? rhs.majors : rhs.minors;
  columns = turned ? rhs.minors : rhs.majors;
  checkExtents(b, inner, lhs.minors,
               columnMajor ? "spgemm: columns of lhs" : "spgemm: rows of rhs");
  if (sample) {
    checkExtents(b, sample->majors, lhs.majors,
                 columnMajor ? "spgemm: columns of mask" : "spgemm: rows of mask");
    checkExtents(b, sample->minors, columns,
                 columnMajor ? "spgemm: rows of mask" : "spgemm: columns of mask");
  } else {
    checkCells(b);
  }
  int64_t widest = largest(coordinatesType(resultType).getElementType());
  if (widest != std::numeric_limits<int64_t>::max())
    FailOp::create(b, b.lessEqual(columns, b.index(widest)), SCRATCH_INDEX_OVERFLOW,
                   "spgemm: extent of the result's coordinates", columns, b.index(widest));
  likely = b.bit(true);
  if (compared && canCompare()) {
    Value least = b.mul(rhs.majors, b.index(kLeastMean));
    Value most = b.shiftLeft(rhs.entries(b), kMostColumnsLog);
    likely = b.bitAnd(b.lessEqual(least, rhs.entries(b)), b.lessEqual(columns, most));
  }
  if (turned)
    columnPositions = emitTransposedPositions(b, rhs, likely);
  return success();
}

/// Without a mask every row may have all columns and walks all of B: neither sum
/// may leave 64 bits.
void InnerOperands::checkCells(LoopBuilder &b) {
  Value share = b.add(b.max(columns, rhs.entries(b)), b.index(InnerWork::kRowWeight));
  Value limit = b.index(std::numeric_limits<int64_t>::max() - kSlack);
  Value most = arith::DivUIOp::create(b, limit, share);
  FailOp::create(b, b.lessEqual(lhs.majors, most), SCRATCH_INDEX_OVERFLOW,
                 "spgemm: rows of dot products", lhs.majors, most);
}

Value InnerOperands::cellsOfRows(LoopBuilder &b, Value first, Value last) const {
  if (sample)
    return b.sub(b.loadIndex(sample->positions, last), b.loadIndex(sample->positions, first));
  return b.mul(b.sub(last, first), columns);
}

void InnerOperands::turn(LoopBuilder &b) {
  if (turned)
    rhs = emitTranspose(b, rhs, columnPositions, semiring.readsRight());
}
