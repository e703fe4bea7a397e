//===- DataCache.h - Tags of a pipeline's data cache -----------------------===//
//
// Only hits and misses: data always come from the one memory. Least recently used.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H

#include "runtime/piuma/isa/Machine.h"

#include <algorithm>
#include <vector>

namespace scratch::piuma {

class DataCache {
public:
  explicit DataCache(const Machine &machine)
      : line(machine.dcache_line), ways(machine.dcache_ways),
        sets(machine.dcache_bytes / (machine.dcache_line * machine.dcache_ways)),
        tags(sets * ways, ~uint64_t(0)) {}

  bool present() const { return sets != 0; }

  /// Looks `offset` up and fetches its line if absent; true: a hit.
  bool access(uint64_t offset) {
    uint64_t tag = offset / line;
    auto first = tags.begin() + int64_t(tag % sets * ways), last = first + int64_t(ways);
    auto found = std::find(first, last, tag);
    bool hit = found != last;
    if (!hit)
      found = last - 1;
    std::move_backward(first, found, found + 1); // most recent first
    *first = tag;
    return hit;
  }

private:
  uint64_t line, ways, sets;
  std::vector<uint64_t> tags;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_DATACACHE_H
