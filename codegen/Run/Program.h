//===- Program.h - a compiled entry point, ready to be called ---*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_PROGRAM_H
#define SCRATCH_CODEGEN_RUN_PROGRAM_H

#include "codegen/Jit/LoadedModule.h"
#include "codegen/Run/KnownKernel.h"
#include "codegen/Run/RunOptions.h"
#include "passes/Expand/EntrySignature.h"

#include <optional>

namespace scratch {

/// A tensor as the entry point takes or gives it.
struct TensorSlot {
  TensorDescription type;
  llvm::SmallVector<int64_t> shape; ///< ShapedType::kDynamic where free
  bool writable = false;            ///< an argument that a result may be written over
  bool isSparse() const { return type.format != SCRATCH_FORMAT_DENSE; }
};

/// What select decided for one kernel of the entry point, in words.
struct Decision {
  std::string dataflow, phases, schedule;
  llvm::SmallVector<std::string> accumulators; ///< one per variant
  std::string choice, why;
};

struct Program {
  std::string name; ///< of the entry point
  llvm::SmallVector<TensorSlot> inputs, results;
  std::optional<KnownKernel> known;
  std::string unknownBecause; ///< when not known
  llvm::SmallVector<Decision> decisions;
  std::string target; ///< "x86 (znver3, 256-bit vectors)"
  StrategyRemarks remarks;
  double compileMs = 0;
  /// Either an image for the simulated machine, or a module of this process.
  std::unique_ptr<llvm::MemoryBuffer> image;
  std::optional<LoadedModule> module;
  scratch_entry entry = nullptr;
};

/// Compiles `options.kernel`, a file or a shipped kernel with indices of
/// `indexBits`, and loads it.
llvm::Expected<Program> compileProgram(const RunOptions &options, unsigned indexBits);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_PROGRAM_H
