//===- ShortRows.cpp - sums of short rows, a vector of rows at a time -----===//
#include "passes/Expand/ShortRows.h"

#include "passes/Emission/Transpose.h"
#include "passes/Expand/SampledChanges.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Entries of a block at most, twelve per row: longer rows fill vectors of their own.
static constexpr int64_t kEntries = 12 * ShortRows::kRows;
/// Vectors of a row's entries from which its rows are summed one by one.
static constexpr int64_t kVectors = 4;
/// Vectors of products that are held as a table in registers, and entries of a block in which
/// nearly all vectors of rows have no more: which way each one goes is foreseen.
static constexpr int64_t kSmallTable = 2, kTable = 4, kFew = 4 * ShortRows::kRows;

/// Entries per row on average up to which rows are summed together even where each is foreseen
/// (Zen 5, time against single rows): a band of three 0.82, road_andorra 0.60; of five 1.21.
static constexpr int64_t kFewEntries = 3;

Value ShortRows::endUnforeseen(int64_t remembered, int64_t rowsPerChange) {
  Value rows = lhs.majors;
  return b.ifElse(
      b.lessEqual(b.index(remembered), rows), {b.getI1Type()},
      [&] {
        Value changes = sampledChanges(b, rows, [&](Value row) {
          auto [begin, end] = lhs.segment(b, row);
          return b.sub(end, begin);
        });
        Value many = b.lessEqual(b.index(remembered * kSampledPairs), b.mul(changes, rows));
        Value often = b.lessEqual(b.index(kSampledPairs), b.mul(changes, b.index(rowsPerChange)));
        return LoopBuilder::Values{b.bitAnd(many, often)};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

Value ShortRows::haveFewEntries() {
  return b.lessEqual(b.loadIndex(lhs.positions, lhs.majors), b.mul(lhs.majors, b.index(kFewEntries)));
}

Value ShortRows::allocate() {
  return AllocateOp::create(b, bufferOf(semiring.element),
                            ValueRange{b.index(kEntries + kTable * products.lanes())}, /*zeroed=*/false);
}

Value ShortRows::areShort(Value row) {
  Value entries = b.sub(b.loadIndex(lhs.positions, b.add(row, b.index(kRows))),
                        b.loadIndex(lhs.positions, row));
  return b.lessEqual(entries, b.index(kEntries));
}

/// The first `count` of a vector's lanes, the identity behind them.
Value ShortRows::load(Value buffer, Value at, Value count) {
  auto type = VectorType::get({products.lanes()}, semiring.element);
  auto maskType = VectorType::get({products.lanes()}, b.getI1Type());
  Value mask = vector::CreateMaskOp::create(b, maskType, count);
  return vector::MaskedLoadOp::create(b, type, buffer, ValueRange{at}, mask,
                                      semiring.getIdentity(b, type));
}

/// The k-th product of each of the rows from `first` on, k by k, from registers: their products
/// lie from `at` on in the buffer and fit into so many vectors.
Value ShortRows::sumFromTable(Value buffer, Value first, Value at, int64_t vectors) {
  int64_t lanes = products.lanes();
  Type bits = b.getIntegerType(semiring.element.getIntOrFloatBitWidth());
  auto lanesOf = [&](Type element) { return VectorType::get({lanes}, element); };
  auto splat = [&](Value scalar) -> Value {
    return vector::BroadcastOp::create(b, lanesOf(scalar.getType()), scalar);
  };
  Type stored = cast<MemRefType>(lhs.positions.getType()).getElementType();
  Value from = splat(b.load(lhs.positions, first));
  auto offsets = [&](int64_t row) -> Value {
    Value offset = b.sub(products.positionsFrom(b.add(first, b.index(row))), from);
    if (stored == bits)
      return offset;
    if (stored.isIndex())
      return arith::IndexCastUIOp::create(b, lanesOf(bits), offset);
    if (stored.getIntOrFloatBitWidth() < bits.getIntOrFloatBitWidth())
      return arith::ExtUIOp::create(b, lanesOf(bits), offset);
    return arith::TruncIOp::create(b, lanesOf(bits), offset);
  };
  Value ends = offsets(1), one = splat(b.integer(1, bits));
  Value table = vector::LoadOp::create(b, VectorType::get({vectors * lanes}, semiring.element),
                                       buffer, ValueRange{at});
  Type sums = lanesOf(semiring.element);
  auto inside = [&](Value next) { return b.less(next, ends); };
  return b.whileLoop(
      {offsets(0), semiring.getIdentity(b, sums)},
      [&](ValueRange state) -> Value {
        return vector::ReductionOp::create(b, vector::CombiningKind::OR, inside(state[0]));
      },
      [&](ValueRange state) {
        Value next = state[0], sum = state[1];
        Value taken = TakeLanesOp::create(b, sums, table, next);
        return LoopBuilder::Values{b.add(next, one),
                                   b.select(inside(next), semiring.add(b, sum, taken), sum)};
      })[1];
}

Value ShortRows::sumTogether(Value buffer, ValueRange begins, ValueRange lengths, Value longest) {
  LoopBuilder::Values sums;
  for (auto [begin, length] : llvm::zip_equal(begins, lengths))
    sums.push_back(load(buffer, begin, length));
  sums = b.loop(
      b.index(products.lanes()), longest, sums,
      [&](Value k, ValueRange before) {
        LoopBuilder::Values after;
        for (auto [begin, length, sum] : llvm::zip_equal(begins, lengths, before)) {
          Value left = b.select(b.less(k, length), b.sub(length, k), b.index(0));
          after.push_back(semiring.add(b, sum, load(buffer, b.add(begin, k), left)));
        }
        return after;
      },
      products.lanes());
  return reduceRows(b, sums, [&](Value a, Value c) { return semiring.add(b, a, c); });
}

/// Rows of very different lengths.
Value ShortRows::sumOneByOne(Value buffer, ValueRange begins, ValueRange lengths) {
  auto type = VectorType::get({products.lanes()}, semiring.element);
  Value sums = semiring.getIdentity(b, type);
  for (auto [lane, row] : llvm::enumerate(llvm::zip_equal(begins, lengths))) {
    auto [begin, length] = row;
    Value sum = b.loop(b.index(0), length, {semiring.getIdentity(b, type)},
                       [&, begin = begin, length = length](Value k, ValueRange before) {
                         Value some = load(buffer, b.add(begin, k), b.sub(length, k));
                         return LoopBuilder::Values{semiring.add(b, before[0], some)};
                       },
                       products.lanes())[0];
    sums = vector::InsertOp::create(b, reduceLanes(b, semiring, sum), sums, lane);
  }
  return sums;
}

/// Rows of more products than registers hold.
Value ShortRows::sumFromMemory(Value buffer, Value first, Value from) {
  Value longest = b.index(0);
  LoopBuilder::Values begins, lengths;
  Value begin = b.loadIndex(lhs.positions, first);
  for (int64_t lane = 0; lane < products.lanes(); ++lane) {
    Value end = b.loadIndex(lhs.positions, b.add(first, b.index(lane + 1)));
    begins.push_back(b.sub(begin, from));
    lengths.push_back(b.sub(end, begin));
    longest = b.max(longest, lengths.back());
    begin = end;
  }
  auto type = VectorType::get({products.lanes()}, semiring.element);
  return b.ifElse(
      b.lessEqual(longest, b.index(kVectors * products.lanes())), {type},
      [&] { return LoopBuilder::Values{sumTogether(buffer, begins, lengths, longest)}; },
      [&] { return LoopBuilder::Values{sumOneByOne(buffer, begins, lengths)}; })[0];
}

/// The rows from `first` on, as many as a vector has lanes; `from`: the first entry in the buffer;
/// `few`, i1: the block has few entries.
Value ShortRows::sumVector(Value buffer, Value first, Value from, Value few) {
  int64_t lanes = products.lanes();
  Value begin = b.loadIndex(lhs.positions, first), at = b.sub(begin, from);
  Value count = b.sub(b.loadIndex(lhs.positions, b.add(first, b.index(lanes))), begin);
  auto type = VectorType::get({lanes}, semiring.element);
  auto tableOr = [&](int64_t vectors, function_ref<LoopBuilder::Values()> otherwise) {
    Value fits = b.lessEqual(count, b.index(vectors * lanes));
    return b.ifElse(
        b.bitAnd(few, fits), {type},
        [&] { return LoopBuilder::Values{sumFromTable(buffer, first, at, vectors)}; }, otherwise);
  };
  return tableOr(kSmallTable, [&] {
    return tableOr(kTable,
                   [&] { return LoopBuilder::Values{sumFromMemory(buffer, first, from)}; });
  })[0];
}

void ShortRows::sum(Value buffer, Value row, function_ref<void(Value)> visit,
                    function_ref<void(Value, Value)> emit) {
  Value end = b.add(row, b.index(kRows));
  Value from = b.loadIndex(lhs.positions, row), to = b.loadIndex(lhs.positions, end);
  products.forEach(from, to, visit, [&](Value p, Value vector) {
    vector::StoreOp::create(b, vector, buffer, ValueRange{b.sub(p, from)});
  });
  Value few = b.lessEqual(b.sub(to, from), b.index(kFew));
  b.loop(row, end, [&](Value first) { emit(first, sumVector(buffer, first, from, few)); },
         products.lanes());
}
