//===- Transpose.cpp - squares of numbers, turned in registers ------------===//
//
// Four vectors are turned inside blocks of four lanes; then blocks are.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

static int64_t lanesOf(Value vector) { return cast<VectorType>(vector.getType()).getDimSize(0); }

/// From each block of four lanes, `width` lanes of `a`, then as many of `c`, and so on:
/// the lower half of the blocks, or the upper one.
static Value interleave(LoopBuilder &b, Value a, Value c, int64_t width, bool upper) {
  int64_t lanes = lanesOf(a);
  SmallVector<int64_t> mask;
  for (int64_t block = 0; block < lanes; block += 4)
    for (int64_t half = 0; half < 2; half += width)
      for (int64_t side : {int64_t(0), lanes})
        for (int64_t lane = 0; lane < width; ++lane)
          mask.push_back(side + block + (upper ? 2 : 0) + half + lane);
  return vector::ShuffleOp::create(b, a, c, mask);
}

/// Every other block of four lanes of `a`, then of `c`.
static Value everyOtherBlock(LoopBuilder &b, Value a, Value c, int64_t first) {
  int64_t lanes = lanesOf(a);
  SmallVector<int64_t> mask;
  for (int64_t side : {int64_t(0), lanes})
    for (int64_t block = 4 * first; block < lanes; block += 8)
      for (int64_t lane = 0; lane < 4; ++lane)
        mask.push_back(side + block + lane);
  return vector::ShuffleOp::create(b, a, c, mask);
}

Values scratch::transpose(LoopBuilder &b, ValueRange rows) {
  int64_t lanes = lanesOf(rows[0]), blocks = lanes / 4;
  if (lanes == 1)
    return Values(rows);
  if (lanes == 2)
    return {vector::ShuffleOp::create(b, rows[0], rows[1], ArrayRef<int64_t>{0, 2}),
            vector::ShuffleOp::create(b, rows[0], rows[1], ArrayRef<int64_t>{1, 3})};
  // turned[k][g]: in block q, column 4 q + k of rows 4 g and on.
  SmallVector<Values> turned(4, Values(blocks));
  for (int64_t g = 0; g < blocks; ++g) {
    ValueRange four = rows.slice(4 * g, 4);
    for (bool upper : {false, true}) {
      Value even = interleave(b, four[0], four[1], 1, upper);
      Value odd = interleave(b, four[2], four[3], 1, upper);
      for (bool second : {false, true})
        turned[2 * upper + second][g] = interleave(b, even, odd, 2, second);
    }
  }
  Values columns(lanes);
  for (int64_t k = 0; k < 4; ++k) {
    // Blocks of vector g at position q go to vector q at position g.
    SmallVector<Values> parts{turned[k]}; // each: the same positions of all vectors
    while (parts[0].size() > 1) {
      SmallVector<Values> halves(2 * parts.size());
      for (auto [p, part] : llvm::enumerate(parts))
        for (size_t g = 0; g < part.size(); g += 2)
          for (size_t odd : {0, 1})
            halves[p + odd * parts.size()].push_back(
                everyOtherBlock(b, part[g], part[g + 1], odd));
      parts = std::move(halves);
    }
    for (auto [q, part] : llvm::enumerate(parts))
      columns[4 * q + k] = part[0];
  }
  return columns;
}

Value scratch::reduceRows(LoopBuilder &b, ValueRange rows,
                          function_ref<Value(Value, Value)> combine) {
  Values current(rows);
  auto fold = [&](function_ref<Value(Value, Value, bool)> half) {
    Values next;
    for (size_t r = 0; r < current.size(); r += 2)
      next.push_back(combine(half(current[r], current[r + 1], false),
                             half(current[r], current[r + 1], true)));
    current = std::move(next);
  };
  for (int64_t width : {1, 2})
    fold([&](Value a, Value c, bool upper) { return interleave(b, a, c, width, upper); });
  while (current.size() > 1)
    fold([&](Value a, Value c, bool odd) { return everyOtherBlock(b, a, c, odd); });
  return current[0];
}
