//===- Passes.h - passes of the stage expand --------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PASSES_H
#define SCRATCH_PASSES_EXPAND_PASSES_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Expand/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Expand/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_PASSES_H
