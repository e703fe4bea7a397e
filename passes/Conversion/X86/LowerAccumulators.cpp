//===- LowerAccumulators.cpp - accumulators become private buffers --------===//
//
// Stage: map (x86). Each kind of Accumulators.def has its own lowering.
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

/// Merges are loops from `expand` on and create nothing.
static std::unique_ptr<Accumulator> makeMergeAccumulator(AccumulatorCreateOp) { return nullptr; }

static std::unique_ptr<Accumulator> makeAccumulator(AccumulatorCreateOp op) {
  switch (op.getAccumulator().getType().getKind()) {
#define ACCUMULATOR_KIND(name, keyword, text)                                                      \
  case AccumulatorKind::name:                                                                      \
    return make##name##Accumulator(op);
#include "dialects/Scratch/Accumulators.def"
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
