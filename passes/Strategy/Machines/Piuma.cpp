//===- Piuma.cpp - prices on PIUMA ----------------------------------------===//
//
// Stage: select. One thread of a multi-threaded pipeline among 64 of its core:
// the core issues four instructions a cycle in all, so an instruction costs a
// quarter of a cycle as long as threads hide each other's waiting. Prices are
// instructions of the generated code [isa] at that rate, and bytes at the
// bandwidth of Machine.def [machine], whichever is more. [sim] are instructions or
// cycles per product, entry, row and window, fitted to simulated runs of 35 matrices with
// three scratchpads: least squares first, then what takes the quicker way most often.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Machine.h"

#include "runtime/piuma/isa/Machine.h"

namespace scratch {
MachineModel makePiumaModel(unsigned vectorBits);
} // namespace scratch

using namespace scratch;

MachineModel scratch::makePiumaModel(unsigned) {
  const piuma::Machine machine;
  // Cycles of a core per instruction, all threads busy.
  const double issue = 1.0 / machine.mtp_per_core;
  // Cycles of a core per byte of DRAM.
  const double perByte = 1000.0 / machine.dram_bytes_per_kcycle;

  MachineModel piuma{};
  piuma.firstCacheBytes = machine.dcache_bytes; // bytes, one pipeline
  piuma.secondCacheBytes = machine.scratchpad_bytes; // bytes, one core
  piuma.scratchpadBytes = machine.scratchpad_bytes;
  piuma.leastScratchpadBytes = 64 << 10; // bytes, the lower end of the study's sweep
  piuma.accumulators = 0;
  for (AccumulatorKind kind :
       {AccumulatorKind::Hash, AccumulatorKind::SharedHash, AccumulatorKind::Fragments})
    piuma.accumulators |= 1u << static_cast<uint32_t>(kind);

  piuma.mergesAsTheyCome = true; // remote atomics

  // Counted in the assembly of SpGEMM, f64, 32-bit coordinates; 1.4 probes.
  piuma.teamMerge = 21 * issue;     // [sim] load, hash, probe, multiply, post, loop
  piuma.teamImbalance = 2;          // [est] a hub row's thread goes on alone
  piuma.tokenShare = 3 * issue;     // [isa] two searches for every 128 products
  piuma.fragmentFind = 6 * issue;   // [isa] the slot's place, again until it is there
  piuma.scanEmit = 36 * issue;      // [isa] two slots per entry, cursor, stores, clearing
  piuma.fragmentPlace = 20 * issue; // [sim] cursor, coordinate, publication, looking it up
  piuma.fragmentRow = 60 * issue;   // [isa] two transfers and their waits
  piuma.teamEntry = 10 * issue;     // [sim] length, two prefix sums, a piece's part of a row of B
  piuma.teamSort = 24 * issue;      // [sim] insertion
  // [sim] some forty loads of DRAM and scratchpad one after the other, sixteen products
  // of a worker while others have none, seven meetings.
  piuma.tileTurn = 7000;
  piuma.againTest = 6 * issue;   // [isa] load, two comparisons, loop
  // [isa] [machine] 24 instructions at a thread's interval, two loads of DRAM.
  piuma.loneProduct = 24 * machine.mtp_interval + 2 * machine.dram_latency;
  piuma.weighProduct = 1 * issue; // [isa] a dozen instructions for one in sixteen

  piuma.rowOpen = 60 * issue;  // [isa] measure, open, close a row
  piuma.rowChoice = 16 * issue; // [isa] one linear form, software conversions none
  piuma.entry = 12 * issue;    // [isa] start a segment of B
  piuma.valueLoad = 8 * perByte; // [machine] one value, streamed
  piuma.windowMerge = 8 * issue; // no window is lowered here
  piuma.tierStore = 2 * issue;   // no tiers either
  piuma.hashProbe = 28 * issue;  // [sim] hash, probe, compare, merge, about 1.4 probes
  piuma.mergeStep = 16 * issue;
  piuma.listProduct = 40 * issue; // no list is lowered here
  piuma.maskTest = 4 * issue;    // [isa] load, mask, branch
  piuma.windowMark = 4 * issue;
  piuma.hashMark = 24 * issue;   // [isa] a probe and an insertion

  piuma.windowScan = 4 * issue;
  piuma.windowCold = 0;
  piuma.wordVisit = 8 * issue;
  piuma.windowEmit = 8 * issue;
  piuma.hashEmit = 144 * issue; // [sim] sort, look up, free the slot, store, compact
  piuma.workerEmit = 58 * issue; // [sim] the same where rows are sorted by insertion
  piuma.workerRow = 380 * issue; // [sim] weighing, a tile, its part of a chunk

  piuma.compactPerByte = 2 * perByte;  // [machine] read and write
  piuma.firstTouchPerByte = 0;         // no pages
  piuma.columnProbe = 300 * issue;     // [est] kept dear: dot products were not run here
  piuma.turnEntry = 60 * issue;        // [est] one thread alone turns it round
  piuma.dotProduct = 10 * issue;       // [isa] scalar loads, multiply, add, loop
  return piuma;
}
