//===- EventQueue.h - The next event in time -------------------------------===//
//
// A four-way heap of 64-bit keys: time in the upper 44 bits, who in the lower 20. Ties go to
// the lower number, so runs are deterministic.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scratch::piuma {

class EventQueue {
public:
  bool empty() const { return keys.empty(); }
  uint64_t time() const { return keys[0] >> kBits; }
  uint32_t who() const { return uint32_t(keys[0] & ((1u << kBits) - 1)); }

  void push(uint64_t time, uint32_t who) {
    uint64_t key = time << kBits | who;
    keys.push_back(key);
    size_t i = keys.size() - 1;
    for (; i > 0 && keys[(i - 1) / 4] > key; i = (i - 1) / 4)
      keys[i] = keys[(i - 1) / 4];
    keys[i] = key;
  }
  void pop() {
    uint64_t last = keys.back();
    keys.pop_back();
    if (!keys.empty())
      sink(last);
  }
  /// pop and push in one.
  void replace(uint64_t time, uint32_t who) { sink(time << kBits | who); }

private:
  static constexpr unsigned kBits = 20;

  void sink(uint64_t key) {
    size_t i = 0, n = keys.size();
    for (;;) {
      size_t child = 4 * i + 1;
      if (child >= n)
        break;
      size_t last = child + 4 < n ? child + 4 : n, least = child;
      for (size_t c = child + 1; c < last; ++c)
        least = keys[c] < keys[least] ? c : least;
      if (keys[least] >= key)
        break;
      keys[i] = keys[least];
      i = least;
    }
    keys[i] = key;
  }

  std::vector<uint64_t> keys;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_EVENTQUEUE_H
