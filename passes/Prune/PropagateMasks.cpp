//===- PropagateMasks.cpp - dead channels leave the program ---------------===//
//
// Stage: import. Walks a block in program order and makes, of every operation that
// has dead slices to leave out, a small one on small operands. The large ones are
// unused then and go.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/Passes.h"
#include "passes/Prune/ShapeSteps.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace scratch {
#define GEN_PASS_DEF_PROPAGATEMASKSPASS
#include "passes/Prune/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
/// One block on its way to its small form.
class Shrinker {
public:
  explicit Shrinker(Block &block) : block(block), facts(block), layouts(block, facts) {}
  void run();

  Layouts &result() { return layouts; }
  int64_t numShrunk = 0;

private:
  void structured(ImplicitLocOpBuilder &b, linalg::LinalgOp op);
  /// What every loop of the operation walks.
  TensorLayout loopLayouts(linalg::LinalgOp op);
  /// Leaves an operation that sums nothing in the layout of what it reads: to copy
  /// slices together costs as much as to compute them.
  void followOperands(linalg::LinalgOp op, unsigned loop, SliceLayout &layout);
  void wantInFull(ImplicitLocOpBuilder &b, Operation *op);

  Block &block;
  ChannelFacts facts;
  Layouts layouts;
};
} // namespace

/// Whether a layout has every slice of another, or more.
static bool covers(const SliceLayout &wide, const SliceLayout &narrow) {
  if (wide.isFull())
    return true;
  if (wide.listed)
    return narrow.listed && llvm::all_of(narrow.kept, [&](int64_t i) {
             return llvm::is_contained(wide.kept, i);
           });
  return !narrow.listed && llvm::all_of(wide.masks, [&](Value mask) {
           return llvm::is_contained(narrow.masks, mask);
         });
}

/// Copies of these cost nothing.
static bool isMadeAnyway(ChannelFacts &facts, Value value) {
  return isa_and_nonnull<linalg::FillOp, tensor::EmptyOp>(value.getDefiningOp()) ||
         facts.constants.of(value);
}

void Shrinker::followOperands(linalg::LinalgOp op, unsigned loop, SliceLayout &layout) {
  std::optional<LoopUse> use = loopUse(op, loop);
  std::optional<SliceLayout> common;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    int d = use->dimensions[operand->getOperandNumber()];
    auto type = dyn_cast<RankedTensorType>(operand->get().getType());
    if (d < 0 || type.getRank() < op.getNumLoops() || isMadeAnyway(facts, operand->get()))
      continue;
    SliceLayout own = layouts.of(operand->get())[d];
    if (common && *common != own)
      return;
    common = own;
  }
  bool gone = common && common->listed && common->kept.empty();
  if (common && !gone && covers(*common, layout))
    layout = *common;
}

TensorLayout Shrinker::loopLayouts(linalg::LinalgOp op) {
  TensorLayout layouts(op.getNumLoops());
  unsigned init = op.getDpsInitOperand(0)->getOperandNumber();
  for (auto [l, layout] : llvm::enumerate(layouts)) {
    std::optional<LoopUse> use = loopUse(op, l);
    if (!use)
      continue;
    if (use->isReduction) {
      layout = SliceLayout::of(use->extent, facts.contributions(op, *use));
      continue;
    }
    int d = use->dimensions[init];
    if (d < 0)
      continue;
    layout = SliceLayout::of(use->extent, facts.of(op->getResult(0), d),
                             facts.needsOf(op->getResult(0), d));
    bool empty = layout.listed && layout.kept.empty();
    if (op.getNumReductionLoops() == 0 && !empty)
      followOperands(op, l, layout);
  }
  return layouts;
}

