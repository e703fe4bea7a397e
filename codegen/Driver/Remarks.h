//===- Remarks.h - what select said, kept -----------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_DRIVER_REMARKS_H
#define SCRATCH_CODEGEN_DRIVER_REMARKS_H

#include "mlir/IR/MLIRContext.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace scratch {

/// One remark of category `scratch-strategy`.
struct StrategyRemark {
  std::string place;    ///< "FILE:LINE:COLUMN: ", or empty
  std::string function; ///< that holds the kernel
  std::string choice;   ///< name of the candidate: "row_wise/hash"
  std::string why;      ///< the deciding term, in words
  std::vector<std::pair<std::string, std::string>> metrics;
};

/// Remarks of a context, in the order in which they were made.
struct StrategyRemarks {
  std::vector<StrategyRemark> list;
  std::string yaml; ///< the same as LLVM's remark tools read them

  /// "remark: PLACE: in FUNCTION: CHOICE: why (metric value, ...)" per remark.
  void print(llvm::raw_ostream &out) const;
};

/// Collects the remarks of `context` into `remarks`, which must outlive it.
llvm::Error collectRemarks(mlir::MLIRContext *context, StrategyRemarks &remarks);

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_REMARKS_H
