//===- CommandLine.cpp - piuma-sim's flags --------------------------------===//
#include "tools/piuma-sim/CommandLine.h"

#include <charconv>
#include <string_view>

using namespace scratch::piuma;

const char *const scratch::piuma::kUsage =
    "usage: piuma-sim image.elf [options]\n"
    "  --mode=functional|timing|check   fast (default), with time, or looking for races\n"
    "  --machine=FILE                   machine parameters, lines of name = value\n"
    "  --cores=N                        cores of the machine\n"
    "  --threads=N                      threads to start (default: all if the program has\n"
    "                                   a symbol piuma_launch, else 1)\n"
    "  --seed=N                         seed of the check mode's schedule\n"
    "  --dma=immediate|delayed          when transfers land (default: delayed in check mode)\n"
    "  --max-instructions=N             stop a longer run (default: 100 billion)\n"
    "  --stats=FILE.json                counters\n"
    "  --trace=FILE.json                Chrome/Perfetto trace\n"
    "  --signature=FILE                 memory from begin_signature to end_signature, in\n"
    "                                   32-bit words\n"
    "  --signature-granularity=4|8      bytes per line of the signature (default 4)\n"
    "  --summary                        instructions, time and speed on standard error\n"
    "  --disassemble                    print the code instead of running it\n";

namespace {
std::optional<std::string> number(std::string_view option, std::string_view value,
                                  uint64_t &out) {
  auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (code == std::errc() && end == value.data() + value.size())
    return std::nullopt;
  return std::string(option) + ": found '" + std::string(value) +
         "', expected a whole number";
}

std::optional<std::string> choice(std::string_view option, std::string_view value,
                                  const char *expected) {
  return std::string(option) + ": found '" + std::string(value) + "', expected " + expected;
}

std::optional<std::string> parseOption(std::string_view argument, Arguments &out) {
  size_t equals = argument.find('=');
  std::string_view option = argument.substr(0, equals);
  std::string_view value =
      equals == std::string_view::npos ? std::string_view() : argument.substr(equals + 1);
  if (option == "--disassemble" || option == "--summary") {
    (option == "--summary" ? out.summary : out.disassemble) = true;
    return std::nullopt;
  }
  const std::pair<std::string_view, std::string *> texts[] = {
      {"--machine", &out.machineFile},
      {"--stats", &out.stats},
      {"--trace", &out.trace},
      {"--signature", &out.signature}};
  for (auto [name, into] : texts)
    if (option == name) {
      *into = value;
      return value.empty() ? std::optional(std::string(option) + ": expected a file name")
                           : std::nullopt;
    }
  const std::pair<std::string_view, uint64_t *> numbers[] = {
      {"--cores", &out.cores},
      {"--threads", &out.options.threads},
      {"--seed", &out.options.seed},
      {"--max-instructions", &out.options.maxInstructions}};
  for (auto [name, into] : numbers)
    if (option == name)
      return number(option, value, *into);
  if (option == "--mode") {
    if (value == "functional" || value == "timing" || value == "check") {
      out.options.mode = value == "functional" ? Mode::Functional
                         : value == "timing"   ? Mode::Timing
                                               : Mode::Check;
      return std::nullopt;
    }
    return choice(option, value, "functional, timing or check");
  }
  if (option == "--dma") {
    if (value == "immediate" || value == "delayed") {
      out.options.dma = value == "delayed" ? DmaMode::Delayed : DmaMode::Immediate;
      return std::nullopt;
    }
    return choice(option, value, "immediate or delayed");
  }
  if (option == "--signature-granularity") {
    if (value != "4" && value != "8")
      return choice(option, value, "4 or 8");
    out.signatureGranularity = value == "4" ? 4 : 8;
    return std::nullopt;
  }
  return "unknown option '" + std::string(option) + "'";
}
} // namespace

std::optional<std::string> scratch::piuma::parseArguments(int argc, char **argv,
                                                          Arguments &out) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
    if (argument == "--help") {
      out.help = true;
      return std::nullopt;
    }
    if (argument.substr(0, 1) == "-") {
      if (auto error = parseOption(argument, out))
        return error;
    } else if (!out.image.empty()) {
      return "found a second image '" + std::string(argument) + "', expected one";
    } else {
      out.image = argument;
    }
  }
  if (out.image.empty())
    return std::string("found no image, expected an ELF file");
  if (out.options.mode == Mode::Timing && out.options.dma == DmaMode::Delayed)
    return std::string("--dma=delayed goes with functional and check modes: the timing "
                       "model has its own notion of when a transfer ends");
  out.options.trace = !out.trace.empty();
  return std::nullopt;
}
