//===- Targets.h - the stages that differ between targets -------*- C++ -*-===//
//
// import, select and expand are one for all; map and lower belong to the target.
// A target registers its two builders by one line in Targets.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PIPELINES_TARGETS_H
#define SCRATCH_PASSES_PIPELINES_TARGETS_H

#include "mlir/Pass/PassManager.h"

namespace scratch {

struct TargetPipelines {
  llvm::StringLiteral name; ///< as in `--target=` and `#scratch.target`
  void (*buildMap)(mlir::OpPassManager &);
  void (*buildLower)(mlir::OpPassManager &);
};

/// All registered targets.
llvm::ArrayRef<TargetPipelines> allTargetPipelines();

/// The pipelines of a target, or null where none is registered.
const TargetPipelines *findTargetPipelines(llvm::StringRef name);

/// The names of all registered targets, for messages: "x86, piuma".
std::string expectedTargetPipelines();

} // namespace scratch

#endif // SCRATCH_PASSES_PIPELINES_TARGETS_H
