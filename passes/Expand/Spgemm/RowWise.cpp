//===- RowWise.cpp - row-wise SpGEMM: loops and accumulators --------------===//
//
// Stage: expand. Gustavson's algorithm [1]: row i of the result merges the rows
// of B that the entries of A's row i name. Columns-first matrices are the same
// loops on exchanged operands, since (A B)' = B' A'.
//
// An upper bound of every row (its products) comes first; it balances the work,
// bounds the accumulators and, with one phase, places the rows:
//   two phases  count every row exactly (symbolic), allocate, compute (numeric)
//   one phase   compute into buffers of the bounds' size, packed as they grow;
//               pages cost memory only when written
//
// [1] F. G. Gustavson, ACM TOMS 4(3), 1978.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Inner.h"
#include "passes/Expand/Spgemm/Outer.h"
#include "passes/Expand/Spgemm/Team.h"
#include "passes/Expand/StorageOrder.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

/// Columns that a dense window has at most where wider rows can take a hash
/// table: 144 MB of every worker with f64.
static constexpr int64_t kWidestWindow = 1 << 24;

/// Which variants have accumulators, and how wide their windows are.
LogicalResult RowWiseProduct::openVariants() {
  if (variants.empty())
    return op.emitError("strategy lists no accumulator");
  if (variants.size() > SCRATCH_MAX_VARIANTS)
    return op.emitError("strategy lists ")
           << variants.size() << " accumulators, expected at most "
           << SCRATCH_MAX_VARIANTS;
  bool anyRow = false, hashed = false;
  for (auto [number, variant] : llvm::enumerate(variants)) {
    AccumulatorKind kind = variant.getAccumulator();
    anyRow |= takesAnyRow(kind);
    hashed |= kind == AccumulatorKind::Hash;
    // Workers by themselves may take over from a team, with one accumulator.
    bool beside = variants.size() == 2 && number == 0 && takesAnyRow(variants[1].getAccumulator()) &&
                  !isShared(variants[1].getAccumulator());
    if (isShared(kind) &&
        ((variants.size() > 1 && (!beside || partials)) || dropsEntries(op.getEpilogue()) ||
         op.getStrategyAttr().getPhases() == Phases::Two))
      return op.emitError("accumulator '")
             << stringify(kind)
             << "' stands alone or before one that takes every row, with phases = one and an "
                "epilogue that keeps all entries";
    bool blocks = kind == AccumulatorKind::Blocked, groups = kind == AccumulatorKind::Grouped;
    // Groups merge rows whole, of which another accumulator's mask picks.
    if (op.getMask() && (!takesAnyRow(kind) || blocks || (groups && variants.size() == 1)))
      return op.emitError("accumulator '") << stringify(kind) << "' takes no mask";
    if (groups && (partials || !rhs.ordered || semiring.semiring.isCustom()))
      return op.emitError("accumulator 'grouped' needs ordered rows and a built-in semiring");
    if (groups)
      grouping = number;
    if (op.getInit() && (isShared(kind) || blocks || kind == AccumulatorKind::Merge))
      return op.emitError("accumulator '") << stringify(kind) << "' takes no init";
    if (blocks && (partials || !lhs.ordered))
      return op.emitError("accumulator 'blocked' needs ordered rows of the matrices");
    if (blocks)
      blocking = number;
    // Alone it takes single rows as well, where no block is to be had.
    if (blocks && variants.size() > 1)
      continue;
    if (kind != AccumulatorKind::Merge)
      tiled.push_back(number);
    else if (!rhs.ordered)
      return op.emitError("accumulator 'merge' needs ordered coordinates");
    else
      merging = number;
  }
  if (!anyRow)
    return op.emitError("strategy lists no accumulator that takes every row");
  window = hashed ? b.min(columns, b.index(kWidestWindow)) : columns;
  return success();
}

