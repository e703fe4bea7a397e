//===- Calendar.h - Issue slots of a multi-threaded pipeline ---------------===//
//
// One bit per cycle: taken or free. A thread books, for each instruction, the first free
// cycle at or after the one at which it is ready. First come, first served, and no cycle is
// wasted while a thread is ready: what round-robin gives on average, at a few host
// instructions per guest instruction.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_CALENDAR_H
#define SCRATCH_RUNTIME_PIUMA_SIM_CALENDAR_H

#include <bit>
#include <cstdint>
#include <vector>

namespace scratch::piuma {

class Calendar {
public:
  Calendar() : words(kWords) {}

  /// Books `count` slots for one thread: the first at `ready` or later, each other one
  /// `interval` cycles after the one before it or later. Returns the last one. `now` is the
  /// time of the current event, before which nothing will ever be booked again.
  uint64_t book(uint64_t ready, uint64_t count, uint64_t interval, uint64_t now) {
    forget(now);
    for (;;) {
      // The slots that are booked here lie before those still to be booked, so that the
      // word is looked at as it was.
      uint64_t &word = words[ready / 64 % kWords];
      const uint64_t free = ~word, begin = ready & ~uint64_t(63);
      uint64_t booked = 0;
      while (ready < begin + 64) {
        uint64_t open = free >> (ready - begin);
        if (!open) {
          ready = begin + 64;
          break;
        }
        uint64_t slot = ready + uint64_t(std::countr_zero(open));
        booked |= uint64_t(1) << (slot - begin);
        if (--count == 0) {
          word |= booked;
          return slot;
        }
        ready = slot + interval;
      }
      word |= booked;
    }
  }

private:
  void forget(uint64_t now) {
    if (now / 64 - first > kWords)
      first = now / 64 - kWords;
    for (; first < now / 64; ++first)
      words[first % kWords] = 0;
  }

  // 2^20 cycles: more than a run of a whole chunk of code can book ahead.
  static constexpr uint64_t kWords = 1 << 14;
  std::vector<uint64_t> words;
  uint64_t first = 0; // words before this one are past and cleared
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_CALENDAR_H
