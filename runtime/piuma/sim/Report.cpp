//===- Report.cpp - Statistics as JSON -------------------------------------===//
#include "runtime/piuma/sim/Json.h"
#include "runtime/piuma/sim/Statistics.h"

namespace scratch::piuma {

static void writeMachine(Json &json, const Machine &machine) {
  json.key("machine").open('{');
#define PARAMETER(id, value, low, high, unit, source, text) json.field(#id, machine.id);
#include "runtime/piuma/isa/Machine.def"
  json.close('}');
}

static void writeCounters(Json &json, const Counters &counters) {
#define COUNTER(name) json.field(#name, counters.name);
#include "runtime/piuma/sim/Counters.def"
}

static void writeInstructions(Json &json, const Statistics &s) {
  static const char *const names[] = {
#define CLASS(id, name, latency) name,
#include "runtime/piuma/isa/Classes.def"
  };
  json.key("classes").open('{');
  for (unsigned c = 0; c < kClassCount; ++c)
    if (s.byClass[c])
      json.field(names[c], s.byClass[c]);
  json.close('}');
  json.key("instruction_counts").open('{');
  for (unsigned n = 0; n < kInsnCount; ++n)
    if (s.byInsn[n])
      json.field(info(Insn(n)).mnemonic, s.byInsn[n]);
  json.close('}');
}

static void writeMemory(Json &json, const Statistics &s) {
  const Counters &c = s.total;
  json.key("memory").open('{');
  json.field("dram_loads", s.loads - c.scratchpad_loads);
  json.field("dram_stores", s.stores - c.scratchpad_stores);
  json.field("dram_load_bytes", s.loadBytes - c.scratchpad_load_bytes);
  json.field("dram_store_bytes", s.storeBytes - c.scratchpad_store_bytes);
  json.close('}');
}

static void writePhases(Json &json, const Statistics &s) {
  json.key("phases").open('[');
  for (const auto &[phase, totals] : s.phases) {
    uint64_t instructions = 0, longest = 0;
    Counters sum;
    for (const PhaseTotals &t : totals) {
      instructions += t.instructions;
      longest = std::max(longest, t.cycles);
#define COUNTER(name) sum.name += t.counters.name;
#include "runtime/piuma/sim/Counters.def"
    }
    json.open('{').field("phase", phase).field("instructions", instructions);
    if (s.timed)
      json.field("longest_thread_cycles", longest);
    writeCounters(json, sum);
    json.close('}');
  }
  json.close(']');
}

static void writeThreads(Json &json, const Statistics &s) {
  json.key("threads").open('[');
  for (const ThreadStatistics &t : s.threads) {
    json.open('{').field("id", uint64_t(t.id)).field("core", uint64_t(t.core));
    json.field("pipeline", t.stp ? "stp" : "mtp").field("instructions", t.instructions);
    if (s.timed)
      json.field("busy_cycles", t.busyCycles).field("end_cycle", t.endCycle);
    writeCounters(json, t.counters);
    json.close('}');
  }
  json.close(']');
}

static void writeTiming(Json &json, const Statistics &s) {
  json.field("cycles", s.cycles).field("ipc", s.ipc());
  json.key("bound").open('{');
  if (!s.bounds.empty()) {
    json.field("winning_term", std::string_view(s.bounds[0].name));
    json.field("cycles", s.bounds[0].cycles);
    json.field("event_driven_over_bound",
               s.bounds[0].cycles > 0 ? double(s.cycles) / s.bounds[0].cycles : 0.0);
  }
  json.key("terms").open('{');
  for (const BoundTerm &term : s.bounds)
    json.field(term.name, term.cycles);
  json.close('}').close('}');
  json.key("utilisation").open('{');
  for (const auto &[name, share] : s.utilisation)
    json.field(name, share);
  json.close('}');
}

std::string Statistics::json() const {
  Json json;
  json.open('{').field("mode", std::string_view(mode)).field("instructions", instructions);
  if (timed)
    writeTiming(json, *this);
  writeInstructions(json, *this);
  writeMemory(json, *this);
  json.key("totals").open('{');
  writeCounters(json, total);
  json.close('}');
  json.key("user_counts").open('{');
  for (const auto &[tag, value] : userCounts)
    json.field(std::to_string(tag), value);
  json.close('}');
  json.key("thread_utilisation_histogram").open('[');
  for (uint64_t bin : histogram())
    json.value(bin);
  json.close(']');
  writePhases(json, *this);
  writeThreads(json, *this);
  writeMachine(json, machine);
  json.close('}');
  return json.take();
}

} // namespace scratch::piuma
