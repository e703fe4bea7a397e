//===- X86.cpp - prices on x86 servers ------------------------------------===//
//
// Stage: select. One core of a server with AVX2 or AVX-512. Cycles unless said
// otherwise. Sources, in brackets behind each number:
//   [lit]  the literature on CPU SpGEMM named in passes/Strategy/README.md
//   [isa]  instruction counts of passes/Conversion/X86/Accumulators at the issue
//          width and latencies of Zen 4/5 and Ice Lake
//   [est]  an estimate to be replaced by a measurement; kept on the safe side
//   [fit]  chosen so that forced sort and forced windows cross where they do on
//          stencils, meshes and circuits (Zen 3, 4 and 5; passes/Strategy/README.md)
// None is taken from `scratch-bench --calibrate`: they stand for common servers, and
// a file of that command (--prices) sets those of one machine.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Machine.h"

#include <algorithm>

namespace scratch {
MachineModel makeX86Model(unsigned vectorBits);
} // namespace scratch

using namespace scratch;

MachineModel scratch::makeX86Model(unsigned vectorBits) {
  // Vectors that cover the states of one word of 64 columns.
  double vectorsPerWord = 512.0 / std::clamp(vectorBits, 128u, 512u);

  MachineModel x86;
  x86.firstCacheBytes = 32 * 1024;    // bytes: the least of current servers (32 to 48 KiB)
  x86.secondCacheBytes = 1024 * 1024; // bytes: Zen 4/5 1 MiB, Ice Lake 1.25 MiB

  x86.rowOpen = 40;     // [est] two mispredicted loop exits
  x86.rowChoice = 5;    // [isa] one linear form: four conversions and multiply-adds, overlapped
  x86.entry = 8;        // [est] half a misprediction per segment, positions of B
  x86.valueLoad = 0.25; // [isa] two to three loads per cycle, shared with coordinates
  x86.windowMerge = 1.5; // [lit] 1.5 to 2.5 per product with both loads
  x86.tierStore = 0.5;  // [isa] one shift, one store of two per cycle
  x86.hashProbe = 4;    // [lit] 3 to 5 for a hit in a table in the first cache
  x86.mergeStep = 6;    // [isa] two loads, compare, advance: one chain of latencies
  x86.listProduct = 11; // [fit] append, a network's share, emit
  x86.surprise = 7;     // [fit] a network has no branches; what finds entries in a window has
  x86.maskTest = 1.5;   // [est] load, test, a branch that is often predicted
  x86.windowMark = 1.5; // [isa] load-or-store of a state
  x86.hashMark = 6;     // [est] a probe, and an insertion each time

  // [isa] load, compare, mask per vector; [fit] three cycles for a word's branch and loop step: one
  // where words are foreseen (stencils), five where they are not (cora_graph, Zen 5).
  x86.windowScan = (3.0 + 0.5 * vectorsPerWord) / 64;
  x86.windowCold = 0.002; // [est] 1e6 columns wide and 100 products: 20 cycles each
  x86.wordVisit = 7.0 + 1.5 * vectorsPerWord; // [fit] as a scanned word, by index
  x86.windowEmit = 3;     // [isa] count zeros, load, two stores, clear
  x86.hashEmit = 20;      // [isa] three passes of 4 to sort, 4 to look up, 4 to store and free

  x86.compactPerByte = 0.25;   // [lit] 24 bytes moved per f64 entry at 10 bytes per ns, 4 GHz
  x86.firstTouchPerByte = 0.5; // [lit] 0.25 to 1 us per page of 4 KiB
  // A table that all workers share: only where it is asked for.
  x86.accumulators |= 1u << static_cast<uint32_t>(AccumulatorKind::SharedHash);
  x86.teamMerge = 30;     // [est] a probe and one locked exchange, with what it waits for
  x86.teamImbalance = 2;  // [est] a hub row's worker goes on alone
  x86.tokenShare = 2;     // [isa] two searches for every 128 products
  x86.scanEmit = 40;      // [isa] two slots per entry, locked cursor; then rows are sorted

  x86.spreadsLanes = vectorBits >= 512; // vexpandpd and the like
  x86.groupPerProduct = 1; // [isa] one of the reference rows' groups holds two entries

  x86.columnProbe = 1; // [isa] two loads, compare, add; four sums side by side
  x86.turnEntry = 6;   // [est] count, then a store of index and value that misses
  x86.dotProduct = 8.0 / std::clamp(vectorBits / 32, 4u, 16u); // [est] memory-bound
  return x86;
}
