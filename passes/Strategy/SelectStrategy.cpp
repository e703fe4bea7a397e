//===- SelectStrategy.cpp - write a strategy on every kernel --------------===//
//
// Stage: select. Decides and annotates, rewrites nothing. Runs on the module, so
// that remarks come in program order.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Passes.h"
#include "passes/Strategy/PriceFile.h"

#include "dialects/Scratch/Rewrites.h"
#include "passes/Strategy/AttentionTiling.h"
#include "passes/Strategy/CostTable.h"
#include "passes/Strategy/DescribeKernel.h"
#include "passes/Strategy/Select.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace scratch {
#define GEN_PASS_DEF_SELECTSTRATEGYPASS
#include "passes/Strategy/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static StrategyAttr toAttribute(const Plan &plan, MLIRContext *context) {
  SmallVector<VariantAttr> variants;
  for (const PlanVariant &variant : plan.variants) {
    ArrayRef<double> form = variant.form.coefficients;
    while (!form.empty() && form.back() == 0)
      form = form.drop_back();
    variants.push_back(VariantAttr::get(context, variant.accumulator,
                                        DenseF64ArrayAttr::get(context, form)));
  }
  return StrategyAttr::get(context, plan.dataflow, plan.phases, plan.schedule, plan.hash,
                           variants);
}

static void report(Operation *kernel, const Choice &choice) {
  auto function = kernel->getParentOfType<FunctionOpInterface>();
  auto text = remark::passed(kernel->getLoc(),
                             remark::RemarkOpts::name(choice.name)
                                 .category("scratch-strategy")
                                 .function(function ? function.getName() : StringRef()));
  text << remark::reason("{0}", choice.why) << remark::metric("CyclesPerProduct", choice.cost.cycles())
       << remark::metric("Phases", stringifyPhases(choice.plan.phases).str());
  if (!choice.runnerUp.empty())
    text << remark::metric("RunnerUp", choice.runnerUp.str())
         << remark::metric("RunnerUpCyclesPerProduct", choice.runnerUpCycles);
}

static void printCosts(Operation *kernel, const Choice &choice) {
  std::string title;
  llvm::raw_string_ostream text(title);
  if (auto place = dyn_cast<FileLineColLoc>(kernel->getLoc()))
    text << place.getFilename().getValue() << ":" << place.getLine() << ":" << place.getColumn()
         << ": ";
  text << kernel->getName() << ", cycles per product over typical rows";
  printCostTable(llvm::errs(), title, choice);
}

/// A leaf of blocks in the formula of `mask`, if there is one.
static MaskBlocksOp blocksOf(Value mask) {
  Operation *maker = mask ? mask.getDefiningOp() : nullptr;
  if (auto blocks = dyn_cast_or_null<MaskBlocksOp>(maker))
    return blocks;
  if (!isa_and_nonnull<MaskAndOp, MaskOrOp, MaskNotOp>(maker))
    return {};
  for (Value operand : maker->getOperands())
    if (MaskBlocksOp blocks = blocksOf(operand))
      return blocks;
  return {};
}

template <class Op>
static void decide(Op op, StringRef name, const MachineModel &machine, unsigned vectorBits,
                   const Demands &demands) {
  if (demands.rewrites && !op.getRewrites())
    op.setRewritesAttr(RewritesAttr::get(op.getContext(), *demands.rewrites));
  if (op.getTiling())
    return;
  RankedTensorType query = op.getQuery().getType(), value = op.getValue().getType();
  auto known = [](int64_t extent) {
    return ShapedType::isDynamic(extent) ? std::nullopt : std::optional<int64_t>(extent);
  };
  AttentionProblem problem;
  problem.size = known(query.getDimSize(3));
  problem.valueSize = known(value.getDimSize(3));
  problem.queries = known(query.getDimSize(op.sequenceDimension()));
  problem.keys = known(value.getDimSize(op.sequenceDimension()));
  problem.masked = static_cast<bool>(op.getMask());
  if (MaskBlocksOp blocks = blocksOf(op.getMask()))
    problem.block = {blocks.getBlock()[0], blocks.getBlock()[1]};
  AttentionChoice choice = chooseTiling(problem, machine, vectorBits);
  const AttentionPlan &plan = choice.plan;
  op.setTilingAttr(TilingAttr::get(op.getContext(), plan.queries, plan.keys, plan.rows,
                                   plan.vectors, plan.lanes));
  auto function = op->template getParentOfType<FunctionOpInterface>();
  auto text = remark::passed(op.getLoc(),
                             remark::RemarkOpts::name(name)
                                 .category("scratch-strategy")
                                 .function(function ? function.getName() : StringRef()));
  text << remark::reason("{0}", choice.why)
       << remark::metric("CyclesPerScore", choice.cycles);
}

namespace {
struct SelectStrategyPass : scratch::impl::SelectStrategyPassBase<SelectStrategyPass> {
  using Base::Base;

  std::optional<MachineModel> machine() {
    auto target = getOperation()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    StringRef kind = target ? target.getKind() : StringRef("x86");
    std::optional<MachineModel> model =
        MachineModel::of(kind, target ? target.getVectorBits() : 256);
    if (!model)
      getOperation().emitError("no machine model for target '")
          << kind << "', expected " << MachineModel::expectedTargets();
    else
      applyPrices(getOperation()->getAttrOfType<DictionaryAttr>(kPricesAttr), *model);
    return model;
  }

  void runOnOperation() override {
    std::optional<MachineModel> model = machine();
    llvm::Expected<Demands> demands =
        Demands::parse(dataflow, accumulator, phases, rewrites, schedule, hash);
    if (!demands)
      getOperation().emitError(llvm::toString(demands.takeError()));
    if (!model || !demands)
      return signalPassFailure();
    auto target = getOperation()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    unsigned vectorBits = target ? target.getVectorBits() : 256;
    bool hasAccumulators = false;
    WalkResult walk = getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto attention = dyn_cast<AttentionOp>(op)) {
        decide(attention, "attention/online_softmax", *model, vectorBits, *demands);
        ++numSelected;
      }
      if (auto backward = dyn_cast<AttentionBackwardOp>(op)) {
        decide(backward, "attention_backward/two_passes", *model, vectorBits, *demands);
        ++numSelected;
      }
      if (isa<GatherRowsOp>(op) && demands->rewrites && !op->hasAttr(kRewritesAttr))
        op->setAttr(kRewritesAttr, RewritesAttr::get(&getContext(), *demands->rewrites));
      auto kernel = dyn_cast<KernelOpInterface>(op);
      if (!kernel)
        return WalkResult::advance();
      llvm::Expected<Choice> choice = select(describe(kernel), *model, *demands);
      if (!choice) {
        kernel.emitError(llvm::toString(choice.takeError()));
        return WalkResult::interrupt();
      }
      hasAccumulators |= !choice->plan.variants.empty();
      kernel.setStrategyAttr(toAttribute(choice->plan, &getContext()));
      ++numSelected;
      report(kernel, *choice);
      if (costs)
        printCosts(kernel, *choice);
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    // Other kernels of a module may go without; a demand that none takes is a mistake.
    if (demands->accumulator && !hasAccumulators) {
      getOperation().emitError("found no kernel that takes accumulator '")
          << accumulator << "', expected one with accumulators, as spgemm";
      signalPassFailure();
    }
  }
};
} // namespace
