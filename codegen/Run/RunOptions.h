//===- RunOptions.h - what a user asks of scratch-run -----------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_RUN_RUNOPTIONS_H
#define SCRATCH_CODEGEN_RUN_RUNOPTIONS_H

#include "codegen/Driver/Compilation.h"
#include "runtime/abi/scratch.h"

#include <optional>
#include <string>
#include <vector>

namespace scratch {

/// Of targets whose programs run on a simulated machine.
struct SimulationOptions {
  std::string mode = "functional"; ///< functional, timing or check
  std::string machine;             ///< file of parameters; empty: the defaults
  unsigned cores = 0;              ///< 0: as the machine says
  uint64_t maxInstructions = 0;    ///< stops a longer run; 0: the simulator's default
  uint64_t seed = 1;               ///< of interleavings, in mode check
};

struct RunOptions {
  std::string kernel;             ///< a .mlir file or a shipped kernel's name
  std::string text;               ///< its MLIR where it is neither; `kernel` is then only a name
  std::vector<std::string> files; ///< matrices, in the order of the arguments
  CompileOptions compile;

  // Of shipped kernels only: a .mlir file says these itself.
  std::string semiring;     ///< empty: plus_times
  std::string element; ///< f64, f32, i32, i8; empty: f64, or i8 for booleans
  unsigned indexBits = 0;   ///< 32 or 64; 0: 32
  std::string mask;         ///< file; empty: none
  bool maskByValue = false; ///< an explicit zero of the mask is not in it
  bool complement = false;
  bool unsorted = false; ///< coordinates in any order, also of the result

  std::string entry;    ///< function of a .mlir file; empty: the only one
  std::optional<int64_t> columns; ///< width of dense operands that are generated
  std::vector<std::string> libraries; ///< shared ones, of a program's externals
  int threads = 0;      ///< 0: the OpenMP default
  int repeat = 3;
  bool check = false;
  std::string output; ///< result as Matrix Market; empty: nowhere
  std::string json;   ///< empty: nowhere
  SimulationOptions simulation;
  bool remarks = false;
  std::string remarksFile; ///< as YAML; empty: to standard error
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_RUNOPTIONS_H
