//===- MachineFile.cpp - Reading and checking machine parameters -----------===//
#include "runtime/piuma/sim/Simulator.h"

#include <bit>
#include <charconv>

namespace scratch::piuma {

static std::string_view trim(std::string_view s) {
  size_t first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos)
    return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

static uint64_t *field(Machine &machine, std::string_view name) {
#define PARAMETER(id, value, low, high, unit, source, text)                             \
  if (name == #id)                                                                      \
    return &machine.id;
#include "runtime/piuma/isa/Machine.def"
  return nullptr;
}

std::optional<std::string> readMachine(std::string_view text, Machine &machine) {
  for (unsigned line = 1; !text.empty(); ++line) {
    size_t end = text.find('\n');
    std::string_view row = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    row = trim(row.substr(0, row.find('#')));
    if (row.empty())
      continue;
    auto error = [&](const std::string &what) {
      return "line " + std::to_string(line) + ": " + what;
    };
    size_t equals = row.find('=');
    if (equals == std::string_view::npos)
      return error("found '" + std::string(row) + "', expected name = value");
    std::string_view name = trim(row.substr(0, equals)), value = trim(row.substr(equals + 1));
    uint64_t *into = field(machine, name);
    if (!into)
      return error("unknown parameter '" + std::string(name) + "'");
    uint64_t number = 0;
    auto [stop, code] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (code != std::errc() || stop != value.data() + value.size())
      return error("found '" + std::string(value) + "' for " + std::string(name) +
                   ", expected a whole number");
    *into = number;
  }
  return std::nullopt;
}

std::optional<std::string> checkMachine(const Machine &machine) {
#define PARAMETER(id, value, low, high, unit, source, text)                             \
  if (machine.id < uint64_t(low) || machine.id > uint64_t(high))                        \
    return "machine parameter " #id " is " + std::to_string(machine.id) +               \
           ", expected " #low " to " #high " " unit;
#include "runtime/piuma/isa/Machine.def"
  auto power = [](const char *name, uint64_t value) {
    return "machine parameter " + std::string(name) + " is " + std::to_string(value) +
           ", expected a power of two";
  };
  if (!std::has_single_bit(machine.dram_interleave))
    return power("dram_interleave", machine.dram_interleave);
  if (!std::has_single_bit(machine.dcache_line))
    return power("dcache_line", machine.dcache_line);
  if (machine.dram_bytes % 65536)
    return "machine parameter dram_bytes is " + std::to_string(machine.dram_bytes) +
           ", expected a multiple of 65536";
  if (machine.scratchpad_bytes % 8)
    return "machine parameter scratchpad_bytes is " +
           std::to_string(machine.scratchpad_bytes) + ", expected a multiple of 8";
  constexpr uint64_t kMostDram = kScratchpadGlobal - kDram;
  if (machine.dram_bytes > kMostDram / machine.cores)
    return "cores * dram_bytes is " + std::to_string(machine.cores) + " * " +
           std::to_string(machine.dram_bytes) + ", expected at most " +
           std::to_string(kMostDram);
  return std::nullopt;
}

} // namespace scratch::piuma
