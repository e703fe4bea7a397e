//===- Plan.cpp - a product's structure, found out once -------------------===//
//
// Stage: expand. The first half of plan and execute. A worker that fills places keeps the number
// of each column in the row of the pattern, and never clears it: a number counts if the pattern
// has the column there (the sparse set of Briggs and Torczon, 1993).
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Fingerprint.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/KnownOperands.h"
#include "passes/Expand/Spgemm/PlanBytes.h"
#include "passes/Expand/Spgemm/RowProducts.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Products per entry of the result up to which places are worth their memory: 16 bytes an
/// entry, which itself has 12 or more.
static constexpr int64_t kMostProducts = 8;
/// Weight of a row beyond its products, for balance.
static constexpr int64_t kRowWeight = 8;

namespace {
class Planner {
public:
  Planner(LoopBuilder &b, const KnownOperands &known)
      : b(b), pattern(known.pattern), lhs(known.lhs), rhs(known.rhs), rows(countIfOk(b, lhs.majors)) {}

  /// How many products have places: all or none.
  Value countPlaces();
  void fillPlaces(const PlanBytes &plan, Value products);

private:
  void countProducts();
  Value placeOf(Value column, Value first, Value length, Value ranks, Value lastEntry) const;
  Value fillRow(Value row, Value at, Value places, Value ranks, Value lastEntry) const;

  LoopBuilder &b;
  const SparseOperand &pattern, &lhs, &rhs;
  Value rows;
  Value before; ///< products before each row
};
} // namespace

/// before[i + 1]: products of row i.
void Planner::countProducts() {
  Value zero = b.index(0), one = b.index(1);
  before = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.add(rows, one)}, false);
  rows = countIfOk(b, rows);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, before, zero); });
  parallelRows(b, rows, [&](Value first, Value last) {
    Value lastEntry = b.sub(b.loadIndex(lhs.positions, lhs.majors), one);
    b.loop(first, last, [&](Value row) {
      b.storeIndex(productsOfRow(b, lhs, rhs, row, lastEntry), before, b.add(row, one));
    });
  });
}

Value Planner::countPlaces() {
  countProducts();
  Value most = b.mul(pattern.entries(b), b.index(kMostProducts)), none = b.index(0);
  Value tooMany = b.add(most, b.index(1));
  Values all = b.loop(none, rows, {none, none}, [&](Value row, ValueRange carried) {
    Value next = b.add(row, b.index(1));
    // No sum leaves its type: a row is cut to what is too many already.
    Value products = b.min(b.loadIndex(before, next), tooMany);
    Value sum = b.min(b.add(carried[0], products), tooMany);
    b.storeIndex(sum, before, next);
    auto [first, last] = pattern.segment(b, row);
    return Values{sum, b.max(carried[1], b.sub(last, first))};
  });
  Value fits = b.bitAnd(b.lessEqual(all[0], most),
                        b.lessEqual(all[1], b.index(PlanBytes::kLongestRow)));
  return b.select(fits, all[0], none);
}

/// What `ranks` says of a column if that is so, else the row's length.
Value Planner::placeOf(Value column, Value first, Value length, Value ranks, Value lastEntry) const {
  Value rank = b.loadIndex(ranks, column);
  Value at = b.min(b.add(first, rank), lastEntry);
  Value isThere = b.bitAnd(b.less(rank, length), b.equal(b.loadIndex(pattern.coordinates, at), column));
  return b.select(isThere, rank, length);
}

/// i1: whether a product falls beside the pattern.
Value Planner::fillRow(Value row, Value at, Value places, Value ranks, Value lastEntry) const {
  auto [first, last] = pattern.segment(b, row);
  Value length = b.sub(last, first);
  b.loop(first, last, [&, first = first](Value k) {
    b.storeIndex(b.sub(k, first), ranks, b.loadIndex(pattern.coordinates, k));
  });
  auto [begin, end] = lhs.segment(b, row);
  return b.loop(begin, end, {at, b.bit(false)}, [&, first = first](Value p, ValueRange carried) {
    auto [from, to] = rhs.segment(b, b.loadIndex(lhs.coordinates, p));
    Value shift = b.sub(carried[0], from);
    Value beside = b.loop(from, to, {carried[1]}, [&](Value q, ValueRange before) {
      Value place = placeOf(b.loadIndex(rhs.coordinates, q), first, length, ranks, lastEntry);
      b.storeIndex(place, places, b.add(shift, q));
      return Values{b.bitOr(before[0], b.equal(place, length))};
    })[0];
    return Values{b.add(shift, to), beside};
  })[1];
}

/// Takes back all of them if a product falls beside the pattern.
void Planner::fillPlaces(const PlanBytes &plan, Value products) {
  Value none = b.index(0), one = b.index(1), some = b.less(none, products);
  Value filled = b.select(some, rows, none);
  Value planned = plan.before(rows), places = plan.places(rows, products);
  b.loop(none, b.select(some, b.add(rows, one), none),
         [&](Value at) { b.store(b.load(before, at), planned, at); });
  Value starts = partitionByEntries(b, lhs.positions, filled, one, kRowWeight);
  Value chunks = memref::DimOp::create(b, starts, none);
  Value beside = AllocateOp::create(b, bufferOf(b.getI8Type()), ValueRange{chunks}, /*zeroed=*/true);
  Value lastEntry = b.sub(pattern.entries(b), one);
  parallelChunks(
      b, starts,
      [&] {
        Value columns = b.select(some, rhs.minors, none);
        return Values{AllocateOp::create(b, bufferOf(b.getI16Type()), ValueRange{columns}, false)};
      },
      [&](Value chunk, Value first, Value last, ValueRange state) {
        Value end = b.select(StatusOp::create(b), last, first);
        b.loop(first, end, [&](Value row) {
          Value isBeside =
              fillRow(row, b.loadIndex(planned, row), places, state[0], lastEntry);
          b.ifThen(isBeside, [&] { b.store(b.integer(1, b.getI8Type()), beside, chunk); });
        });
      },
      [&](ValueRange state) { ReleaseOp::create(b, state[0]); });
  b.loop(none, countIfOk(b, chunks), [&](Value chunk) {
    b.ifThen(b.notEqual(b.loadIndex(beside, chunk), none),
             [&] { plan.storeWord(b.integer(0, b.getI64Type()), PlanBytes::kPlacesAt); });
  });
  for (Value buffer : {before, starts, beside})
    ReleaseOp::create(b, buffer);
}

FailureOr<Value> scratch::expandSpgemmPlan(LoopBuilder &b, SpgemmPlanOp op) {
  FailureOr<KnownOperands> known = openKnown(b, op, op.getPattern(), op.getLhs(), op.getRhs());
  if (failed(known))
    return failure();
  Planner planner(b, *known);
  Value products = planner.countPlaces();
  Value rows = known->lhs.majors;
  Value bytes = AllocateOp::create(b, bufferOf(b.getI8Type()),
                                   ValueRange{PlanBytes::size(b, rows, products)}, /*zeroed=*/false);
  PlanBytes plan(b, bytes);
  SmallVector<Value> words;
  for (Value matrix : {op.getLhs(), op.getRhs(), op.getPattern()})
    llvm::append_range(words, emitFingerprint(b, matrix));
  words.push_back(b.cast(products, b.getI64Type()));
  b.ifThen(StatusOp::create(b), [&] {
    for (auto [at, word] : llvm::enumerate(words))
      plan.storeWord(word, at);
  });
  planner.fillPlaces(plan, countIfOk(b, products));
  return asTensor(b, op.getType(), bytes);
}
