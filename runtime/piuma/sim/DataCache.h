//===- DataCache.h - Tags of a pipeline's data cache -----------------------===//
//
// Only hits and misses: data always come from the one memory. Least recently used.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H

#include "runtime/piuma/isa/Machine.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace scratch::piuma {

class DataCache {
public:
  explicit DataCache(const Machine &machine)
      : lineBits(unsigned(std::countr_zero(machine.dcache_line))), ways(machine.dcache_ways),
        sets(machine.dcache_bytes / (machine.dcache_line * machine.dcache_ways)),
        mask(std::has_single_bit(sets) ? sets - 1 : 0),
        tags(sets * ways, ~uint64_t(0)) {}

  bool present() const { return sets != 0; }

  /// Looks `offset` up and fetches its line if absent; true: a hit.
  bool access(uint64_t offset) {
    uint64_t tag = offset >> lineBits, set = mask ? tag & mask : tag % sets;
    auto first = tags.begin() + int64_t(set * ways), last = first + int64_t(ways);
    if (*first == tag)
      return true;
    auto found = std::find(first, last, tag);
    bool hit = found != last;
    if (!hit)
      found = last - 1;
    std::move_backward(first, found, found + 1); // most recent first
    *first = tag;
    return hit;
  }

private:
  unsigned lineBits;
  uint64_t ways, sets;
  uint64_t mask; // of a power of two of sets, which need no division
  std::vector<uint64_t> tags;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H
