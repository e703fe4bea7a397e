//===- LowerAccumulators.cpp - accumulators become tables -----------------===//
//
// Stage: map (PIUMA).
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"
#include "passes/Conversion/Piuma/Passes.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERACCUMULATORSPIUMAPASS
#include "passes/Conversion/Piuma/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static std::unique_ptr<Accumulator> makeAccumulator(AccumulatorCreateOp op) {
  if (op.getAccumulator().getType().getKind() == AccumulatorKind::Hash)
    return makeHashAccumulator(op);
  return nullptr;
}

namespace {
struct LowerAccumulatorsPiumaPass
    : scratch::impl::LowerAccumulatorsPiumaPassBase<LowerAccumulatorsPiumaPass> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(lowerAccumulators(getOperation(), makeAccumulator)))
      signalPassFailure();
  }
};
} // namespace
