//===- Deadlock.cpp - Who waits for what, in words -------------------------===//
#include "runtime/piuma/sim/Schedule.h"

#include <algorithm>

namespace scratch::piuma {

static std::string hex(uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

/// "3, 5-9 and 12 more"
static std::string list(const std::vector<uint32_t> &numbers) {
  std::string text;
  size_t shown = 0;
  for (size_t i = 0; i < numbers.size() && shown < 6; ++shown) {
    size_t end = i;
    while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1)
      ++end;
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (end > i)
      text += "-" + std::to_string(numbers[end]);
    i = end + 1;
    if (shown == 5 && i < numbers.size())
      text += " and " + std::to_string(numbers.size() - i) + " more";
  }
  return text;
}

static std::string scopeName(uint64_t scope) {
  static const char *const names[] = {"all threads", "the core", "all MTP threads",
                                      "the core's MTP threads"};
  return scope < 4 ? names[scope] : "?";
}

/// Threads of the scope that have not arrived, the exited ones apart.
static std::string missing(const System &system, const Thread &t, uint64_t scope) {
  std::vector<uint32_t> absent, exited;
  for (const Thread &other : system.threads) {
    if (!system.isMember(other, scope, t.core) ||
        (other.wait == t.wait && other.waitKey == t.waitKey))
      continue;
    (other.state == ThreadState::Done ? exited : absent).push_back(other.id);
  }
  std::string text;
  if (!absent.empty())
    text = "for thread " + list(absent);
  if (!exited.empty())
    text += (text.empty() ? "for" : " and") + std::string(" thread ") + list(exited) +
            ", which ended";
  return text;
}

static std::string reason(const System &system, const Thread &t) {
  switch (t.wait) {
  case Wait::Barrier:
    return "at barrier " + std::to_string(t.waitKey & 0xffffffff) + " of " +
           scopeName(t.waitKey >> 32) + " " + missing(system, t, t.waitKey >> 32);
  case Wait::Collective:
    return "at a collective of " + scopeName(t.waitKey >> 32) + " " +
           missing(system, t, t.waitKey >> 32);
  case Wait::QueueEmpty:
    return "to pop from the empty queue at " + hex(t.waitKey);
  case Wait::QueueFull:
    return "to push to the full queue at " + hex(t.waitKey);
  case Wait::DmaWait:
    return "for a transfer";
  case Wait::None:
    break;
  }
  return "for nothing";
}

std::string describeDeadlock(const System &system) {
  // Threads that wait for the same thing at the same place are told once.
  std::vector<std::pair<std::string, std::vector<uint32_t>>> groups;
  for (const Thread &t : system.threads) {
    if (t.state != ThreadState::Blocked)
      continue;
    uint64_t pc = pcOf(*t.chunk, t.op);
    bool behind = t.wait == Wait::Barrier || t.wait == Wait::Collective;
    uint64_t at = behind ? pc - 4 : pc; // those instructions have run
    std::string symbol = system.describe(at);
    std::string text = reason(system, t) + " (pc " + hex(at) +
                       (symbol.empty() ? "" : ", " + symbol) + ")";
    auto found = std::find_if(groups.begin(), groups.end(),
                              [&](const auto &group) { return group.first == text; });
    if (found == groups.end())
      groups.push_back({text, {t.id}});
    else
      found->second.push_back(t.id);
  }
  std::string text = "deadlock";
  for (size_t i = 0; i < groups.size() && i < 8; ++i)
    text += (i ? "; thread " : ": thread ") + list(groups[i].second) + " waits " +
            groups[i].first;
  if (groups.size() > 8)
    text += "; and " + std::to_string(groups.size() - 8) + " more places";
  return text;
}

} // namespace scratch::piuma
