//===- Passes.h - stage map on x86 ------------------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_PASSES_H
#define SCRATCH_PASSES_CONVERSION_X86_PASSES_H

#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

namespace scratch {

#define GEN_PASS_DECL
#include "passes/Conversion/X86/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Conversion/X86/Passes.h.inc"

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_PASSES_H
