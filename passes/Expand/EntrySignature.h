//===- EntrySignature.h - which functions cross the C interface -*- C++ -*-===//
//
// The one answer to "is this function an entry point, and what do its tensors
// look like to a caller?", for the pass that builds entry points and for the
// C header that declares them.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ENTRYSIGNATURE_H
#define SCRATCH_PASSES_EXPAND_ENTRYSIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace scratch {

/// A tensor type as runtime/abi/scratch.h describes it.
struct TensorDescription {
  int32_t format;  ///< scratch_format
  int32_t element; ///< scratch_element
  int32_t positionBits, coordinateBits; ///< 0 when dense
  int32_t ordered; ///< coordinates ascend
  int32_t rank;
};
TensorDescription describeTensor(mlir::RankedTensorType type);

/// Numbers that fit a slot of the argument block.
bool isScalarArgument(mlir::Type type);

/// Width of an integer type; `index` is 64 bits on every target.
int32_t bitsOfIndex(mlir::Type type);

/// Whether the module has a public `main` without arguments: it runs by itself
/// and is not called through the C interface.
bool isProgram(mlir::ModuleOp module);

/// Public functions with a body whose arguments and results can all cross the
/// interface, at least one of them a tensor, in program order. A program has
/// none.
llvm::SmallVector<mlir::func::FuncOp> entryPoints(mlir::ModuleOp module);

/// What stands in the way where there is none, for messages: "found function
/// 'f' with tensor<...>, expected ...".
std::string whyNoEntryPoint(mlir::ModuleOp module);

/// Warns of every public function with a body that callers of the module's entry
/// points cannot call like these.
void warnOfOtherFunctions(mlir::ModuleOp module);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ENTRYSIGNATURE_H
