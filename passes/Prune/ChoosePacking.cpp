//===- ChoosePacking.cpp - a format for every layer of pruned weights -----===//
//
// Stage: select. Decides and annotates, rewrites nothing: PackWeights.cpp obeys.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/PackedLayer.h"
#include "passes/Prune/Passes.h"
#include "passes/Strategy/PackingChoice.h"
#include "passes/Strategy/PriceFile.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/Format.h"

namespace scratch {
#define GEN_PASS_DEF_CHOOSEPACKINGPASS
#include "passes/Prune/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// Share of height x width blocks with an entry that is kept.
static double shareOfBlocks(const ConstantMask &mask, int64_t height, int64_t width) {
  int64_t kept = 0, all = 0;
  for (int64_t i = 0; i < mask.rows; i += height)
    for (int64_t j = 0; j < mask.columns; j += width, ++all) {
      bool any = false;
      for (int64_t r = i; !any && r < std::min(mask.rows, i + height); ++r)
        for (int64_t c = j; !any && c < std::min(mask.columns, j + width); ++c)
          any = mask.holds(r, c);
      kept += any;
    }
  return all ? double(kept) / double(all) : 0;
}

/// Whether each M columns of a row keep N entries at most.
static bool fitsGroups(const ConstantMask &mask, int64_t n, int64_t m) {
  for (int64_t i = 0; i < mask.rows; ++i)
    for (int64_t j = 0; j < mask.columns; j += m) {
      int64_t kept = 0;
      for (int64_t c = j; c < std::min(mask.columns, j + m); ++c)
        kept += mask.holds(i, c);
      if (kept > n)
        return false;
    }
  return true;
}

/// What a mask of run time lets expect: its units fall anywhere.
static void expectShares(PackingProblem &problem, MaskType mask, double kept) {
  problem.density = kept;
  auto anyOf = [&](int64_t height, int64_t width) {
    double units = double(height * width);
    if (mask.getGranularity() == MaskGranularity::Block) {
      // Blocks of the mask that a block of the format meets.
      auto meets = [](int64_t of, int64_t by) { return double((of + by - 1) / by); };
      units = meets(height, mask.getUnit()[0]) * meets(width, mask.getUnit()[1]);
    }
    return 1 - std::pow(1 - kept, units);
  };
  problem.panels = anyOf(4, 1);
  problem.squares = anyOf(4, 4);
  problem.twoOfFour = mask.getGuarantee() == MaskGuarantee::Exact && mask.getBound()[0] == 2 &&
                      mask.getBound()[1] == 4;
}

static PackingProblem describe(PackedLayer &layer, int64_t samples) {
  PackingProblem problem;
  problem.rows = layer.rows;
  problem.depth = layer.depth;
  problem.samples = ShapedType::isDynamic(layer.samples) ? samples : layer.samples;
  problem.elementBits = layer.element.getIntOrFloatBitWidth();
  problem.transposes = layer.weightsRight;
  problem.packedOnce = bool(layer.constant);
  if (!layer.mask) {
    expectShares(problem, layer.apply.getMask().getType(), layer.share);
    return problem;
  }
  problem.density = shareOfBlocks(*layer.mask, 1, 1);
  problem.panels = shareOfBlocks(*layer.mask, 4, 1);
  problem.squares = shareOfBlocks(*layer.mask, 4, 4);
  problem.twoOfFour = fitsGroups(*layer.mask, 2, 4) &&
                      (layer.constant || layer.apply.getMask().getType().getGuarantee() ==
                                             MaskGuarantee::Exact);
  return problem;
}

static void printTable(raw_ostream &os, StringRef place, const PackingVerdict &verdict) {
  os << place << "\n  format        kcycles       work    weights    packing     moving\n";
  for (const PackingPrice &price : verdict.table)
    os << "  " << llvm::left_justify(price.candidate->name, 10)
       << llvm::format("%11.1f%11.1f%11.1f%11.1f%11.1f\n", price.cycles() / 1e3,
                       price.work / 1e3, price.weights / 1e3, price.packing / 1e3,
                       price.moving / 1e3);
}

namespace {
struct ChoosePackingPass : scratch::impl::ChoosePackingPassBase<ChoosePackingPass> {
  using Base::Base;

  LogicalResult decide(linalg::LinalgOp op, ConstantTensors &constants,
                       const MachineModel &machine, unsigned vectorBits) {
    std::optional<PackedLayer> layer = PackedLayer::match(op, constants);
    if (!layer)
      return success();
    llvm::Expected<PackingVerdict> verdict =
        choosePacking(describe(*layer, samples), machine, vectorBits, force);
    if (!verdict)
      return op->emitError(llvm::toString(verdict.takeError()));
    const PackingPrice &best = verdict->table.front();
    if (!best.candidate->packing.empty())
      op->setAttr(kPackingAttr, parseAttribute(("#scratch.packing<" + best.candidate->packing +
                                                ">")
                                                   .str(),
                                               &getContext()));
    ++numDecided;
    auto function = op->getParentOfType<FunctionOpInterface>();
    StringRef name = function ? function.getName() : StringRef();
    if (table)
      printTable(llvm::errs(), (name + "/" + op->getName().stripDialect()).str(), *verdict);
    auto text = remark::passed(op.getLoc(), remark::RemarkOpts::name(best.candidate->name)
                                                .category("scratch-strategy")
                                                .function(name));
    text << remark::reason("{0}", verdict->why) << remark::metric("Cycles", best.cycles());
    if (verdict->table.size() > 1)
      text << remark::metric("RunnerUp", verdict->table[1].candidate->name.str())
           << remark::metric("RunnerUpCycles", verdict->table[1].cycles());
    return success();
  }

  void runOnOperation() override {
    // Also where there is nothing to pack.
    if (llvm::Error error = checkPacking(force)) {
      getOperation()->emitError(llvm::toString(std::move(error)));
      return signalPassFailure();
    }
    auto target = getOperation()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    StringRef kind = target ? target.getKind() : StringRef("x86");
    unsigned vectorBits = target ? target.getVectorBits() : 256;
    std::optional<MachineModel> machine = MachineModel::of(kind, vectorBits);
    if (kind != "x86" || !machine)
      return; // packed kernels are written for vectors; others stay dense
    applyPrices(getOperation()->getAttrOfType<DictionaryAttr>(kPricesAttr), *machine);
    WalkResult walk = getOperation().walk<WalkOrder::PreOrder>([&](FunctionOpInterface function) {
      ConstantTensors constants;
      return function.walk<WalkOrder::PreOrder>([&](linalg::LinalgOp op) -> WalkResult {
        return decide(op, constants, *machine, vectorBits);
      });
    });
    if (walk.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
