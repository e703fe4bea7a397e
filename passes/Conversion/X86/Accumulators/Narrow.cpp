//===- Narrow.cpp - a window of one word of columns -----------------------===//
//
// Stage: map (x86). Which columns have entries is one bit each, in a word that stays in a
// register from the tile's first product to its last: nothing is stored for a state, and
// emptying the window does not wait until stores of bytes can be read again as a vector.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"

using namespace mlir;
using namespace scratch;

namespace {
class NarrowAccumulator final : public DenseAccumulator {
public:
  using DenseAccumulator::DenseAccumulator;

  void create(LoopBuilder &b) override { values = allocateValues(b, b.index(kWord)); }
  void destroy(LoopBuilder &b) override { ReleaseOp::create(b, values); }

  /// In the frame of the function that the tile becomes (OutlineTiles); LLVM makes it a register.
  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    DenseAccumulator::open(b, low, high, bound);
    Type i64 = b.getI64Type();
    present = memref::AllocaOp::create(b, MemRefType::get({1}, i64));
    b.store(b.integer(0, i64), present, b.index(0));
  }

protected:
  void setPresent(LoopBuilder &b, ValueRange columns) override {
    Type i64 = b.getI64Type();
    Value bits = b.load(present, b.index(0));
    for (Value column : columns) {
      Value bit = arith::ShLIOp::create(b, b.integer(1, i64), b.cast(column, i64));
      bits = b.bitOr(bits, bit);
    }
    b.store(bits, present, b.index(0));
  }

  Value scan(LoopBuilder &b, Value at, Emit emit) override {
    return emit(b.index(0), b.load(present, b.index(0)), at);
  }

private:
  Value present; ///< of the open tile: bit k is column low + k
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeNarrowAccumulator(AccumulatorCreateOp op) {
  return op.getFormula().empty() ? std::make_unique<NarrowAccumulator>(op) : nullptr;
}
