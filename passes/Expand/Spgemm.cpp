//===- Spgemm.cpp - row-wise SpGEMM: loops and accumulators ---------------===//
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
// Where the strategy lists several accumulators, each row takes the one whose
// cost form (Features.def) is least. With a hash table among them, windows have
// a limit and wider rows take the table: workers of a matrix with billions of
// columns then need little memory.
//
// [1] F. G. Gustavson, ACM TOMS 4(3), 1978.
//===----------------------------------------------------------------------===//
#include "passes/Emission/Semiring.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/MaskTree.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/StorageOrder.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

/// Weight of a row beyond its products: reading A's entries, opening a tile.
static constexpr int64_t kRowWeight = 8;
/// Elements behind the result that emission may spoil.
static constexpr int64_t kSlack = 64;

/// Columns that a dense window has at most where wider rows can take a hash
/// table: 144 MB of every worker with f64.
static constexpr int64_t kWidestWindow = 1 << 24;

namespace {

/// The expansion of one product; members are what its pieces share.
class RowWiseProduct {
public:
  RowWiseProduct(LoopBuilder &b, SpgemmOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()),
        columnMajor(isColumnMajor(op.getType())) {
    semiring.swapped = columnMajor;
  }

  FailureOr<Value> expand();

private:
  enum class Mode { Count, Drain };
  /// What one row needs to know before it is computed.
  struct RowShape {
    Value entries, products, low, high;
  };

  LogicalResult open();
  void boundRows();
  RowShape measureRow(Value row);
  bool isWindow(VariantAttr variant) const;
  Value cost(VariantAttr variant, const RowShape &shape, Value maskEntries);
  Value accumulateRow(unsigned variant, Value accumulator, Value row, const RowShape &shape,
                      Mode mode, Value at);
  std::pair<Value, Value> computeRow(ValueRange accumulators, Value row, Mode mode, Value at);
  LoopBuilder::Values makeAccumulators();
  void destroyAccumulators(ValueRange accumulators);
  Value computeRows(ValueRange accumulators, Value first, Value last, Mode mode, Value at,
                    function_ref<Value(Value row)> placeOfRow);
  void forChunks(Value starts, Mode mode, function_ref<Value(Value row)> placeOfRow);
  Value scanCounts(Value rows);
  Value onePhase();
  Value twoPhases();

  LoopBuilder &b;
  SpgemmOp op;
  SemiringEmitter semiring;
  RankedTensorType resultType;
  bool columnMajor;
  ArrayRef<VariantAttr> variants;
  MaskTree mask;
  SparseOperand lhs, rhs; ///< in the roles of A and B after the exchange
  Value rows, columns;    ///< major and minor extent of the result
  Value bounds, weights;  ///< i64 prefixes: entries at most, work
  Value maxBound;         ///< coordinates that any row's tile holds
  Value window;           ///< columns of a dense window, at most
  Value capacity;         ///< total of the bounds
  Value positions, coordinates, values;
};

} // namespace

