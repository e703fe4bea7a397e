//===- Report.h - what a run leaves behind ----------------------*- C++ -*-===//
#ifndef SCRATCH_TOOLS_PIUMASIM_REPORT_H
#define SCRATCH_TOOLS_PIUMASIM_REPORT_H

#include "tools/piuma-sim/CommandLine.h"

namespace scratch::piuma {

/// Instructions, time and speed, on standard error.
void summarize(const Statistics &statistics, double seconds);

/// The files that `arguments` asks for. What went wrong, or nothing.
std::optional<std::string> writeOutputs(const Simulator &sim, const Arguments &arguments);

} // namespace scratch::piuma

#endif // SCRATCH_TOOLS_PIUMASIM_REPORT_H
