//===- LowerIntersectLanes.cpp - two short lists at once, with AVX-512 ----===//
//
// Stage: map (x86). One instruction compares all lanes with all and has two masks as its result;
// by them, values are packed and spread in registers.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Emission/CompressLanes.h"
#include "passes/Emission/LoopBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERINTERSECTLANESX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static Value call(LoopBuilder &b, Type type, StringRef intrinsic, ValueRange arguments) {
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(intrinsic), arguments)
      .getResult(0);
}

static LoopBuilder::Values lower(LoopBuilder &b, IntersectLanesOp op) {
  bool wide = op.getThese().getType().getElementTypeBitWidth() == 64;
  Type mask = op.getInThese().getType();
  Value both = call(b, LLVM::LLVMStructType::getLiteral(b.getContext(), {mask, mask}),
                    wide ? "llvm.x86.avx512.vp2intersect.q.512"
                         : "llvm.x86.avx512.vp2intersect.d.512",
                    {op.getThese(), op.getThose()});
  auto part = [&](int64_t number) -> Value {
    return LLVM::ExtractValueOp::create(b, both, ArrayRef<int64_t>{number});
  };
  return {part(0), part(1)};
}

static LoopBuilder::Values lower(LoopBuilder &b, MoveLanesOp op) {
  Type type = op.getMoved().getType();
  Value close = compressLanes(b, op.getLanes(), op.getFrom());
  Value none = ub::PoisonOp::create(b, type);
  return {call(b, type, "llvm.x86.avx512.mask.expand", {close, none, op.getTo()})};
}

template <typename Op> static void lowerAll(Operation *module) {
  SmallVector<Op> ops;
  module->walk([&](Op op) { ops.push_back(op); });
  for (Op op : ops) {
    LoopBuilder b(op.getLoc(), op);
    op->replaceAllUsesWith(lower(b, op));
    op.erase();
  }
}

namespace {
struct LowerIntersectLanesX86Pass
    : scratch::impl::LowerIntersectLanesX86PassBase<LowerIntersectLanesX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    lowerAll<IntersectLanesOp>(getOperation());
    lowerAll<MoveLanesOp>(getOperation());
  }
};
} // namespace
