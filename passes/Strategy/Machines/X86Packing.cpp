//===- X86Packing.cpp - prices of pruned products on x86 ------------------===//
//
// Stage: select. Cycles of one core, f32, fitted to the times that
// build/unit/PackingBenchmark prints (README.md says how well): code for 512 bits and
// for 256 bits on Zen 4, whose vectors of 512 bits take two turns. What is measured
// is ratios of kernels: a core that runs 512 bits in one turn halves them alike.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/PackingPrices.h"

using namespace scratch;

PackingPrices PackingPrices::ofX86(unsigned vectorBits) {
  PackingPrices prices;
  prices.sharedCache = 40;
  prices.memory = 5.5;
  if (vectorBits >= 512) {
    prices.denseVector = 1.08, prices.denseCopy = 20, prices.denseOne = 2.8, prices.denseRow = 40;
    prices.copy = 6;
    prices.bitmapByte = 1.05;
    prices.laneBits = 3.2, prices.lanePairs = 3.1, prices.laneVector = 1.5, prices.laneSum = 0;
    //               step vector far panel one row
    prices.csr = {0.3, 1.5, 1.2, 28, 1.26, 25};
    prices.panels = {1.0, 2.3, 1.8, 130, 2.95, 100};
    prices.squares = {1.0, 1.9, 2.0, 130, 2.62, 115};
    prices.pairs = {2.0, 1.0, 1.0, 30, 1.5, 25};
    prices.bitmap = {4.0, 1.1, 0, 20, 2.5, 10};
    prices.delta = {2.3, 0.1, 1.6, 37, 1.2, 29};
    return prices;
  }
  prices.denseVector = 0.57, prices.denseCopy = 10, prices.denseOne = 1.7, prices.denseRow = 12;
  prices.copy = 2.2;
  prices.bitmapByte = 0.5;
  prices.laneBits = 2.2, prices.lanePairs = 2.1, prices.laneVector = 0.62, prices.laneSum = 0;
  prices.csr = {0.6, 0.9, 0.2, 35, 1.24, 26};
  prices.panels = {1.8, 1.3, 0.45, 133, 2.72, 95};
  prices.squares = {2.5, 0.45, 0.85, 137, 2.64, 96};
  prices.pairs = {3.0, 0.8, 0.2, 35, 1.5, 26};
  prices.bitmap = {2.3, 0.9, 0, 100, 2.5, 10};
  prices.delta = {2.1, 0.05, 0.95, 31, 1.23, 28};
  return prices;
}
