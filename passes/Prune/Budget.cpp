//===- Budget.cpp - masks that meet a number of multiply-adds -------------===//
//
// Stage: before import. One number for the whole program, the share of units that
// every layer keeps or a threshold on scores over their layer's mean, is searched
// by bisection; what a setting costs is asked of the same analysis that later
// removes the dead channels.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/ConstantScores.h"
#include "passes/Prune/LayerCosts.h"
#include "passes/Prune/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

namespace scratch {
#define GEN_PASS_DEF_PRUNEBUDGETPASS
#include "passes/Prune/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
/// A mask whose share can be set, and the scores of its units where known.
struct Setting {
  MaskMagnitudeOp mask;
  std::vector<double> scores; ///< over their mean; empty where not known
  arith::ConstantOp keep;

  void set(double share) {
    OpBuilder b(mask.getContext());
    keep.setValueAttr(b.getF64FloatAttr(share));
  }
};

struct PruneBudgetPass : scratch::impl::PruneBudgetPassBase<PruneBudgetPass> {
  using Base::Base;

  std::vector<LayerCost> costs(bool pruned) {
    std::vector<LayerCost> all;
    getOperation().walk([&](FunctionOpInterface function) {
      if (!function.isExternal())
        llvm::append_range(all, layerCosts(function, pruned));
    });
    return all;
  }

  std::vector<Setting> settings() {
    std::vector<Setting> all;
    ConstantTensors constants;
    getOperation().walk([&](MaskMagnitudeOp mask) {
      Setting &one = all.emplace_back();
      one.mask = mask;
      auto type = cast<MaskType>(mask.getMask().getType());
      if (!llvm::any_of(type.getShape(), ShapedType::isDynamic))
        if (auto scores = constantScores(cast<ScoredMaskInterface>(mask.getOperation()),
                                         [&](Value value) { return constants.of(value); }))
          one.scores = std::move(*scores);
      double mean = 0;
      for (double score : one.scores)
        mean += score / double(one.scores.size());
      for (double &score : one.scores)
        score = mean > 0 ? score / mean : 0;
      OpBuilder b(mask);
      one.keep = arith::ConstantOp::create(b, mask.getLoc(), b.getF64FloatAttr(1));
    });
    for (Setting &one : all)
      one.mask.getKeepMutable().assign(one.keep);
    return all;
  }

  /// Level 0 keeps all, level 1 as little as is allowed.
  void apply(std::vector<Setting> &all, double level, bool global, double largest) {
    for (Setting &one : all) {
      if (!global || one.scores.empty()) {
        one.set(1 - level);
        continue;
      }
      // A threshold; at least one unit stays.
      double threshold = level * largest;
      int64_t count = llvm::count_if(one.scores, [&](double s) { return s > threshold; });
      if (level == 0)
        count = one.scores.size();
      one.set(double(std::max<int64_t>(count, 1)) / double(one.scores.size()));
    }
  }

  void runOnOperation() override {
    auto fail = [&](const Twine &message) {
      getOperation().emitError(message);
      signalPassFailure();
    };
    if (allocation != "global" && allocation != "uniform")
      return fail("expected allocation global or uniform, found " + Twine(allocation));
    if (report != "table" && report != "json" && report != "none")
      return fail("expected report table, json or none, found " + Twine(report));
    if (!(keep > 0) || !(keep <= 1))
      return fail("expected a share of multiply-adds to keep above 0 and at most 1, found " +
                  Twine(std::to_string(keep)));
    std::vector<LayerCost> before = costs(false);
    double budget = keep * total(before).macs;
    std::vector<Setting> all = settings();
    bool global = allocation == "global";
    double largest = 0;
    for (const Setting &one : all)
      for (double score : one.scores)
        largest = std::max(largest, score);
    auto cost = [&](double level) {
      apply(all, level, global, largest);
      return total(costs(true)).macs;
    };
    double low = 0, high = 1;
    if (cost(low) > budget) {
      double least = cost(high);
      if (least > budget)
        return fail("budget of " + Twine(int64_t(budget)) +
                    " multiply-adds cannot be met: at least " + Twine(int64_t(least)) +
                    " are left with the masks that there are");
      for (int step = 0; step < 32 && std::nextafter(low, high) < high; ++step) {
        double middle = (low + high) / 2;
        (cost(middle) > budget ? low : high) = middle;
      }
      apply(all, high, global, largest);
    }
    numSet += all.size();
    std::vector<LayerCost> after = costs(true);
    if (report == "table")
      printTable(llvm::errs(), before, after);
    if (report == "json")
      printJson(llvm::errs(), before, after);
  }
};
} // namespace
