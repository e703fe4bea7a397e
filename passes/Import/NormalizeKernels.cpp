//===- NormalizeKernels.cpp - kernels in their canonical form -------------===//
//
// Stage: import. A static extent behind a cast is knowledge that `select` wants.
// Operations of other dialects stay as they are: what upstream's sparsifier
// will lower must not be canonicalised before (static extents of `tensor.empty`,
// of slices and of operands become casts that it does not know).
//
//===----------------------------------------------------------------------===//
#include "passes/Import/Passes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace scratch {
#define GEN_PASS_DEF_NORMALIZEKERNELSPASS
#include "passes/Import/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// Whether an operand's type is tied to the result's.
static bool isInit(OpOperand &operand) {
  Operation *kernel = operand.getOwner();
  if (auto spmm = dyn_cast<SpmmOp>(kernel))
    return &operand == &spmm.getInitMutable();
  if (auto spmv = dyn_cast<SpmvOp>(kernel))
    return &operand == &spmv.getInitMutable();
  return false;
}

/// BEFORE  %b = tensor.cast %B : tensor<?x64xf64, #CSR> to tensor<?x?xf64, #CSR>
///         scratch.spgemm %A, %b
/// AFTER   scratch.spgemm %A, %B
static void skipCasts(OpOperand &operand) {
  while (auto cast = operand.get().getDefiningOp<tensor::CastOp>()) {
    // The source knows no less, and is stored alike.
    if (!tensor::canFoldIntoConsumerOp(cast))
      return;
    operand.set(cast.getSource());
    // Extents that disagree are an error of run time: such a cast stays.
    ScopedDiagnosticHandler quiet(operand.getOwner()->getContext(),
                                  [](Diagnostic &) { return success(); });
    if (failed(verify(operand.getOwner(), /*verifyRecursively=*/false)))
      return operand.set(cast.getResult());
  }
}

namespace {
struct NormalizeKernelsPass : scratch::impl::NormalizeKernelsPassBase<NormalizeKernelsPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet patterns(context);
    StringRef dialect = ScratchDialect::getDialectNamespace();
    for (RegisteredOperationName name : context->getRegisteredOperationsByDialect(dialect))
      name.getCanonicalizationPatterns(patterns, context);
    canonical = std::move(patterns);
    return success();
  }

  void runOnOperation() override {
    if (failed(applyPatternsGreedily(getOperation(), canonical)))
      return signalPassFailure();
    getOperation().walk([](KernelOpInterface kernel) {
      for (OpOperand &operand : kernel->getOpOperands())
        if (!isInit(operand))
          skipCasts(operand);
    });
  }

  FrozenRewritePatternSet canonical;
};
} // namespace
