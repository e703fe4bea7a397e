//===- CostTable.h - all prices of a kernel, for people ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_COSTTABLE_H
#define SCRATCH_PASSES_STRATEGY_COSTTABLE_H

#include "passes/Strategy/Select.h"

#include "llvm/Support/raw_ostream.h"

namespace scratch {

/// One row per candidate: its price in cycles per product, what the price is made
/// of, and the verdict. Legal ones come first, the cheapest on top. `title` says
/// which kernel it is.
void printCostTable(llvm::raw_ostream &out, llvm::StringRef title, const Choice &choice);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_COSTTABLE_H