LogicalResult RowWiseProduct::open() {
  StrategyAttr strategy = op.getStrategyAttr();
  if (!strategy)
    return op.emitError("kernel has no strategy; run select first");
  if (strategy.getDataflow() != Dataflow::RowWise)
    return op.emitError("dataflow '")
           << stringifyDataflow(strategy.getDataflow()) << "' is not built for spgemm";
  variants = strategy.getVariants();
  if (variants.empty())
    return op.emitError("strategy lists no accumulator");
  if (variants.size() > SCRATCH_MAX_VARIANTS)
    return op.emitError("strategy lists ")
           << variants.size() << " accumulators, expected at most " << SCRATCH_MAX_VARIANTS;
  if (strategy.getPhases() == Phases::Two && dropsEntries(op.getEpilogue()))
    return op.emitError("an epilogue that drops entries needs phases = one");

  FailureOr<Value> left = inStorageOrder(b, op, columnMajor ? op.getRhs() : op.getLhs(), columnMajor);
  FailureOr<Value> right = inStorageOrder(b, op, columnMajor ? op.getLhs() : op.getRhs(), columnMajor);
  if (failed(left) || failed(right))
    return failure();
  lhs = openSparse(b, *left);
  rhs = openSparse(b, *right);
  checkExtents(b, rhs.majors, lhs.minors,
               columnMajor ? "spgemm: columns of lhs" : "spgemm: rows of rhs");
  rows = lhs.majors;
  columns = rhs.minors;
  window = llvm::all_of(variants, [&](VariantAttr v) { return isWindow(v); })
               ? columns
               : b.min(columns, b.index(kWidestWindow));
  if (op.getMask()) {
    // Domains are checked on the leaves' tensors.
    SmallVector<Value> todo{op.getMask()};
    while (!todo.empty()) {
      Operation *node = todo.pop_back_val().getDefiningOp();
      if (auto leaf = dyn_cast_or_null<MaskFromOp>(node)) {
        checkExtents(b, extent(b, leaf.getTensor(), columnMajor ? 1 : 0), rows,
                     columnMajor ? "spgemm: columns of mask" : "spgemm: rows of mask");
        checkExtents(b, extent(b, leaf.getTensor(), columnMajor ? 0 : 1), columns,
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
                   "spgemm: extent of the result's coordinates", columns, limit);
  }
  FailureOr<MaskTree> tree = MaskTree::open(b, op, op.getMask(), op.getComplement(), columnMajor);
  if (failed(tree))
    return failure();
  mask = *tree;
  return success();
}

/// bounds[i], weights[i]: prefixes over rows, in 64 bits.
void RowWiseProduct::boundRows() {
  Type i64 = b.getI64Type();
  Value zero = b.index(0), one = b.index(1);
  Value size = b.add(rows, one);
  bounds = AllocateOp::create(b, bufferOf(i64), ValueRange{size}, false);
  weights = AllocateOp::create(b, bufferOf(i64), ValueRange{size}, false);
  Value safeRows = countIfOk(b, rows);
  b.ifThen(StatusOp::create(b), [&] {
    b.storeIndex(zero, bounds, zero);
    b.storeIndex(zero, weights, zero);
  });
  bool sampled = mask.isBoundedByLeaves();
  parallelRows(b, safeRows, [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      auto [begin, end] = lhs.segment(b, row);
      Value products = b.loop(begin, end, {zero}, [&](Value p, ValueRange sum) {
        auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        return LoopBuilder::Values{b.add(sum[0], b.sub(to, from))};
      }).front();
      Value bound = b.min(products, columns);
      if (sampled)
        bound = b.min(bound, mask.entriesOfRow(b, row, columns));
      Value next = b.add(row, one);
      b.storeIndex(bound, bounds, next);
      b.storeIndex(b.add(b.add(products, b.sub(end, begin)), b.index(kRowWeight)), weights, next);
    });
  });
  auto scanned =
      b.loop(zero, safeRows, {zero, zero, zero, b.bit(false)}, [&](Value row, ValueRange sums) {
        Value next = b.add(row, one);
        Value bound = b.loadIndex(bounds, next);
        Value weight = b.loadIndex(weights, next);
        Value boundSum = b.add(sums[0], bound), weightSum = b.add(sums[1], weight);
        b.storeIndex(boundSum, bounds, next);
        b.storeIndex(weightSum, weights, next);
        Value wrapped = b.bitOr(sums[3], b.less(weightSum, sums[1]));
        // A masked tile holds what is marked as well.
        Value held = mask.empty() ? bound : b.add(bound, mask.entriesOfRow(b, row, columns));
        return LoopBuilder::Values{boundSum, weightSum, b.max(sums[2], held), wrapped};
      });
  capacity = scanned[0];
  maxBound = scanned[2];
  Value sane = arith::XOrIOp::create(b, scanned[3], b.bit(true));
  FailOp::create(b, sane, SCRATCH_INDEX_OVERFLOW, "spgemm: products in all",
                 scanned[1], b.index(std::numeric_limits<int64_t>::max()));
  Value overhead = b.add(b.mul(safeRows, b.index(kRowWeight)),
                         b.select(StatusOp::create(b),
                                  b.sub(b.loadIndex(lhs.positions, safeRows),
                                        b.loadIndex(lhs.positions, zero)),
                                  zero));
  recordCount(b, "products", 0, b.sub(scanned[1], overhead));
}

