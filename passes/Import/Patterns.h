//===- Patterns.h - from linalg to kernels, one file per kernel -*- C++ -*-===//
#ifndef SCRATCH_PASSES_IMPORT_PATTERNS_H
#define SCRATCH_PASSES_IMPORT_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace scratch {

void populateSpgemmImport(mlir::RewritePatternSet &patterns);
void populateSparseDenseImport(mlir::RewritePatternSet &patterns); ///< spmm, spmv
void populateSddmmImport(mlir::RewritePatternSet &patterns);

} // namespace scratch

#endif // SCRATCH_PASSES_IMPORT_PATTERNS_H
