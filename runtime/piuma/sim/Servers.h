//===- Servers.h - What threads queue for in the timing model --------------===//
//
// A server does one thing at a time, in order of arrival. Times inside are in thousandths
// of a cycle, so that rates per 1000 cycles stay exact.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_SERVERS_H
#define SCRATCH_RUNTIME_PIUMA_SIM_SERVERS_H

#include <algorithm>
#include <array>
#include <cstdint>

namespace scratch::piuma {

class Server {
public:
  Server() { setRate(1000); }

  /// `perKilocycle`: units served in 1000 cycles.
  void setRate(uint64_t perKilocycle) {
    rate = perKilocycle;
    for (uint64_t units = 0; units < kUsual; ++units)
      usual[units] = units * 1000000 / rate;
  }

  /// `units` arrive at `time`; the cycle at which they have been served.
  uint64_t serve(uint64_t time, uint64_t units) {
    uint64_t start = std::max(time * 1000, free);
    uint64_t service = units < kUsual ? usual[units] : units * 1000000 / rate;
    free = start + service;
    busy += service;
    return (free + 999) / 1000;
  }

  /// Cycles of work that a new arrival at `time` would wait for.
  uint64_t backlog(uint64_t time) const {
    return free > time * 1000 ? (free - time * 1000) / 1000 : 0;
  }
  uint64_t busyCycles() const { return busy / 1000; }
  uint64_t freeAt() const { return (free + 999) / 1000; }

private:
  static constexpr uint64_t kUsual = 65; // a line's bytes and fewer: divided beforehand

  uint64_t rate, free = 0, busy = 0;
  std::array<uint32_t, kUsual> usual;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_SERVERS_H
