//===- X86Packing.cpp - prices of pruned products on x86 ------------------===//
//
// Stage: select. The column of a vector width.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/PackingPrices.h"

using namespace scratch;

PackingPrices PackingPrices::ofX86(unsigned vectorBits) {
  bool isWide = vectorBits >= 512;
  PackingPrices prices;
#define PACKING_PRICE(name, wide, narrow, text) prices.name = isWide ? wide : narrow;
#define UNPACK(...) __VA_ARGS__
#define PACKING_WALK(format, wide, narrow, text)                                                  \
  prices.format = isWide ? WalkPrices{UNPACK wide} : WalkPrices{UNPACK narrow};
#include "passes/Strategy/PackingPrices.def"
#undef UNPACK
  return prices;
}
