//===- LowerAccumulators.cpp - accumulators become tables -----------------===//
//
// Stage: map (PIUMA).
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"
#include "passes/Conversion/Piuma/Passes.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERACCUMULATORSPIUMAPASS
#include "passes/Conversion/Piuma/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static std::unique_ptr<Accumulator> makeAccumulator(AccumulatorCreateOp op) {
  switch (op.getAccumulator().getType().getKind()) {
  case AccumulatorKind::Hash:
    return makeHashAccumulator(op);
  case AccumulatorKind::SharedHash:
    return piuma::makeSharedHash(op);
  case AccumulatorKind::Fragments:
    return piuma::makeFragments(op);
  default:
    return nullptr;
  }
}

namespace {
struct LowerAccumulatorsPiumaPass
    : scratch::impl::LowerAccumulatorsPiumaPassBase<LowerAccumulatorsPiumaPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation()->walk([](CapacityOp op) {
      LoopBuilder b(op.getLoc(), op);
      auto type = cast<AccumulatorType>(op.getAccumulator());
      piuma::TeamLayout layout =
          piuma::layOut(b, op->getParentOfType<ModuleOp>(), type, op.getMasked());
      op.getEntries().replaceAllUsesWith(layout.entries);
      op.getRows().replaceAllUsesWith(layout.rows);
      op.getColumns().replaceAllUsesWith(layout.width);
      op.erase();
    });
    if (failed(lowerAccumulators(getOperation(), makeAccumulator)))
      signalPassFailure();
  }
};
} // namespace
