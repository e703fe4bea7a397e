//===- LowerAccumulators.cpp - accumulators become buffers ----------------===//
//
// Stage: map (x86). Private to a worker, but for the table that a team shares.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Accumulators.h"
#include "passes/Conversion/X86/Passes.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERACCUMULATORSX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static std::unique_ptr<Accumulator> makeAccumulator(AccumulatorCreateOp op) {
  switch (op.getAccumulator().getType().getKind()) {
  case AccumulatorKind::Dense:
    return makeDenseAccumulator(op);
  case AccumulatorKind::Blocked:
    return makeBlockedAccumulator(op);
  case AccumulatorKind::Grouped:
    return makeGroupedAccumulator(op);
  case AccumulatorKind::Tiered:
    return makeTieredAccumulator(op);
  case AccumulatorKind::Hash:
    return makeHashAccumulator(op);
  case AccumulatorKind::Sort:
    return makeSortAccumulator(op);
  case AccumulatorKind::Narrow:
    return makeNarrowAccumulator(op);
  case AccumulatorKind::SharedHash:
    return makeSharedHashAccumulator(op);
  case AccumulatorKind::Merge: // loops from `expand` on: creates nothing
  case AccumulatorKind::Fragments: // nothing here writes back in the background
    return nullptr;
  }
  llvm_unreachable("unknown accumulator");
}

namespace {
struct LowerAccumulatorsX86Pass
    : scratch::impl::LowerAccumulatorsX86PassBase<LowerAccumulatorsX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->walk([](CapacityOp op) {
      LoopBuilder b(op.getLoc(), op);
      auto [entries, rows] = capacityOfSharedHash();
      op.getEntries().replaceAllUsesWith(b.index(entries));
      op.getRows().replaceAllUsesWith(b.index(rows));
      op.getColumns().replaceAllUsesWith(b.index(entries));
      op.erase();
    });
    if (failed(lowerAccumulators(getOperation(), makeAccumulator)))
      signalPassFailure();
  }
};
} // namespace
