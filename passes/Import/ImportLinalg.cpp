//===- ImportLinalg.cpp - raise linalg to kernels -------------------------===//
//
// Stage: import. One walk; every operation is looked at once. What the kernels
// no longer use (empty results, a product that was sampled) is left to the
// canonicalizer.
//
//===----------------------------------------------------------------------===//
#include "passes/Import/Passes.h"

#include "passes/Import/Patterns.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace scratch {
#define GEN_PASS_DEF_IMPORTLINALGPASS
#include "passes/Import/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

namespace {
struct ImportLinalgPass : scratch::impl::ImportLinalgPassBase<ImportLinalgPass> {
  using Base::Base;

  unsigned countKernels() {
    unsigned count = 0;
    getOperation().walk([&](KernelOpInterface) { ++count; });
    return count;
  }

  void runOnOperation() override {
    unsigned before = countKernels();
    RewritePatternSet patterns(&getContext());
    populateSpgemmImport(patterns);
    populateSparseDenseImport(patterns);
    populateSddmmImport(patterns);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    numRaised += countKernels() - before;
  }
};
} // namespace
