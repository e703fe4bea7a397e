//===- StorageOrder.h - conversions that a kernel's operands need -*- C++ -*-===//
//
// Stage: expand. `select` only annotates, so the conversions that a dataflow
// needs are materialised here.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_STORAGEORDER_H
#define SCRATCH_PASSES_EXPAND_STORAGEORDER_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// `tensor` as CSR, or as CSC when `columnMajor`; itself if it already is.
mlir::FailureOr<mlir::Value> inStorageOrder(LoopBuilder &b, mlir::Operation *op,
                                            mlir::Value tensor, bool columnMajor);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_STORAGEORDER_H
