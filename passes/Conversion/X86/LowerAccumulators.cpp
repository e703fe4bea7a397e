//===- LowerAccumulators.cpp - accumulators become private buffers --------===//
//
// Stage: map (x86). Kinds that teams share have no lowering here.
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
  case AccumulatorKind::Tiered:
    return makeTieredAccumulator(op);
  case AccumulatorKind::Hash:
    return makeHashAccumulator(op);
  case AccumulatorKind::Sort:
    return makeSortAccumulator(op);
  case AccumulatorKind::Merge: // loops from `expand` on: creates nothing
  case AccumulatorKind::SharedHash:
  case AccumulatorKind::Fragments: // no team on this target
    return nullptr;
  }
  llvm_unreachable("unknown accumulator");
}

namespace {
struct LowerAccumulatorsX86Pass
    : scratch::impl::LowerAccumulatorsX86PassBase<LowerAccumulatorsX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    if (failed(lowerAccumulators(getOperation(), makeAccumulator)))
      signalPassFailure();
  }
};
} // namespace
