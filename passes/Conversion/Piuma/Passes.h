//===- Passes.h - stages map and lower on PIUMA -----------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_H

#include "dialects/Piuma/Piuma.h"
#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Conversion/Piuma/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Conversion/Piuma/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_H
