//===- Tiered.cpp - dense window with a second tier of states -------------===//
//
// Stage: map (x86). Beside every 64 columns one byte says that any of them was
// touched; emptying scans these bytes and skips whole words. Touching costs one
// more store; scanning costs 1/64 of the plain window where it is empty.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

namespace {
class TieredAccumulator : public DenseAccumulator {
public:
  using DenseAccumulator::DenseAccumulator;

  void create(LoopBuilder &b) override {
    DenseAccumulator::create(b);
    Value words = b.shiftRight(b.roundUp(op.getWindow(), kWord), 6);
    tiers = allocate(b, b.getI8Type(), b.roundUp(words, kWord), /*zeroed=*/true);
  }

  void destroy(LoopBuilder &b) override {
    DenseAccumulator::destroy(b);
    ReleaseOp::create(b, tiers);
  }

protected:
  void note(LoopBuilder &b, Value column) override {
    b.store(byte(b, kPresent), tiers, b.shiftRight(column, 6));
  }

  Value scan(LoopBuilder &b, Value at, Emit emit) override {
    Type i64 = b.getI64Type();
    Value groups = b.shiftRight(span(b), 6);
    return b
        .loop(b.index(0), b.roundUp(groups, kWord), {at},
              [&](Value group, ValueRange before) {
                Value bits = takeTouched(b, group);
                Value set = b.toIndex(LLVM::CtPopOp::create(b, i64, bits));
                auto after = b.loop(
                    b.index(0), set, {bits, before[0]}, [&](Value, ValueRange left) {
                      Value zeros = LLVM::CountTrailingZerosOp::create(b, i64, left[0], true);
                      Value word = b.shiftLeft(b.add(group, b.toIndex(zeros)), 6);
                      Value next = takeEntries(b, word, left[1], emit);
                      Value rest = b.bitAnd(left[0], b.sub(left[0], b.integer(1, i64)));
                      return LoopBuilder::Values{rest, next};
                    });
                return LoopBuilder::Values{after[1]};
              },
              kWord)
        .front();
  }

private:
  /// Which of 64 words were touched; forgets them.
  Value takeTouched(LoopBuilder &b, Value group) {
    auto type = VectorType::get({kWord}, b.getI8Type());
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value bytes = vector::LoadOp::create(b, type, tiers, ValueRange{group});
    Value set = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, bytes, zero);
    Value packed = vector::BitCastOp::create(b, VectorType::get({1}, b.getI64Type()), set);
    Value bits = vector::ExtractOp::create(b, packed, 0);
    vector::StoreOp::create(b, zero, tiers, ValueRange{group});
    return bits;
  }

  Value tiers;
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeTieredAccumulator(AccumulatorCreateOp op) {
  return std::make_unique<TieredAccumulator>(op);
}
