//===- ShortFloats.cpp - what no processor or library does with bf16 ------===//
//
// Stage: lower, every target. Upstream's passes take arithmetic on bf16 to f32; here is
// what they leave to LLVM, which would call functions of compiler-rt that programs need
// not have. Runs behind them. A processor that rounds to bf16 does.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Runtime/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/TypeSwitch.h"

namespace scratch {
#define GEN_PASS_DEF_SHORTFLOATSPASS
#include "passes/Conversion/Runtime/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// `type`, scalar or vector, of `element`.
static Type ofElement(Type type, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(type))
    return shaped.clone(element);
  return element;
}

static Value constant(OpBuilder &b, Location loc, Type type, int64_t value) {
  auto number = b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto shaped = dyn_cast<ShapedType>(type))
    return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(shaped, number));
  return arith::ConstantOp::create(b, loc, number);
}

/// BEFORE: truncf %x : f64 to bf16
/// AFTER:  truncf %odd : f32 to bf16
/// Rounding twice is rounding once where the first result, if inexact, is the odd one
/// of the two numbers beside x: it is never half way between two bf16.
static LogicalResult shortenByOdd(arith::TruncFOp op, PatternRewriter &rewriter) {
  Value x = op.getIn();
  if (!getElementTypeOrSelf(op.getType()).isBF16() || !getElementTypeOrSelf(x).isF64())
    return rewriter.notifyMatchFailure(op, "not from f64 to bf16");
  Location loc = op.getLoc();
  Type f32 = ofElement(x.getType(), rewriter.getF32Type()),
       i32 = ofElement(x.getType(), rewriter.getI32Type());
  Value near = arith::TruncFOp::create(rewriter, loc, f32, x);
  Value wide = arith::ExtFOp::create(rewriter, loc, x.getType(), near);
  Value bits = arith::BitcastOp::create(rewriter, loc, i32, near);
  Value zero = constant(rewriter, loc, i32, 0), one = constant(rewriter, loc, i32, 1);
  Value even = arith::CmpIOp::create(rewriter, loc, arith::CmpIPredicate::eq,
                                     arith::AndIOp::create(rewriter, loc, bits, one), zero);
  Value inexact =
      arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::ONE, wide, x);
  Value beyond = arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::OGT,
                                       math::AbsFOp::create(rewriter, loc, wide),
                                       math::AbsFOp::create(rewriter, loc, x));
  Value other = arith::SelectOp::create(rewriter, loc, beyond,
                                        arith::SubIOp::create(rewriter, loc, bits, one),
                                        arith::AddIOp::create(rewriter, loc, bits, one));
  Value moves = arith::AndIOp::create(rewriter, loc, even, inexact);
  Value odd = arith::SelectOp::create(rewriter, loc, moves, other, bits);
  rewriter.replaceOpWithNewOp<arith::TruncFOp>(
      op, op.getType(), arith::BitcastOp::create(rewriter, loc, f32, odd));
  return success();
}

/// BEFORE: fma %a, %b, %c : bf16    AFTER: the same in f32, shortened
static LogicalResult multiplyAddInF32(math::FmaOp op, PatternRewriter &rewriter) {
  if (!getElementTypeOrSelf(op.getType()).isBF16())
    return rewriter.notifyMatchFailure(op, "not of bf16");
  Type f32 = ofElement(op.getType(), rewriter.getF32Type());
  SmallVector<Value> wide;
  for (Value operand : op.getOperands())
    wide.push_back(arith::ExtFOp::create(rewriter, op.getLoc(), f32, operand));
  rewriter.replaceOpWithNewOp<arith::TruncFOp>(
      op, op.getType(), math::FmaOp::create(rewriter, op.getLoc(), wide[0], wide[1], wide[2]));
  return success();
}

namespace {
struct ShortFloats : scratch::impl::ShortFloatsPassBase<ShortFloats> {
  void runOnOperation() override {
    // Upstream marks its conversions so that a result need not be rounded where the
    // next operation widens it again. Each operation rounds, as its type says.
    getOperation()->walk([](Operation *op) {
      llvm::TypeSwitch<Operation *>(op).Case<arith::ExtFOp, arith::TruncFOp>(
          [](auto conversion) { conversion.setFastmath(arith::FastMathFlags::none); });
    });
    RewritePatternSet patterns(&getContext());
    patterns.add(shortenByOdd);
    patterns.add(multiplyAddInF32);
    auto target = getOperation()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    if (!target || !target.getFeatures().contains("+avx512bf16"))
      arith::populateExpandBFloat16Patterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
