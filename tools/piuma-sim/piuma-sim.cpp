//===- piuma-sim.cpp - Run an ELF file on the simulated machine ------------===//
//
// A thin main around runtime/piuma/sim/Simulator.h. Exit status 0 only when the program
// ended with status 0; anything else prints one `error:` line.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Statistics.h"
#include "tools/piuma-sim/Files.h"
#include "tools/piuma-sim/Report.h"

#include <chrono>
#include <cstdio>

using namespace scratch::piuma;

static int fail(const std::string &text) {
  std::fprintf(stderr, "error: %s\n", text.c_str());
  return 1;
}

/// The exit status of a run that ended with `status`, once its output is out.
static int flushed(int status) {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout))
    return status;
  return fail("standard output: cannot be written");
}

int main(int argc, char **argv) {
  Arguments arguments;
  if (auto error = parseArguments(argc, argv, arguments))
    return fail(*error + " (piuma-sim --help lists the options)");
  if (arguments.help) {
    std::fputs(kUsage, stdout);
    return flushed(0);
  }
  Machine machine;
  if (!arguments.machineFile.empty()) {
    std::string text;
    if (auto error = readFile(arguments.machineFile, text))
      return fail(*error);
    if (auto error = readMachine(text, machine))
      return fail(arguments.machineFile + ": " + *error);
  }
  if (arguments.cores)
    machine.cores = arguments.cores;
  if (auto error = checkMachine(machine))
    return fail(*error);
  std::vector<uint8_t> elf;
  if (auto error = readFile(arguments.image, elf))
    return fail(*error);
  arguments.options.output = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  };
  Simulator sim(machine, arguments.options);
  if (auto error = sim.load(elf))
    return fail(arguments.image + ": " + *error);
  if (arguments.disassemble) {
    std::fputs(sim.disassembly().c_str(), stdout);
    return flushed(0);
  }
  auto start = std::chrono::steady_clock::now();
  Result result = sim.run();
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::fflush(stdout);
  if (arguments.summary)
    summarize(sim.statistics(), elapsed.count());
  std::optional<std::string> outputError = writeOutputs(sim, arguments);
  if (!result.error.empty()) {
    fail(arguments.image + ": " + result.error);
    return result.status > 0 && result.status < 256 ? int(result.status) : 1;
  }
  return flushed(outputError ? fail(*outputError) : 0);
}
