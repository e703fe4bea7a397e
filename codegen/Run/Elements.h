//===- Elements.h - sizes and names of stored values ------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_ELEMENTS_H
#define SCRATCH_CODEGEN_RUN_ELEMENTS_H

#include "llvm/ADT/StringRef.h"

namespace scratch {

/// Bytes of one value of a scratch_element; 0 for what is none.
int64_t bytesOfElement(uint32_t element);

/// Its name in MLIR, as --type= spells it.
llvm::StringRef nameOfElement(uint32_t element);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_ELEMENTS_H