/// Products and column range of a row. Ordered segments show their range at
/// both ends; unordered ones may reach anywhere.
RowWiseProduct::RowShape RowWiseProduct::measureRow(Value row) {
  auto [begin, end] = lhs.segment(b, row);
  Value zero = b.index(0), one = b.index(1);
  auto measured = b.loop(
      begin, end, {zero, columns, zero}, [&](Value p, ValueRange carried) {
        auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
        Value products = b.add(carried[0], b.sub(to, from));
        if (!rhs.ordered)
          return LoopBuilder::Values{products, carried[1], carried[2]};
        auto range = b.ifElse(
            b.less(from, to), {b.getIndexType(), b.getIndexType()},
            [&] {
              // The values are wanted soon: the row is accumulated next.
              if (semiring.readsRight())
                memref::PrefetchOp::create(b, rhs.values, ValueRange{from}, /*isWrite=*/false,
                                           /*localityHint=*/3, /*isDataCache=*/true);
              Value low = b.loadIndex(rhs.coordinates, from);
              Value high = b.add(b.loadIndex(rhs.coordinates, b.sub(to, one)), one);
              return LoopBuilder::Values{b.min(carried[1], low), b.max(carried[2], high)};
            },
            [&] { return LoopBuilder::Values{carried[1], carried[2]}; });
        return LoopBuilder::Values{products, range[0], range[1]};
      });
  RowShape shape;
  shape.entries = b.sub(end, begin);
  shape.products = measured[0];
  shape.low = rhs.ordered ? measured[1] : zero;
  shape.high = rhs.ordered ? measured[2] : columns;
  return shape;
}

bool RowWiseProduct::isWindow(VariantAttr variant) const {
  return variant.getAccumulator() != AccumulatorKind::Hash;
}

/// The linear form of one variant on one row, in cycles; infinite for a row
/// that is wider than the variant's window.
Value RowWiseProduct::cost(VariantAttr variant, const RowShape &shape, Value maskEntries) {
  Type f64 = b.getF64Type();
  auto feature = [&](CostFeature which) -> Value {
    switch (which) {
    case CostFeature::one:
      return b.index(1);
    case CostFeature::entries:
      return shape.entries;
    case CostFeature::products:
      return shape.products;
    case CostFeature::range:
      return b.sub(shape.high, shape.low);
    case CostFeature::mask:
      return maskEntries;
    }
    llvm_unreachable("unknown feature");
  };
  Value total = arith::ConstantOp::create(b, b.getF64FloatAttr(0));
  ArrayRef<double> coefficients =
      variant.getCost() ? variant.getCost().asArrayRef() : ArrayRef<double>();
  for (auto [number, coefficient] : llvm::enumerate(coefficients)) {
    if (coefficient == 0)
      continue;
    Value amount = feature(static_cast<CostFeature>(number));
    Value real = arith::SIToFPOp::create(b, f64, b.cast(amount, b.getI64Type()));
    Value term = arith::MulFOp::create(
        b, real, arith::ConstantOp::create(b, b.getF64FloatAttr(coefficient)));
    total = arith::AddFOp::create(b, total, term);
  }
  if (!isWindow(variant))
    return total;
  Value never = arith::ConstantOp::create(
      b, b.getF64FloatAttr(std::numeric_limits<double>::infinity()));
  return b.select(b.lessEqual(b.sub(shape.high, shape.low), window), total, never);
}

/// One row in one accumulator; returns the number of its entries.
Value RowWiseProduct::accumulateRow(unsigned variant, Value accumulator, Value row,
                                    const RowShape &shape, Mode mode, Value at) {
  AccumulatorKind kind = variants[variant].getAccumulator();
  Type index = coordinatesType(resultType).getElementType();
  Type tileType = TileType::get(b.getContext(), kind, index, semiring.element);
  Value bound = b.min(shape.products, b.sub(shape.high, shape.low));
  if (!mask.empty()) {
    // Never more than `maxBound`, which tables are made for.
    Value marked = mask.entriesOfRow(b, row, b.sub(shape.high, shape.low));
    if (mask.isBoundedByLeaves())
      bound = b.min(bound, marked);
    bound = b.add(bound, marked);
  }
  auto tile = TileOp::create(b, TypeRange{b.getIndexType()}, accumulator, shape.low, shape.high,
                             bound);
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&tile.getAccumulate(), {}, {tileType}, {b.getLoc()});
  Value opened = block->getArgument(0);
  mask.emitMarks(b, opened, row);
  auto [begin, end] = lhs.segment(b, row);
  bool numeric = mode == Mode::Drain;
  b.loop(begin, end, [&](Value p) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value scale = numeric && semiring.readsLeft() ? b.load(lhs.values, p) : Value();
    auto accumulate = AccumulateOp::create(
        b, opened, rhs.coordinates, numeric && semiring.readsRight() ? rhs.values : Value(), from,
        to, scale, /*symbolic=*/!numeric, semiring.swapped, semiring.semiring);
    if (semiring.semiring.isCustom() && numeric) {
      IRMapping mapping;
      semiring.multiplyRegion->cloneInto(&accumulate.getMultiply(), mapping);
    }
  });
  YieldOp::create(b);
  block = b.createBlock(&tile.getDrain(), {}, {tileType}, {b.getLoc()});
  Value count = numeric ? DrainOp::create(b, block->getArgument(0), coordinates, values, at)
                              .getCount()
                        : CountOp::create(b, block->getArgument(0)).getCount();
  YieldOp::create(b, ValueRange{count});
  return tile.getResult(0);
}

