//===- Report.cpp - what a run leaves behind ------------------------------===//
#include "tools/piuma-sim/Report.h"

#include "runtime/piuma/sim/Statistics.h"
#include "tools/piuma-sim/Files.h"

#include <cstdio>
#include <vector>

using namespace scratch::piuma;

static std::optional<std::string> signature(const Simulator &sim, size_t granularity,
                                             std::string &text) {
  auto begin = sim.symbol("begin_signature"), end = sim.symbol("end_signature");
  if (!begin || !end || *end < *begin)
    return std::string("--signature: found no symbols begin_signature and end_signature");
  if (*end - *begin > (uint64_t(1) << 26))
    return std::string("--signature: the signature is longer than 64 MiB");
  std::vector<uint8_t> bytes(*end - *begin);
  if (!sim.read(*begin, bytes))
    return std::string("--signature: the signature lies outside of memory");
  bytes.resize((bytes.size() + granularity - 1) / granularity * granularity);
  for (size_t i = 0; i < bytes.size(); i += granularity) {
    for (unsigned b = granularity; b-- > 0;) {
      char digits[3];
      std::snprintf(digits, sizeof(digits), "%02x", bytes[i + b]);
      text += digits;
    }
    text += '\n';
  }
  return std::nullopt;
}

void scratch::piuma::summarize(const Statistics &s, double seconds) {
  std::fprintf(stderr, "%llu instructions in %.3f s: %.1f MIPS\n",
               static_cast<unsigned long long>(s.instructions), seconds,
               double(s.instructions) / seconds / 1e6);
  if (!s.timed)
    return;
  std::fprintf(stderr, "%llu cycles, IPC %.3f; bound %.0f cycles by %s\n",
               static_cast<unsigned long long>(s.cycles), s.ipc(), s.bounds[0].cycles,
               s.bounds[0].name.c_str());
}

std::optional<std::string> scratch::piuma::writeOutputs(const Simulator &sim,
                                                        const Arguments &arguments) {
  if (!arguments.stats.empty())
    if (auto error = writeFile(arguments.stats, sim.statistics().json()))
      return error;
  if (!arguments.trace.empty())
    if (auto error = writeFile(arguments.trace, sim.trace()))
      return error;
  if (arguments.signature.empty())
    return std::nullopt;
  std::string text;
  if (auto error = signature(sim, arguments.signatureGranularity, text))
    return error;
  return writeFile(arguments.signature, text);
}
