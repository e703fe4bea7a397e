//===- Blocked.cpp - dense windows of several rows ------------------------===//
//
// Stage: map (x86). A tile is one window per row, side by side; a row's view moves
// the low end, so that its columns fall into its own window. Without a view a tile is
// the window of one row.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"

using namespace mlir;
using namespace scratch;

namespace {
class BlockedAccumulator : public DenseAccumulator {
public:
  using DenseAccumulator::DenseAccumulator;

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    DenseAccumulator::open(b, low, high, bound);
    first = low;
    width = span(b);
    begin = b.index(0);
  }

  void row(LoopBuilder &b, RowOp op) override {
    begin = b.mul(op.getNumber(), width);
    low = b.sub(first, begin);
  }

protected:
  Value scan(LoopBuilder &b, Value at, Emit emit) override {
    return b
        .loop(begin, b.add(begin, width), {at},
              [&](Value word, ValueRange before) {
                return LoopBuilder::Values{takeEntries(b, word, before[0], emit)};
              },
              kWord)
        .front();
  }

private:
  Value first; ///< the tile's lowest column
  Value width; ///< columns of one window
  Value begin; ///< of the row at hand
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeBlockedAccumulator(AccumulatorCreateOp op) {
  return op.getFormula().empty() ? std::make_unique<BlockedAccumulator>(op) : nullptr;
}