void Shrinker::structured(ImplicitLocOpBuilder &b, linalg::LinalgOp op) {
  TensorLayout loops = loopLayouts(op);
  auto isSmall = [&](Value operand) { return layouts.isSmall(operand); };
  if (isFull(loops) && llvm::none_of(op->getOperands(), isSmall))
    return;
  auto layoutOf = [&](OpOperand &operand) {
    TensorLayout layout;
    for (AffineExpr expression : op.getMatchingIndexingMap(&operand).getResults()) {
      auto single = dyn_cast<AffineDimExpr>(expression);
      layout.push_back(single ? loops[single.getPosition()] : SliceLayout());
    }
    return layout;
  };
  OpOperand &init = *op.getDpsInitOperand(0);
  TensorLayout outcome = layoutOf(init);
  auto isGone = [](const SliceLayout &layout) { return layout.listed && layout.kept.empty(); };
  Value result = op->getResult(0);
  if (llvm::any_of(outcome, isGone)) {
    layouts.set(result, Value(), outcome);
    ++numShrunk;
    return;
  }
  if (llvm::any_of(loops, isGone)) { // nothing is added to the init
    layouts.set(result, layouts.get(b, init.get(), outcome), outcome);
    ++numShrunk;
    return;
  }
  SmallVector<Value> operands;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType())) {
      operands.push_back(operand.get());
    } else if (&operand == &init && !op.payloadUsesValueFromOperand(&init) &&
               !isFull(outcome)) {
      auto type = cast<RankedTensorType>(init.get().getType());
      SmallVector<Value> sizes;
      for (auto [d, size] : llvm::enumerate(type.getShape()))
        if (ShapedType::isDynamic(size))
          sizes.push_back(layouts.fullExtent(b, init.get(), d));
      Value like = tensor::EmptyOp::create(b, type.getShape(), type.getElementType(), sizes);
      operands.push_back(layouts.get(b, like, outcome));
    } else {
      operands.push_back(layouts.get(b, operand.get(), layoutOf(operand)));
    }
  }
  Operation *small = mlir::clone(b, op.getOperation(), layouts.typeOf(result, outcome), operands);
  layouts.set(result, small->getResult(0), outcome);
  numShrunk += !isFull(loops);
}

void Shrinker::wantInFull(ImplicitLocOpBuilder &b, Operation *op) {
  op->walk([&](Operation *inner) {
    for (OpOperand &operand : inner->getOpOperands())
      if (layouts.isSmall(operand.get()))
        operand.set(layouts.get(
            b, operand.get(),
            TensorLayout(cast<RankedTensorType>(operand.get().getType()).getRank())));
  });
}

void Shrinker::run() {
  SmallVector<Operation *> work;
  for (Operation &op : block)
    work.push_back(&op);
  for (Operation *op : work) {
    ImplicitLocOpBuilder b(op->getLoc(), op);
    if (isa<linalg::FillOp, tensor::EmptyOp, MaskApplyOp>(op) ||
        (op->getNumResults() == 1 && facts.constants.of(op->getResult(0))))
      continue; // made in the layout that is asked for
    if (isStructured(op)) {
      structured(b, cast<linalg::LinalgOp>(op));
      continue;
    }
    auto isSmall = [&](Value operand) { return layouts.isSmall(operand); };
    if (auto dim = dyn_cast<tensor::DimOp>(op); dim && isSmall(dim.getSource())) {
      if (auto d = dim.getConstantIndex()) {
        dim.replaceAllUsesWith(layouts.fullExtent(b, dim.getSource(), *d));
        continue;
      }
    }
    bool any = llvm::any_of(op->getOperands(), isSmall);
    if (!any || !shrinkShapeStep(b, op, facts, layouts))
      wantInFull(b, op);
  }
  // Masked constants that somebody reads in full.
  for (Operation *op : work) {
    if (!isa<MaskApplyOp>(op) || op->use_empty())
      continue;
    if (DenseElementsAttr elements = facts.constants.of(op->getResult(0))) {
      ImplicitLocOpBuilder b(op->getLoc(), op);
      op->getResult(0).replaceAllUsesWith(arith::ConstantOp::create(b, elements));
    }
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

namespace {
struct PropagateMasksPass : scratch::impl::PropagateMasksPassBase<PropagateMasksPass> {
  using Base::Base;

  void runOnOperation() override {
    for (Block &block : getOperation().getBody()) {
      Shrinker shrinker(block);
      shrinker.run();
      numShrunk += shrinker.numShrunk;
      numGathers += shrinker.result().numGathers;
      numScatters += shrinker.result().numScatters;
    }
  }
};
} // namespace
