//===- LowerTakeLanes.cpp - tables in registers, with AVX-512 -------------===//
//
// Stage: map (x86). A permute of two registers looks elements up by the low bits of
// every index; a table of four registers takes two of them, and the next bit says which is meant.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERTAKELANESX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static StringRef permuteOf(Type element) {
  if (isa<FloatType>(element))
    return element.isF64() ? "llvm.x86.avx512.vpermi2var.pd.512" : "llvm.x86.avx512.vpermi2var.ps.512";
  return element.isInteger(64) ? "llvm.x86.avx512.vpermi2var.q.512" : "llvm.x86.avx512.vpermi2var.d.512";
}

static Value lower(LoopBuilder &b, TakeLanesOp op) {
  VectorType type = op.getType();
  int64_t lanes = type.getNumElements();
  auto part = [&](int64_t number) -> Value {
    return vector::ExtractStridedSliceOp::create(b, op.getTable(), ArrayRef{number * lanes},
                                                 ArrayRef{lanes}, ArrayRef<int64_t>{1});
  };
  auto lookUp = [&](int64_t first) {
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(permuteOf(type.getElementType())),
                                         ValueRange{part(first), op.getIndex(), part(first + 1)})
        .getResult(0);
  };
  Value low = lookUp(0);
  if (op.getTable().getType().getNumElements() == 2 * lanes)
    return low;
  auto wide = op.getIndex().getType();
  auto all = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(
        b, DenseElementsAttr::get(wide, b.getIntegerAttr(wide.getElementType(), value)));
  };
  Value isHigh = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                       b.bitAnd(op.getIndex(), all(2 * lanes)), all(0));
  return b.select(isHigh, lookUp(2), low);
}

namespace {
struct LowerTakeLanesX86Pass
    : scratch::impl::LowerTakeLanesX86PassBase<LowerTakeLanesX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<TakeLanesOp> ops;
    getOperation().walk([&](TakeLanesOp op) { ops.push_back(op); });
    for (TakeLanesOp op : ops) {
      LoopBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(lower(b, op));
      op.erase();
    }
  }
};
} // namespace
