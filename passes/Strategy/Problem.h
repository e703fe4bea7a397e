//===- Problem.h - what select knows about a kernel -------------*- C++ -*-===//
//
// Stage: select. A kernel as the cost model sees it: plain data, no IR. Extents
// are in storage order: rows of the result are its dense level (the columns of
// a CSC result, whose loops run on exchanged operands).
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_PROBLEM_H
#define SCRATCH_PASSES_STRATEGY_PROBLEM_H

#include "dialects/Scratch/Kinds.h"

#include <cstdint>
#include <optional>

namespace scratch {

enum class KernelKind { Spgemm, SpgemmExecute, Spmm, Spmv, Sddmm };

enum class MaskUse { None, Plain, Complement };

struct KernelProblem {
  KernelKind kernel = KernelKind::Spgemm;
  unsigned elementBytes = 8;
  unsigned positionBits = 64;
  unsigned coordinateBits = 64;

  SemiringKind semiring = SemiringKind::plus_times;
  bool readsLeft = true;  ///< the multiply looks at values of the left operand
  bool readsRight = true; ///< and at those of the right one

  MaskUse mask = MaskUse::None;
  /// The mask is one ordered sparse matrix, not complemented: its rows can be walked.
  bool maskIsMatrix = false;
  bool columnsOfRight = false; ///< what is multiplied from the right is stored by columns
  unsigned maskLeaves = 0; ///< tensors that the mask's tree is made of

  bool addsTo = false;         ///< the product is added to a matrix
  bool dropsEntries = false;   ///< the epilogue has a keep stage
  bool orderedOperands = true; ///< coordinates ascend within every row
  bool orderedLeft = true;     ///< the same of A's rows, which SpGEMM walks one by one

  /// Extents, where the types tell them.
  std::optional<int64_t> rows, inner, columns;
};

/// "spgemm", as in the name of the operation.
llvm::StringRef stringify(KernelKind kernel);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PROBLEM_H
