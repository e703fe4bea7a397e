//===- Stage.h - the six stages by name -------------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_DRIVER_STAGE_H
#define SCRATCH_CODEGEN_DRIVER_STAGE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace scratch {

enum class Stage { Import, Select, Expand, Map, Lower, Emit };

/// The word used in pipelines, on command lines and in messages.
llvm::StringRef stageName(Stage stage);

/// The stage of a word; the error lists all of them.
llvm::Expected<Stage> parseStage(llvm::StringRef word);

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_STAGE_H
