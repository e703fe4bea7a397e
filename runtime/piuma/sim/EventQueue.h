//===- EventQueue.h - The next event in time -------------------------------===//
//
// Whoever has events has at most one: a tree of the earlier of two, whose leaves are the
// numbers of those who may have one. An event that changes walks from its leaf to the top;
// what it meets there does not depend on what it met before, so that the walk waits for
// nothing and guesses nothing. Keys are 64 bits: time in the upper 44, who in the lower 20.
// Ties go to the lower number, so runs are deterministic.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scratch::piuma {

class EventQueue {
public:
  /// Numbers below `count` may have events.
  explicit EventQueue(size_t count)
      : leaves(std::bit_ceil(std::max<size_t>(count, 2))), earliest(2 * leaves, kNever) {}

  bool empty() const { return earliest[1] == kNever; }
  uint64_t time() const { return earliest[1] >> kBits; }
  uint32_t who() const { return uint32_t(earliest[1] & ((1u << kBits) - 1)); }

  /// The event of `who`, in place of the one that it may have.
  void set(uint64_t time, uint32_t who) { change(who, time << kBits | who); }
  void remove(uint32_t who) { change(who, kNever); }

private:
  static constexpr unsigned kBits = 20;
  static constexpr uint64_t kNever = ~uint64_t(0);

  void change(uint32_t who, uint64_t key) {
    size_t at = leaves + who;
    earliest[at] = key;
    for (; at > 1; at /= 2) {
      key = std::min(key, earliest[at ^ 1]);
      earliest[at / 2] = key;
    }
  }

  size_t leaves;
  std::vector<uint64_t> earliest; // of the two below; the first is at 1
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H
