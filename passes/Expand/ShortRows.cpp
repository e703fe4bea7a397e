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

/// Changes of length that a processor's predictor has by heart when it meets them again and
/// again.
static constexpr int64_t kRemembered = 1 << 14;

Value ShortRows::endUnforeseen() {
  Value rows = lhs.majors;
  return b.ifElse(
      b.lessEqual(b.index(kRemembered), rows), {b.getI1Type()},
      [&] {
        Value changes = sampledChanges(b, rows, [&](Value row) {
          auto [begin, end] = lhs.segment(b, row);
          return b.sub(end, begin);
        });
        return LoopBuilder::Values{
            b.lessEqual(b.index(kRemembered * kSampledPairs), b.mul(changes, rows))};
      },
      [&] { return LoopBuilder::Values{b.bit(false)}; })[0];
}

Value ShortRows::allocate() {
  return AllocateOp::create(b, bufferOf(semiring.element),
                            ValueRange{b.index(kEntries + products.lanes())}, /*zeroed=*/false);
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

void ShortRows::sum(Value buffer, Value row, function_ref<void(Value)> visit,
                    function_ref<void(Value, Value)> emit) {
  Value zero = b.index(0), from = b.loadIndex(lhs.positions, row);
  Value to = b.loadIndex(lhs.positions, b.add(row, b.index(kRows)));
  products.forEach(from, to, visit, [&](Value p, Value vector) {
    vector::StoreOp::create(b, vector, buffer, ValueRange{b.sub(p, from)});
  });
  b.loop(zero, b.index(kRows), [&](Value k) {
    Value first = b.add(row, k), longest = zero;
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
    Value sums = b.ifElse(
        b.lessEqual(longest, b.index(kVectors * products.lanes())), {type},
        [&] { return LoopBuilder::Values{sumTogether(buffer, begins, lengths, longest)}; },
        [&] { return LoopBuilder::Values{sumOneByOne(buffer, begins, lengths)}; })[0];
    emit(first, sums);
  }, products.lanes());
}
