//===- CommandLine.h - piuma-sim's flags ------------------------*- C++ -*-===//
//
// Read by hand: the simulator is built without LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_TOOLS_PIUMASIM_COMMANDLINE_H
#define SCRATCH_TOOLS_PIUMASIM_COMMANDLINE_H

#include "runtime/piuma/sim/Simulator.h"

#include <optional>
#include <string>

namespace scratch::piuma {

struct Arguments {
  std::string image, machineFile; ///< an empty name stands for "not given"
  std::string stats, trace, signature;
  unsigned signatureGranularity = 4; ///< bytes per line
  Options options;
  uint64_t cores = 0; ///< 0: as the machine says
  bool help = false, disassemble = false, summary = false;
};

extern const char *const kUsage;

/// What is wrong with the arguments, or nothing.
std::optional<std::string> parseArguments(int argc, char **argv, Arguments &out);

} // namespace scratch::piuma

#endif // SCRATCH_TOOLS_PIUMASIM_COMMANDLINE_H
