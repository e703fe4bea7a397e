//===- Header.h - the C header of a compiled module -------------*- C++ -*-===//
//
// Stage: emit. From the module as it was written (before expand), since there the
// entry points still show their tensors.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_AOT_HEADER_H
#define SCRATCH_CODEGEN_AOT_HEADER_H

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/Error.h"

namespace llvm {
class SourceMgr;
}

namespace scratch {

/// The text of a header, good for C11 and C++17, that declares every entry point
/// of `module` and wraps it in functions with named, typed arguments.
/// `fileName` gives the include guard. Argument names are read from `source`,
/// the text that `module` was parsed from; without it they are arg0, arg1, ...
llvm::Expected<std::string> writeHeader(mlir::ModuleOp module, llvm::StringRef fileName,
                                        const llvm::SourceMgr *source = nullptr);

} // namespace scratch

#endif // SCRATCH_CODEGEN_AOT_HEADER_H
