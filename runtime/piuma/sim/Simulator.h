//===- Simulator.h - The simulator as a library ----------------------------===//
//
//   Simulator sim(machine, options);
//   sim.load(bytes);                              // a static ELF
//   uint64_t a = sim.allocate(n); sim.write(a, host data);
//   sim.setArguments(block);                      // what the program finds: LaunchBlock
//   Result result = sim.run();
//   sim.read(a, host data); sim.statistics();
//
// No exceptions, no output, no exit: everything is a return value.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SIMULATOR_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SIMULATOR_H

#include "runtime/piuma/isa/Machine.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace scratch::piuma {

struct Statistics;

enum class Mode { Functional, Timing, Check };
enum class DmaMode { Default, Immediate, Delayed }; // default: delayed when checking

struct Options {
  Mode mode = Mode::Functional;
  DmaMode dma = DmaMode::Default;
  uint64_t seed = 1;
  /// Threads started; 0: all if the program has a symbol piuma_launch, otherwise one.
  uint64_t threads = 0;
  /// Ends a run that executes more than this: a program that never ends is stopped after
  /// minutes, not never.
  uint64_t maxInstructions = 100'000'000'000;
  bool trace = false; // record events for Simulator::trace
  /// Receives what the program prints.
  std::function<void(std::string_view)> output;
};

/// How a run ended. `error` is empty only when the program ended with status 0.
struct Result {
  int64_t status = 0;
  std::string error; // one line: what, thread, pc, instruction, symbol
};

class Simulator {
public:
  /// `machine` must be one that checkMachine accepts.
  Simulator(const Machine &machine, Options options);
  ~Simulator();

  /// Reads and places the image; the reason on failure.
  std::optional<std::string> load(std::span<const uint8_t> elf);

  /// Zeroed guest memory behind the image; 0 when DRAM is full.
  uint64_t allocate(uint64_t bytes, uint64_t alignment = 64);
  /// Copies to or from guest memory (DRAM, or core 0's view of scratchpads); false outside.
  bool write(uint64_t address, std::span<const uint8_t> bytes);
  bool read(uint64_t address, std::span<uint8_t> bytes) const;
  /// Where the program's argument block is.
  void setArguments(uint64_t address);
  /// Address of a symbol of the image.
  std::optional<uint64_t> symbol(std::string_view name) const;

  /// Runs to the end; call once.
  Result run();

  /// Valid after run.
  const Statistics &statistics() const;
  /// The trace as Chrome/Perfetto JSON; needs Options::trace.
  std::string trace() const;
  /// Every executable segment, disassembled, with symbols.
  std::string disassembly() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

/// Nothing if every parameter is in the range of Machine.def and they fit together.
std::optional<std::string> checkMachine(const Machine &machine);
/// Applies "name = value" lines ('#' starts a comment); the reason on failure.
std::optional<std::string> readMachine(std::string_view text, Machine &machine);

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SIMULATOR_H
