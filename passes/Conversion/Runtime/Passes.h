//===- Passes.h - stage map, what all targets share --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_H
#define SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Conversion/Runtime/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Conversion/Runtime/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_H
