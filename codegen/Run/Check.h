//===- Check.h - is the result what the reference computes ------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_CHECK_H
#define SCRATCH_CODEGEN_RUN_CHECK_H

#include "codegen/Run/Program.h"

namespace scratch {

struct CheckResult {
  bool patternEqual = false;
  double maxRelativeError = 0, tolerance = 0;
};

/// Compares every entry of `result` with runtime/reference. The error names the
/// first entry that differs, or says why the program cannot be checked.
llvm::Expected<CheckResult> checkResult(const Program &program,
                                        llvm::ArrayRef<scratch_tensor> inputs,
                                        const scratch_tensor &result);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_CHECK_H
