//===- LowerIntersectLanes.cpp - two short lists at once, with AVX-512 ----===//
//
// Stage: map (x86). One instruction compares all lanes with all; of its two masks the first is
// asked for.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Emission/LoopBuilder.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERINTERSECTLANESX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static Value lower(LoopBuilder &b, IntersectLanesOp op) {
  bool wide = op.getThese().getType().getElementTypeBitWidth() == 64;
  StringRef intrinsic = wide ? "llvm.x86.avx512.vp2intersect.q.512" : "llvm.x86.avx512.vp2intersect.d.512";
  Type mask = op.getType();
  auto both = LLVM::CallIntrinsicOp::create(
      b, LLVM::LLVMStructType::getLiteral(b.getContext(), {mask, mask}),
      b.getStringAttr(intrinsic), ValueRange{op.getThese(), op.getThose()});
  return LLVM::ExtractValueOp::create(b, both.getResult(0), ArrayRef<int64_t>{0});
}

namespace {
struct LowerIntersectLanesX86Pass
    : scratch::impl::LowerIntersectLanesX86PassBase<LowerIntersectLanesX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<IntersectLanesOp> ops;
    getOperation().walk([&](IntersectLanesOp op) { ops.push_back(op); });
    for (IntersectLanesOp op : ops) {
      LoopBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(lower(b, op));
      op.erase();
    }
  }
};
} // namespace