LogicalResult RowWiseProduct::openMask() {
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
  int64_t widest = largest(coordinatesType(resultType).getElementType());
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

LogicalResult RowWiseProduct::openInit() {
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

LogicalResult RowWiseProduct::open() {
  StrategyAttr strategy = op.getStrategyAttr();
  if (!strategy)
    return op.emitError("kernel has no strategy; run select first");
  partials = strategy.getDataflow() == Dataflow::Outer;
  variants = strategy.getVariants();
  if (strategy.getPhases() == Phases::Two && dropsEntries(op.getEpilogue()))
    return op.emitError("an epilogue that drops entries needs phases = one");

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
  bool byColumns = isColumnMajor(left->getType()) != columnMajor;
  rows = byColumns ? lhs.minors : lhs.majors;
  checkExtents(b, rhs.majors, byColumns ? lhs.majors : lhs.minors,
               columnMajor ? "spgemm: columns of lhs" : "spgemm: rows of rhs");
  columns = rhs.minors;
  if (failed(openVariants()))
    return failure();
  if (failed(openMask()) || failed(openInit()))
    return failure();
  if (grouping && !mask.empty() && !(walksMask() && canPick())) {
    llvm::erase(tiled, *grouping);
    grouping.reset();
  }
  if (partials) {
    OuterProduct outer(b, semiring, resultType, rows);
    std::tie(lhs, rhs) = outer.multiply(lhs, byColumns, rhs);
    held = outer.buffers();
    // What is stored has been multiplied already.
    scaling.semiring = SemiringAttr::get(b.getContext(), SemiringKind::plus_second);
    scaling.swapped = false;
    scaling.multiplyRegion = nullptr;
  }
  return success();
}

bool RowWiseProduct::isOrderedResult() const {
  return sparse_tensor::isOrderedLT(sparse_tensor::SparseTensorType(resultType).getLvlType(1));
}

void RowWiseProduct::release() {
  for (Value buffer : held)
    ReleaseOp::create(b, buffer);
}

void RowWiseProduct::openPositions() {
  Value zero = b.index(0);
  positions = AllocateOp::create(b, positionsType(resultType),
                                 ValueRange{b.add(rows, b.index(1))}, false);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
}

RowWiseProduct::Result RowWiseProduct::computeByWorkers() {
  openPositions();
  Value total = op.getStrategyAttr().getPhases() == Phases::One ? onePhase() : twoPhases();
  recordCount(b, "result_nnz", 0, total);
  release();
  return {positions, coordinates, values};
}

RowWiseProduct::Result RowWiseProduct::computeByTeam(TeamProduct &team) {
  openPositions();
  recordCount(b, "result_nnz", 0, team.compute());
  release();
  return {positions, coordinates, values};
}

/// A team or workers by themselves, whichever the matrices favour.
RowWiseProduct::Result RowWiseProduct::computeEither() {
  TeamProduct team(*this);
  team.measure();
  RowWiseProduct workers(*this);
  tiled = {0};
  workers.variants = variants.drop_front();
  workers.tiled = {0};
  workers.firstRecord = 1;
  return b.ifElse(
      team.isCheaper(),
      {positionsType(resultType), coordinatesType(resultType), valuesType(resultType)},
      [&] {
        recordCount(b, "rows", 0, rows);
        return computeByTeam(team);
      },
      [&] {
        team.handOver(workers);
        return workers.computeByWorkers();
      });
}

RowWiseProduct::Result RowWiseProduct::compute() {
  if (!isShared(variants.front().getAccumulator())) {
    boundRows();
    groupRows();
    return computeByWorkers();
  }
  if (variants.size() > 1)
    return computeEither();
  TeamProduct team(*this);
  team.measure();
  return computeByTeam(team);
}

static bool isInner(SpgemmOp op) {
  StrategyAttr strategy = op.getStrategyAttr();
  return strategy && strategy.getDataflow() == Dataflow::Inner;
}

/// Dot products, row by row, or whichever the matrices favour where the strategy
/// lists accumulators for the other way.
static FailureOr<LoopBuilder::Values> computeInner(LoopBuilder &b, SpgemmOp op) {
  InnerProduct inner(b, op);
  bool compared = !op.getStrategyAttr().getVariants().empty();
  if (failed(inner.open(compared)))
    return failure();
  if (!compared || !inner.canCompare()) {
    LoopBuilder::Values result = inner.compute();
    inner.close();
    return result;
  }
  RowWiseProduct rows(b, op);
  if (failed(rows.open()))
    return failure();
  RankedTensorType type = op.getType();
  auto either = b.ifElse(
      inner.isCheaper(), {positionsType(type), coordinatesType(type), valuesType(type)},
      [&] { return inner.compute(); }, [&] { return rows.compute(); });
  inner.close();
  return either;
}

FailureOr<Value> scratch::expandSpgemm(LoopBuilder &b, SpgemmOp op) {
  FailureOr<LoopBuilder::Values> result;
  if (isInner(op)) {
    result = computeInner(b, op);
  } else {
    RowWiseProduct rows(b, op);
    if (failed(rows.open()))
      return failure();
    result = rows.compute();
  }
  if (failed(result))
    return failure();
  Value height = extent(b, op.getLhs(), 0), width = extent(b, op.getRhs(), 1);
  return Value(AssembleOp::create(b, op.getType(), (*result)[0], (*result)[1], (*result)[2],
                                  height, width));
}
