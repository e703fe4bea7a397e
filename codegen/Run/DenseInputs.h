//===- DenseInputs.h - values for dense arguments without a file -*- C++ -*-==//
//
// Extents follow from the sparse operands where the kernel is known, from
// `--columns` where nothing else says. Values depend on the argument's number
// and the place alone: the same in every run and on every machine. Reals are
// multiples of 1/64 in [-1, 1), integers lie in [-8, 8), booleans are 0 or 1.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_RUN_DENSEINPUTS_H
#define SCRATCH_CODEGEN_RUN_DENSEINPUTS_H

#include "codegen/Run/Program.h"

namespace scratch {

/// An owned tensor for argument `number`; `tensors` holds those of files and of
/// arguments before it.
llvm::Expected<scratch_tensor> generateDense(const Program &program,
                                             llvm::ArrayRef<scratch_tensor> tensors, size_t number,
                                             int64_t columns);

/// `--columns` where it is not given.
inline constexpr int64_t kDenseColumns = 32;

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_DENSEINPUTS_H
