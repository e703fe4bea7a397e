//===- piuma-sim.cpp - Run an ELF file on the simulated machine ------------===//
//
// A thin main around runtime/piuma/sim/Simulator.h. Exit status 0 only when the program
// ended with status 0; anything else prints one `error:` line.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Simulator.h"
#include "runtime/piuma/sim/Statistics.h"

#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

using namespace scratch::piuma;

namespace {
struct Arguments {
  std::string image, machineFile, stats, trace, signature;
  Options options;
  uint64_t cores = 0;
  bool disassemble = false, summary = false;
};

constexpr const char *kUsage =
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

unsigned signatureGranularity = 4;

int fail(const std::string &text) {
  std::fprintf(stderr, "error: %s\n", text.c_str());
  return 1;
}

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
    signatureGranularity = value == "4" ? 4 : 8;
    return std::nullopt;
  }
  return "unknown option '" + std::string(option) + "'";
}

std::optional<std::string> parse(int argc, char **argv, Arguments &out) {
  for (int i = 1; i < argc; ++i) {
    std::string_view argument = argv[i];
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

template <class Container>
std::optional<std::string> readFile(const std::string &path, Container &out) {
  std::ifstream in(path, std::ios::binary);
  if (in)
    out.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || in.bad())
    return path + ": cannot be read";
  return std::nullopt;
}

std::optional<std::string> writeFile(const std::string &path, const std::string &text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out)
    return std::nullopt;
  std::remove(path.c_str());
  return path + ": cannot be written";
}

std::optional<std::string> signature(const Simulator &sim, std::string &text) {
  auto begin = sim.symbol("begin_signature"), end = sim.symbol("end_signature");
  if (!begin || !end || *end < *begin)
    return std::string("--signature: found no symbols begin_signature and end_signature");
  if (*end - *begin > (uint64_t(1) << 26))
    return std::string("--signature: the signature is longer than 64 MiB");
  std::vector<uint8_t> bytes(*end - *begin);
  if (!sim.read(*begin, bytes))
    return std::string("--signature: the signature lies outside of memory");
  bytes.resize((bytes.size() + signatureGranularity - 1) / signatureGranularity *
               signatureGranularity);
  for (size_t i = 0; i < bytes.size(); i += signatureGranularity) {
    for (unsigned b = signatureGranularity; b-- > 0;) {
      char digits[3];
      std::snprintf(digits, sizeof(digits), "%02x", bytes[i + b]);
      text += digits;
    }
    text += '\n';
  }
  return std::nullopt;
}

void summarize(const Statistics &s, double seconds) {
  std::fprintf(stderr, "%llu instructions in %.3f s: %.1f MIPS\n",
               static_cast<unsigned long long>(s.instructions), seconds,
               double(s.instructions) / seconds / 1e6);
  if (!s.timed)
    return;
  std::fprintf(stderr, "%llu cycles, IPC %.3f; bound %.0f cycles by %s\n",
               static_cast<unsigned long long>(s.cycles), s.ipc(), s.bounds[0].cycles,
               s.bounds[0].name.c_str());
}

std::optional<std::string> outputs(const Simulator &sim, const Arguments &arguments) {
  if (!arguments.stats.empty())
    if (auto error = writeFile(arguments.stats, sim.statistics().json()))
      return error;
  if (!arguments.trace.empty())
    if (auto error = writeFile(arguments.trace, sim.trace()))
      return error;
  if (arguments.signature.empty())
    return std::nullopt;
  std::string text;
  if (auto error = signature(sim, text))
    return error;
  return writeFile(arguments.signature, text);
}
} // namespace

int main(int argc, char **argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i)
    if (std::string_view(argv[i]) == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
  if (auto error = parse(argc, argv, arguments))
    return fail(*error + " (piuma-sim --help lists the options)");
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
    return 0;
  }
  auto start = std::chrono::steady_clock::now();
  Result result = sim.run();
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::fflush(stdout);
  if (arguments.summary)
    summarize(sim.statistics(), elapsed.count());
  std::optional<std::string> outputError = outputs(sim, arguments);
  if (!result.error.empty()) {
    fail(arguments.image + ": " + result.error);
    return result.status > 0 && result.status < 256 ? int(result.status) : 1;
  }
  return outputError ? fail(*outputError) : 0;
}
