//===- Gather.cpp - Barriers and collectives -------------------------------===//
//
// Threads of a scope arrive and block; the last one releases all. A collective combines
// the values in thread order, so that a floating-point sum is the same in every run.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/HostFloat.h"
#include "runtime/piuma/sim/Races.h"
#include "runtime/piuma/sim/System.h"

#include <algorithm>

namespace scratch::piuma {

bool System::isMember(const Thread &t, uint64_t scope, uint64_t core) const {
  bool ownCore = scope == uint64_t(Scope::All) || scope == uint64_t(Scope::AllMtp) ||
                 t.core == core;
  return t.id < running && ownCore && (scope < uint64_t(Scope::AllMtp) || !t.stp);
}

unsigned System::members(const Thread &t, uint64_t scope) const {
  return unsigned(std::count_if(threads.begin(), threads.end(), [&](const Thread &o) {
    return isMember(o, scope, t.core);
  }));
}

static uint64_t combine(Insn insn, uint64_t a, uint64_t b) {
  uint8_t flags = 0;
  switch (insn) {
  case Insn::c_add_d: case Insn::c_scan_d:
    return a + b;
  case Insn::c_min_d:
    return uint64_t(std::min(int64_t(a), int64_t(b)));
  case Insn::c_max_d:
    return uint64_t(std::max(int64_t(a), int64_t(b)));
  case Insn::c_or_d:
    return a | b;
  case Insn::c_and_d:
    return a & b;
  case Insn::c_fadd_d:
    return host::addQuiet<soft::F64>(a, b);
  case Insn::c_fmin_d:
    return soft::minimum<soft::F64>(a, b, flags);
  case Insn::c_fmax_d:
    return soft::maximum<soft::F64>(a, b, flags);
  default: // c.bcast.d: the value of the lowest thread
    return a;
  }
}

/// Each thread's result, in the order of `order` (ascending threads).
static std::vector<uint64_t> results(Insn insn, const std::vector<uint64_t> &values) {
  std::vector<uint64_t> out(values.size());
  if (insn == Insn::c_scan_d) { // exclusive prefix sum
    uint64_t sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      out[i] = sum;
      sum += values[i];
    }
    return out;
  }
  uint64_t total = values[0];
  for (size_t i = 1; i < values.size(); ++i)
    total = combine(insn, total, values[i]);
  std::fill(out.begin(), out.end(), total);
  return out;
}

static bool isFloat(Insn insn) {
  return insn == Insn::c_fadd_d || insn == Insn::c_fmin_d || insn == Insn::c_fmax_d;
}

Outcome System::arrive(Thread &t, Insn insn, uint64_t scope, uint64_t id, uint64_t value,
                       uint8_t rd) {
  if (scope >= uint64_t(Scope::Count) || !isMember(t, scope, t.core))
    return raise(t, Cause::BadScope, scope);
  bool perCore = scope == uint64_t(Scope::Core) || scope == uint64_t(Scope::CoreMtp);
  std::tuple key{scope, perCore ? t.core : 0, id};
  Gathering &gathering = gatherings[key];
  if (!gathering.arrived.empty() && gathering.insn != insn)
    return raise(t, Cause::BadScope, scope); // a different collective under way
  if (gathering.arrived.empty())
    gathering.members = members(t, scope);
  gathering.insn = insn;
  auto at = std::lower_bound(gathering.arrived.begin(), gathering.arrived.end(), t.id);
  auto index = at - gathering.arrived.begin();
  gathering.arrived.insert(at, t.id);
  gathering.values.insert(gathering.values.begin() + index, value);
  gathering.destinations.insert(gathering.destinations.begin() + index, rd);
  t.state = ThreadState::Blocked;
  t.wait = insn == Insn::p_barrier ? Wait::Barrier : Wait::Collective;
  t.waitWas = t.wait;
  t.waitKey = scope << 32 | (id & 0xffffffff);
  if (gathering.arrived.size() < gathering.members)
    return Outcome::After;

  std::vector<uint64_t> out = results(insn, gathering.values);
  for (size_t i = 0; i < gathering.arrived.size(); ++i) {
    Thread &member = threads[gathering.arrived[i]];
    if (insn != Insn::p_barrier)
      (isFloat(insn) ? member.f : member.x)[gathering.destinations[i]] = out[i];
    member.state = ThreadState::Ready;
    member.wait = Wait::None;
    woken.push_back(member.id);
  }
  if (races)
    races->gather(gathering.arrived);
  gatherings.erase(key);
  return Outcome::After;
}

Outcome System::barrier(Thread &t, uint64_t scope, uint64_t id) {
  ++t.counters.barriers;
  return arrive(t, Insn::p_barrier, scope, id, 0, 0);
}

Outcome System::collective(Thread &t, Insn insn, uint64_t scope, uint64_t value,
                           uint8_t rd) {
  ++t.counters.collectives;
  constexpr uint64_t kCollectiveId = 0xffffffff; // one at a time in a scope
  return arrive(t, insn, scope, kCollectiveId, value, rd);
}

} // namespace scratch::piuma