/// Entries of one row, and the variant that computed it.
std::pair<Value, Value> RowWiseProduct::computeRow(ValueRange accumulators, Value row, Mode mode,
                                                   Value at) {
  Value zero = b.index(0);
  Type index = b.getIndexType();
  RowShape shape = measureRow(row);
  auto result = b.ifElse(
      b.less(zero, shape.products), {index, index},
      [&] {
        Value choice = zero;
        if (variants.size() > 1) {
          Value maskEntries = mask.empty()
                                  ? zero
                                  : mask.entriesOfRow(b, row, b.sub(shape.high, shape.low));
          Value least = cost(variants[0], shape, maskEntries);
          for (unsigned v = 1; v < variants.size(); ++v) {
            Value candidate = cost(variants[v], shape, maskEntries);
            Value better =
                arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, candidate, least);
            choice = b.select(better, b.index(v), choice);
            least = b.select(better, candidate, least);
          }
        }
        // The last variant needs no test.
        std::function<Value(unsigned)> dispatch = [&](unsigned v) -> Value {
          if (v + 1 == variants.size())
            return accumulateRow(v, accumulators[v], row, shape, mode, at);
          return b
              .ifElse(
                  b.equal(choice, b.index(v)), {index},
                  [&] {
                    return LoopBuilder::Values{
                        accumulateRow(v, accumulators[v], row, shape, mode, at)};
                  },
                  [&] { return LoopBuilder::Values{dispatch(v + 1)}; })
              .front();
        };
        return LoopBuilder::Values{dispatch(0), choice};
      },
      [&] { return LoopBuilder::Values{zero, zero}; });
  Value count = result[0];
  if (mode == Mode::Drain)
    count = emitSparseEpilogue(b, op.getEpilogue(),
                               {coordinates, values, at, count, row, columnMajor});
  return {count, result[1]};
}

LoopBuilder::Values RowWiseProduct::makeAccumulators() {
  LoopBuilder::Values accumulators;
  Type index = coordinatesType(resultType).getElementType();
  for (VariantAttr variant : variants) {
    Type type = AccumulatorType::get(b.getContext(), variant.getAccumulator(), index,
                                     semiring.element);
    TypedAttr identity = semiring.semiring.isCustom() ? semiring.identity : TypedAttr();
    auto create = AccumulatorCreateOp::create(b, type, isWindow(variant) ? window : columns,
                                              maxBound, semiring.semiring, identity);
    if (semiring.semiring.isCustom()) {
      IRMapping mapping;
      semiring.addRegion->cloneInto(&create.getAdd(), mapping);
    }
    if (!mask.empty())
      mask.emitFormula(b, create.getFormula());
    accumulators.push_back(create);
  }
  return accumulators;
}

/// Rows [first, last) one after the other, each where `placeOfRow` says; without
/// it the first one at `at` and each next one behind it. Returns the end.
Value RowWiseProduct::computeRows(ValueRange accumulators, Value first, Value last, Mode mode,
                                  Value at, function_ref<Value(Value)> placeOfRow) {
  Value zero = b.index(0), one = b.index(1);
  LoopBuilder::Values carried{at};
  carried.append(variants.size(), zero);
  auto counts = b.loop(first, last, carried, [&](Value row, ValueRange before) {
    Value place = placeOfRow ? placeOfRow(row) : before[0];
    auto [count, choice] = computeRow(accumulators, row, mode, place);
    if (mode == Mode::Count || !placeOfRow)
      b.storeIndex(count, positions, b.add(row, one));
    LoopBuilder::Values after{b.add(before[0], count)};
    for (unsigned v = 0; v < variants.size(); ++v) {
      Value taken = b.cast(b.equal(choice, b.index(v)), b.getIndexType());
      after.push_back(b.add(before[v + 1], taken));
    }
    return after;
  });
  if (mode == Mode::Drain) {
    for (unsigned v = 0; v < variants.size(); ++v)
      recordCount(b, "rows", v, counts[v + 1]);
    recordCount(b, "chunks", 0, one);
  }
  return counts[0];
}

void RowWiseProduct::destroyAccumulators(ValueRange accumulators) {
  for (Value accumulator : accumulators)
    AccumulatorDestroyOp::create(b, accumulator);
}

