//===- Diagnostics.h - many diagnostics, one error --------------*- C++ -*-===//
//
// MLIR reports as it goes; a tool's user gets one `error:` line, with whatever
// else was said as notes under it.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_DIAGNOSTICS_H
#define SCRATCH_CODEGEN_DRIVER_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace scratch {

/// "FILE:LINE:COLUMN: ", or nothing where the location is not known.
std::string locationPrefix(mlir::Location location);

/// Collects what is reported on a context while it lives.
class Diagnostics {
public:
  explicit Diagnostics(mlir::MLIRContext *context);

  /// The first error, then the rest as `note:` lines; `otherwise` if there was
  /// none. Forgets what it held.
  llvm::Error takeError(const llvm::Twine &otherwise);

  /// Warnings so far, each "LOCATION: text".
  const std::vector<std::string> &warnings() const { return warningTexts; }

private:
  mlir::LogicalResult take(mlir::Diagnostic &diagnostic);

  std::string firstError;
  std::vector<std::string> notes, warningTexts;
  mlir::ScopedDiagnosticHandler handler;
};

/// Prints the one `error:` line (and its notes).
void printError(llvm::raw_ostream &out, llvm::Error error);

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_DIAGNOSTICS_H
