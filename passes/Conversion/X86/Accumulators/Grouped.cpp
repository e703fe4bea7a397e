//===- Grouped.cpp - dense window merged in groups of eight columns -------===//
//
// Stage: map (x86). Rows of B come as groups: a number, eight bits. A group's values are
// spread to their lanes (expand load), merged into an aligned vector of the window, and its
// bits noted in one byte: one load, multiply-add and store for up to eight products. States
// are bits, so that a word of 64 columns is read at once.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"
#include "passes/Conversion/X86/Accumulators/PackLanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kGroupLog = kGroupColumnsLog, kGroup = 1 << kGroupLog;
static_assert(kGroup == kPackedLanes, "a group is what a byte masks");

namespace {
class GroupedAccumulator : public DenseAccumulator {
public:
  using DenseAccumulator::DenseAccumulator;

  void create(LoopBuilder &b) override {
    // Tiles begin at a group: up to a word more than they were asked for.
    Value size = b.add(b.roundUp(op.getWindow(), kWord), b.index(kWord));
    values = known() ? allocate(b, element, size, /*zeroed=*/false) : allocateValues(b, size);
    Value slots = known() ? b.index(kGroup) : b.shiftRight(size, kGroupLog);
    states = allocate(b, b.getI8Type(), slots, /*zeroed=*/true);
  }

  void open(LoopBuilder &b, Value low, Value high, Value bound) override {
    DenseAccumulator::open(b, b.bitAnd(low, b.index(-kGroup)), high, bound);
  }

  void accumulateGroups(LoopBuilder &b, AccumulateGroupsOp op) override {
    SemiringEmitter multiply = semiring;
    multiply.semiring = op.getSemiring();
    multiply.swapped = op.getSwapped();
    auto type = VectorType::get({kGroup}, element);
    Value scale;
    if (op.getScale())
      scale = vector::BroadcastOp::create(
          b, VectorType::get({kGroup}, op.getScale().getType()), op.getScale());
    Value values = op.getValues();
    Value nothing;
    if (values) {
      auto read = VectorType::get({kGroup}, cast<MemRefType>(values.getType()).getElementType());
      nothing = arith::ConstantOp::create(b, b.getZeroAttr(read));
    }
    b.loop(op.getGroupFirst(), op.getGroupLast(), {op.getFirst()}, [&](Value g, ValueRange at) {
      Value bits = b.load(op.getMasks(), g);
      Value column = b.sub(b.shiftLeft(b.loadIndex(op.getGroups(), g), kGroupLog), low);
      if (!known()) {
        Value slot = b.shiftRight(column, kGroupLog);
        b.store(b.bitOr(b.load(states, slot), bits), states, slot);
      }
      if (op.getSymbolic())
        return LoopBuilder::Values{at[0]};
      Value mask = laneMask(b, bits);
      Value entries;
      if (values)
        entries = vector::ExpandLoadOp::create(b, cast<VectorType>(nothing.getType()), values,
                                               ValueRange{at[0]}, mask, nothing);
      Value before = vector::LoadOp::create(b, type, this->values, ValueRange{column});
      Value sum = semiring.add(b, before, multiply.multiply(b, scale, entries, type));
      vector::StoreOp::create(b, b.select(mask, sum, before), this->values, ValueRange{column});
      Value count = LLVM::CtPopOp::create(b, b.getI8Type(), bits);
      return LoopBuilder::Values{b.add(at[0], b.toIndex(count))};
    });
  }

protected:
  void touch(LoopBuilder &b, Value coordinate, Value product) override {
    Value column = b.sub(coordinate, low);
    if (product)
      b.store(semiring.add(b, b.load(values, column), product), values, column);
    if (known())
      return;
    Value slot = b.shiftRight(column, kGroupLog);
    b.store(b.bitOr(b.load(states, slot), bitOf(b, column)), states, slot);
  }

  /// A column's bit in the byte of its group.
  Value bitOf(LoopBuilder &b, Value column) {
    Value place = b.cast(b.bitAnd(column, b.index(kGroup - 1)), b.getI8Type());
    return arith::ShLIOp::create(b, byte(b, 1), place);
  }

  int64_t groupSize() const override { return 1; }

  Value isPresent(LoopBuilder &b, Value column) override {
    return b.notEqual(b.bitAnd(b.load(states, b.shiftRight(column, kGroupLog)), bitOf(b, column)),
                      byte(b, 0));
  }

  Value takeWord(LoopBuilder &b, Value bytes, Value word) override {
    auto type = VectorType::get({kWord / kGroup}, b.getI8Type());
    Value slot = b.shiftRight(word, kGroupLog);
    Value found = vector::LoadOp::create(b, type, bytes, ValueRange{slot});
    Value packed =
        vector::BitCastOp::create(b, VectorType::get({1}, b.getI64Type()), found);
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    vector::StoreOp::create(b, zero, bytes, ValueRange{slot});
    return vector::ExtractOp::create(b, packed, 0);
  }
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeGroupedAccumulator(AccumulatorCreateOp op) {
  bool suits = op.getFormula().empty() && !op.getSemiring().isCustom();
  return suits ? std::make_unique<GroupedAccumulator>(op) : nullptr;
}
