//===- ShippedKernels.h - kernels that come with Scratch --------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_SHIPPEDKERNELS_H
#define SCRATCH_CODEGEN_RUN_SHIPPEDKERNELS_H

#include "codegen/Run/RunOptions.h"

#include "llvm/Support/Error.h"

namespace scratch {

/// "spgemm, spmm, ...", for messages.
std::string shippedKernelNames();
bool isShippedKernel(llvm::StringRef name);

/// The MLIR of a shipped kernel, specialised to element type, index width,
/// semiring and mask of `options`: one function of the kernel's name. The error
/// names an option that does not fit.
llvm::Expected<std::string> shippedKernel(const RunOptions &options, unsigned indexBits);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_SHIPPEDKERNELS_H
