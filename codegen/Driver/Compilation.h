//===- Compilation.h - one module on its way through the stages -*- C++ -*-===//
//
// What scratch-cc and scratch-run share: parse, resolve the target, run the
// stages one by one. Every failure is one llvm::Error, ready for `error:`.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_COMPILATION_H
#define SCRATCH_CODEGEN_DRIVER_COMPILATION_H

#include "codegen/Driver/Diagnostics.h"
#include "codegen/Driver/Remarks.h"
#include "codegen/Driver/Stage.h"
#include "codegen/Driver/Targets.h"
#include "passes/Pipelines/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/Support/SourceMgr.h"

#include <optional>

namespace scratch {

struct CompileOptions {
  /// `select.target` names the target of the whole compilation.
  SelectOptions select;
  /// Processor; empty: the one that the module names, else the host's.
  std::string cpu;
  /// File of prices for select (passes/Strategy/PriceFile.h); empty: the target's.
  std::string prices;
};

class Compilation {
public:
  /// Both must outlive the compilation.
  Compilation(mlir::MLIRContext &context, const CompileOptions &options);

  /// Reads a file; `-` is standard input.
  llvm::Error parseFile(llvm::StringRef path);
  /// Reads text; `name` stands for it in messages.
  llvm::Error parseText(llvm::StringRef text, llvm::StringRef name);

  /// Runs the stages after the last one run, up to `last` or `lower`, whichever
  /// comes first: `emit` leaves MLIR and is the target's.
  llvm::Error runThrough(Stage last);

  /// All stages, then the artifact.
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emit(Artifact kind);

  mlir::ModuleOp module() const { return *root; }
  /// The text that was parsed; names of arguments are read from it.
  const llvm::SourceMgr &source() const { return sources; }
  const TargetColumn &target() const { return *column; }
  const StrategyRemarks &remarks() const { return said; }
  const std::vector<std::string> &warnings() const { return diagnostics.warnings(); }

private:
  llvm::Error parse(std::unique_ptr<llvm::MemoryBuffer> buffer);
  llvm::Error begin();
  llvm::Error readPrices();
  llvm::Error run(Stage stage);

  mlir::MLIRContext &context;
  const CompileOptions &options;
  llvm::SourceMgr sources;
  StrategyRemarks said;
  Diagnostics diagnostics;
  mlir::OwningOpRef<mlir::ModuleOp> root;
  const TargetColumn *column = nullptr;
  std::optional<Stage> done;
};

/// A context that knows the dialects which kernels are written in and go
/// through, with everything that the stages ask of them. Single-threaded: one
/// kernel is compiled faster than threads are started.
std::unique_ptr<mlir::MLIRContext> makeContext();

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_COMPILATION_H
