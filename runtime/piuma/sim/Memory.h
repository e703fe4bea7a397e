//===- Memory.h - DRAM and scratchpads of the simulated machine ------------===//
//
// One host mapping for DRAM and one for all scratchpads, committed by the host as they are
// touched. `translate` is the only way from a guest address to a host pointer, and checks.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_MEMORY_H
#define SCRATCH_RUNTIME_PIUMA_SIM_MEMORY_H

#include "runtime/piuma/isa/Machine.h"

#include <optional>
#include <string>

namespace scratch::piuma {

enum class Space : uint8_t { Dram, Scratchpad };

/// Where a guest address lives. `host` is null for an address outside of memory.
struct Place {
  uint8_t *host = nullptr;
  Space space = Space::Dram;
  uint32_t home = 0;   // core that owns it
  uint64_t offset = 0; // in DRAM, or in that core's scratchpad
};

class Memory {
public:
  explicit Memory(const Machine &machine);
  ~Memory();
  Memory(const Memory &) = delete;
  Memory &operator=(const Memory &) = delete;

  /// Whether the host gave the memory; nothing else may be called if not.
  bool valid() const { return dram && scratchpads; }

  /// `size` bytes at `address` as seen from `core`; all in one space, one scratchpad.
  Place translate(uint64_t address, uint64_t size, uint32_t core) const {
    uint64_t offset = address - kDram;
    if (offset < dramBytes && size <= dramBytes - offset)
      return {dram + offset, Space::Dram, home(offset), offset};
    return translateScratchpad(address, size, core);
  }

  /// The core whose controller owns this byte of DRAM.
  uint32_t home(uint64_t offset) const {
    uint64_t block = offset >> interleaveShift;
    return uint32_t(powerOfTwo ? block & (cores - 1) : block % cores);
  }

  uint8_t *dramHost() const { return dram; }
  uint64_t dramSize() const { return dramBytes; }
  unsigned homeShift() const { return interleaveShift; }
  /// Cores are a power of two: home is (offset >> homeShift()) & (cores - 1).
  bool homesByMask() const { return powerOfTwo; }

private:
  Place translateScratchpad(uint64_t address, uint64_t size, uint32_t core) const;

  uint64_t cores, dramBytes, scratchpadBytes;
  unsigned interleaveShift;
  bool powerOfTwo;
  uint8_t *dram = nullptr;
  uint8_t *scratchpads = nullptr;
};

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_MEMORY_H
