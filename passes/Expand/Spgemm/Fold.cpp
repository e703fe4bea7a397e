//===- Fold.cpp - entries of a matrix merged to one value, or to a vector -===//
//
// Stage: expand. A product that only a fold uses is never stored: each worker
// computes its rows, one after the other, into one buffer of its own and folds
// them there. A fold along the other direction is the same on the exchanged
// product. Chunks of rows do not depend on the number of threads, nor does the
// order in which values meet.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/RowWise.h"

#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/Workers.h"
#include "passes/Expand/StorageOrder.h"

using namespace mlir;
using namespace scratch;

bool scratch::isFolded(SpgemmOp op) {
  // A team has no rows one after the other: its product is stored.
  StrategyAttr strategy = op.getStrategyAttr();
  if (strategy && llvm::any_of(strategy.getVariants(), [](VariantAttr variant) {
        return isShared(variant.getAccumulator());
      }))
    return false;
  // Dot products are stored first: rows are what is folded.
  if (strategy && strategy.getDataflow() == Dataflow::Inner && strategy.getVariants().empty())
    return false;
  auto fold = op->hasOneUse() ? dyn_cast<FoldOp>(*op->user_begin()) : nullptr;
  if (!fold)
    return false;
  // Folded the other way, the product's loops would go over columns, and so would stages
  // that are meant for its rows.
  bool turned = fold.getOver() != FoldOver::All &&
                (fold.getOver() == FoldOver::Columns) != isColumnMajor(op.getType());
  return !turned || !looksAtRows(op.getEpilogue());
}

static SemiringOperator operatorOf(FoldOp op) {
  switch (op.getMerge()) {
  case FoldOperator::Plus:
    return SemiringOperator::op_plus;
  case FoldOperator::Times:
    return SemiringOperator::op_times;
  case FoldOperator::Min:
    return SemiringOperator::op_min;
  case FoldOperator::Max:
    return SemiringOperator::op_max;
  }
  llvm_unreachable("unknown operator");
}

namespace {
/// Where folded rows go: one value per major index, or one in all.
class Folding {
public:
  Folding(LoopBuilder &b, FoldOp op, Value majors)
      : b(b), op(op), merge(operatorOf(op)),
        element(cast<RankedTensorType>(op.getMatrix().getType()).getElementType()),
        majors(majors), all(op.getOver() == FoldOver::All) {
    if (all)
      return;
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<Value> sizes;
    if (type.isDynamicDim(0))
      sizes.push_back(majors);
    target = AllocateOp::create(b, MemRefType::get(type.getShape(), element), sizes, false);
  }

  Value identity() {
    return arith::ConstantOp::create(b, identityOf(merge, element));
  }

  /// `before` and the entries [first, last) of a buffer, one after the other.
  Value fold(Value before, Value values, Value first, Value last) {
    return b.loop(first, last, {before}, [&](Value p, ValueRange so) {
      return LoopBuilder::Values{emitOperator(b, merge, so[0], b.load(values, p), element)};
    })[0];
  }

  /// Entries of a row, and what the next one should know of it (index).
  struct Row {
    Value values, first, last, key;
  };

  /// All rows of a partition; `entries` gives a row's values.
  void run(Value starts, function_ref<LoopBuilder::Values()> setup,
           function_ref<Row(Value row, ValueRange state, Value keyBefore)> entries,
           function_ref<void(ValueRange)> teardown) {
    chunks = b.sub(memref::DimOp::create(b, starts, 0), b.index(1));
    if (all)
      target = AllocateOp::create(b, bufferOf(element), ValueRange{chunks}, false);
    parallelChunks(
        b, starts, setup,
        [&](Value chunk, Value from, Value to, ValueRange state) {
          // A buffer that could not be had is not to be touched.
          Value end = b.select(StatusOp::create(b), to, from);
          Value sum = b.loop(from, end, {identity(), b.index(0)}, [&](Value row, ValueRange so) {
            Row computed = entries(row, state, so[1]);
            Value before = all ? so[0] : identity();
            Value folded = fold(before, computed.values, computed.first, computed.last);
            if (!all)
              b.store(folded, target, row);
            return LoopBuilder::Values{folded, computed.key};
          })[0];
          if (all)
            b.ifThen(StatusOp::create(b), [&] { b.store(sum, target, chunk); });
          recordCount(b, "chunks", 0, b.index(1));
        },
        teardown);
  }

  Value result() {
    if (!all)
      return asTensor(b, op.getType(), target);
    Value total = fold(identity(), target, b.index(0), countIfOk(b, chunks));
    ReleaseOp::create(b, target);
    return total;
  }

private:
  LoopBuilder &b;
  FoldOp op;
  SemiringOperator merge;
  Type element;
  Value majors, target, chunks;
  bool all;
};
} // namespace

Value RowWiseProduct::fold(FoldOp op) {
  Workers workers(b, product, variants, window);
  workers.bound();
  Folding folding(b, op, product.rows);
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), workers.bounds().weights,
                                     countIfOk(b, product.rows));
  size_t made = variants.inTiles().size();
  folding.run(
      starts,
      [&] {
        LoopBuilder::Values state = workers.accumulators().makeAll();
        Value room = b.add(workers.bounds().most, b.index(kSlack));
        RankedTensorType stored = product.resultType;
        for (MemRefType type : {coordinatesType(stored), valuesType(stored)})
          state.push_back(AllocateOp::create(b, type, ValueRange{room}, false));
        return state;
      },
      [&](Value row, ValueRange state, Value keyBefore) {
        Value zero = b.index(0);
        RowOutput output{state[made], state[made + 1], zero};
        ComputedRow computed =
            workers.rows().compute(state.take_front(made), row, output, keyBefore);
        return Folding::Row{output.values, zero, computed.count, computed.key};
      },
      [&](ValueRange state) {
        destroyAccumulators(b, state.take_front(made));
        for (Value buffer : state.drop_front(made))
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, starts);
  workers.release();
  return folding.result();
}

static Value foldStored(LoopBuilder &b, FoldOp op, Value matrix) {
  SparseOperand stored = openSparse(b, matrix);
  Folding folding(b, op, stored.majors);
  Value starts =
      partitionByEntries(b, stored.positions, countIfOk(b, stored.majors), b.index(1), 4);
  folding.run(
      starts, [] { return LoopBuilder::Values(); },
      [&](Value row, ValueRange, Value keyBefore) {
        auto [first, last] = stored.segment(b, row);
        return Folding::Row{stored.values, first, last, keyBefore};
      },
      [](ValueRange) {});
  ReleaseOp::create(b, starts);
  return folding.result();
}

FailureOr<Value> scratch::expandFold(LoopBuilder &b, FoldOp op) {
  // Rows of the storage are what is folded; all entries are in any order.
  bool columnMajor = isColumnMajor(op.getMatrix().getType());
  if (op.getOver() != FoldOver::All)
    columnMajor = op.getOver() == FoldOver::Columns;
  auto product = op.getMatrix().getDefiningOp<SpgemmOp>();
  if (product && isFolded(product)) {
    RowWiseProduct rows(b, product, columnMajor);
    if (failed(rows.open()))
      return failure();
    return rows.fold(op);
  }
  FailureOr<Value> stored = inStorageOrder(b, op, op.getMatrix(), columnMajor);
  if (failed(stored))
    return failure();
  return foldStored(b, op, *stored);
}
