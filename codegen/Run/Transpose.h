//===- Transpose.h - the transpose of a sparse matrix -----------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_TRANSPOSE_H
#define SCRATCH_CODEGEN_RUN_TRANSPOSE_H

#include "runtime/abi/scratch.h"

namespace scratch {

/// The transpose in the matrix's own format, CSR or CSC, with coordinates in
/// order; owned.
scratch_status transpose(const scratch_tensor &matrix, scratch_tensor *out);

/// The same matrix, given as CSR, as CSC: the buffers of its transpose under another name.
scratch_status toColumns(const scratch_tensor &matrix, scratch_tensor *out);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_TRANSPOSE_H