/// Counts in positions[1..] become positions; the total is checked in 64 bits.
Value RowWiseProduct::scanCounts(Value safeRows) {
  Value zero = b.index(0), one = b.index(1);
  Value total = b.loop(zero, safeRows, {zero}, [&](Value row, ValueRange sum) {
    Value next = b.add(row, one);
    Value after = b.add(sum[0], b.loadIndex(positions, next));
    b.storeIndex(after, positions, next);
    return LoopBuilder::Values{after};
  }).front();
  int64_t widest = largest(positionsType(resultType).getElementType());
  if (widest != std::numeric_limits<int64_t>::max()) {
    Value limit = b.index(widest);
    FailOp::create(b, b.lessEqual(total, limit), SCRATCH_INDEX_OVERFLOW,
                   "spgemm: entries of the result", total, limit);
  }
  return total;
}

Value RowWiseProduct::onePhase() {
  Value one = b.index(1);
  // Writers of whole vectors may go past the last entry.
  Value room = b.add(capacity, b.index(kSlack));
  Value allCoordinates =
      AllocateOp::create(b, coordinatesType(resultType), ValueRange{room}, false);
  Value allValues = AllocateOp::create(b, valuesType(resultType), ValueRange{room}, false);
  Value safeRows = countIfOk(b, rows);
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safeRows);
  Value chunks = b.sub(memref::DimOp::create(b, starts, 0), one);
  Value pieces =
      PiecesOpenOp::create(b, bufferOf(b.getI8Type()), allCoordinates, allValues, chunks);
  parallelChunks(
      b, starts, [&] { return makeAccumulators(); },
      [&](Value chunk, Value first, Value last, ValueRange accumulators) {
        Value bound = b.sub(b.loadIndex(bounds, last), b.loadIndex(bounds, first));
        auto piece = PiecesBeginOp::create(
            b, TypeRange{coordinatesType(resultType), valuesType(resultType), b.getIndexType()},
            pieces, chunk, bound);
        coordinates = piece.getCoordinates();
        values = piece.getValues();
        Value end = b.select(StatusOp::create(b), last, first);
        Value written = computeRows(accumulators, first, end, Mode::Drain, piece.getAt(), {});
        PiecesEndOp::create(b, pieces, chunk, b.sub(written, piece.getAt()));
      },
      [&](ValueRange accumulators) { destroyAccumulators(accumulators); });
  PiecesCloseOp::create(b, pieces);
  ReleaseOp::create(b, starts);
  Value total = scanCounts(countIfOk(b, rows));
  Value size = countIfOk(b, total);
  coordinates = TrimOp::create(b, allCoordinates, size);
  values = TrimOp::create(b, allValues, size);
  return total;
}

/// All rows, in chunks that need no place of their own.
void RowWiseProduct::forChunks(Value starts, Mode mode, function_ref<Value(Value)> placeOfRow) {
  parallelChunks(
      b, starts, [&] { return makeAccumulators(); },
      [&](Value, Value first, Value last, ValueRange accumulators) {
        computeRows(accumulators, first, last, mode, b.index(0), placeOfRow);
      },
      [&](ValueRange accumulators) { destroyAccumulators(accumulators); });
}

Value RowWiseProduct::twoPhases() {
  Value safeRows = countIfOk(b, rows);
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safeRows);
  forChunks(starts, Mode::Count, nullptr);
  safeRows = countIfOk(b, rows);
  Value total = scanCounts(safeRows);
  coordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
  values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
  // A failure since the first partition leaves no chunks for the second.
  Value again = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, countIfOk(b, rows));
  forChunks(again, Mode::Drain, [&](Value row) { return b.loadIndex(positions, row); });
  ReleaseOp::create(b, starts);
  ReleaseOp::create(b, again);
  return total;
}

FailureOr<Value> RowWiseProduct::expand() {
  if (failed(open()))
    return failure();
  boundRows();
  Value zero = b.index(0);
  positions = AllocateOp::create(b, positionsType(resultType),
                                 ValueRange{b.add(rows, b.index(1))}, false);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  Value total = op.getStrategyAttr().getPhases() == Phases::One ? onePhase() : twoPhases();
  recordCount(b, "result_nnz", 0, total);
  ReleaseOp::create(b, bounds);
  ReleaseOp::create(b, weights);
  Value height = columnMajor ? columns : rows, width = columnMajor ? rows : columns;
  return Value(AssembleOp::create(b, resultType, positions, coordinates, values, height, width));
}

FailureOr<Value> scratch::expandSpgemm(LoopBuilder &b, SpgemmOp op) {
  return RowWiseProduct(b, op).expand();
}
