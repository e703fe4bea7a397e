//===- Memory.cpp - DRAM and scratchpads of the simulated machine ----------===//
#include "runtime/piuma/sim/Memory.h"

#include <bit>
#include <sys/mman.h>

namespace scratch::piuma {

static uint8_t *reserve(uint64_t bytes) {
  void *p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? nullptr : static_cast<uint8_t *>(p);
}

Memory::Memory(const Machine &machine)
    : cores(machine.cores), dramBytes(machine.cores * machine.dram_bytes),
      scratchpadBytes(machine.scratchpad_bytes),
      interleaveShift(unsigned(std::bit_width(machine.dram_interleave) - 1)),
      powerOfTwo(std::has_single_bit(machine.cores)) {
  dram = reserve(dramBytes);
  scratchpads = reserve(cores * scratchpadBytes);
}

Memory::~Memory() {
  if (dram)
    munmap(dram, dramBytes);
  if (scratchpads)
    munmap(scratchpads, cores * scratchpadBytes);
}

Place Memory::translateScratchpad(uint64_t address, uint64_t size,
                                  uint32_t core) const {
  uint64_t offset = address - kScratchpadLocal;
  if (address >= kScratchpadGlobal) {
    offset = (address - kScratchpadGlobal) % kScratchpadStride;
    uint64_t owner = (address - kScratchpadGlobal) / kScratchpadStride;
    if (owner >= cores)
      return {};
    core = uint32_t(owner);
  }
  if (offset >= scratchpadBytes || size > scratchpadBytes - offset)
    return {};
  return {scratchpads + core * scratchpadBytes + offset, Space::Scratchpad, core, offset};
}

} // namespace scratch::piuma
