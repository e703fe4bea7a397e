//===- Trace.cpp - A run as Chrome's JSON ------------------------------------===//
//
// One microsecond per cycle, or per instruction in modes without time.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Json.h"
#include "runtime/piuma/sim/TimingState.h"

namespace scratch::piuma {

static const char *name(Wait wait) {
  switch (wait) {
  case Wait::Barrier: return "barrier";
  case Wait::Collective: return "collective";
  case Wait::DmaWait: return "wait for DMA";
  case Wait::QueueFull: return "queue full";
  case Wait::QueueEmpty: return "queue empty";
  case Wait::None: break;
  }
  return "wait";
}

static void span(Json &json, std::string_view name, std::string_view category,
                 uint64_t core, uint64_t track, uint64_t begin, uint64_t end) {
  json.open('{').field("name", name).field("cat", category).field("ph", "X");
  json.field("pid", core).field("tid", track).field("ts", begin);
  json.field("dur", end > begin ? end - begin : 0).close('}');
}

static void writePhases(Json &json, const System &system, uint64_t end) {
  std::vector<MarkEvent> open(system.running);
  for (uint32_t i = 0; i < system.running; ++i)
    open[i] = {i, 0, 0};
  auto close = [&](const MarkEvent &mark, uint64_t at) {
    const Thread &t = system.threads[mark.thread];
    span(json, "phase " + std::to_string(mark.phase), "phase", t.core, t.lane, mark.time,
         at);
  };
  for (const MarkEvent &mark : system.marks) {
    close(open[mark.thread], mark.time);
    open[mark.thread] = mark;
  }
  for (const MarkEvent &mark : open)
    close(mark, std::max(end, mark.time));
}

static void writeTracks(Json &json, const System &system) {
  for (uint32_t i = 0; i < system.running; ++i) {
    const Thread &t = system.threads[i];
    json.open('{').field("name", "thread_name").field("ph", "M");
    json.field("pid", uint64_t(t.core)).field("tid", uint64_t(t.lane));
    json.key("args").open('{');
    json.field("name", (t.stp ? "STP thread " : "MTP thread ") + std::to_string(t.id));
    json.close('}').close('}');
  }
}

std::string TimingModel::trace() const {
  const State &s = *state;
  Json json;
  json.open('{').field("displayTimeUnit", "ns").key("traceEvents").open('[');
  writeTracks(json, s.system);
  writePhases(json, s.system, s.lastEvent);
  for (const WaitSpan &wait : s.waits) {
    const Thread &t = s.system.threads[wait.thread];
    span(json, name(wait.wait), "wait", t.core, t.lane, wait.begin, wait.end);
  }
  for (const DmaSpan &transfer : s.dma.spans)
    span(json, "DMA of thread " + std::to_string(transfer.thread), "dma", transfer.core,
         1000, transfer.begin, transfer.end);
  json.close(']').close('}');
  return json.take();
}

std::string traceOf(const System &system) {
  uint64_t end = 0;
  for (unsigned i = 0; i < system.running; ++i)
    end = std::max(end, system.threads[i].instructions);
  Json json;
  json.open('{').key("traceEvents").open('[');
  writeTracks(json, system);
  writePhases(json, system, end);
  json.close(']').close('}');
  return json.take();
}

} // namespace scratch::piuma
