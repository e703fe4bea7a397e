//===- Lowering.h - passes that every target's stages share -----*- C++ -*-===//
#ifndef SCRATCH_PASSES_PIPELINES_LOWERING_H
#define SCRATCH_PASSES_PIPELINES_LOWERING_H

#include "mlir/Pass/PassManager.h"

namespace scratch {

/// How rows are cut into chunks of about equal weight.
struct Chunks {
  int64_t weight; ///< least weight of one, in products
  int64_t most;
};

/// The end of map: what is left of the scratch dialect becomes calls.
void addServicesToRuntime(mlir::OpPassManager &pm, Chunks chunks);

/// The beginning of lower: loops become plain blocks; vectors, buffers and
/// mathematics are LLVM's already. `x86Vector`: the x86vector dialect too.
void addStructureToBlocks(mlir::OpPassManager &pm, bool x86Vector = false);

/// Then everything that is not the target's own becomes the llvm dialect.
void addBlocksToLLVM(mlir::OpPassManager &pm);

} // namespace scratch

#endif // SCRATCH_PASSES_PIPELINES_LOWERING_H
