//===- Bound.h - the least time that a workload can take --------*- C++ -*-===//
//
// Two floors, the higher one counts:
//   bytes       every input read once and the result written once, at the
//               bandwidth measured for a working set of that size
//   operations  for sparse results one load-add-store of a value per product,
//               at the rate measured in a window in the first cache; for dense
//               results one multiply-add lane per product, at the vector rate
// Both are measured at start, with as many threads as the run has. Code that
// merges runs of columns in vectors may beat the floor of operations.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_BENCH_BOUND_H
#define SCRATCH_CODEGEN_BENCH_BOUND_H

#include "codegen/Bench/Rates.h"
#include "codegen/Bench/Workload.h"

namespace scratch::bench {

struct Bound {
  double bytesMs = 0, operationsMs = 0;
  double ms() const { return bytesMs > operationsMs ? bytesMs : operationsMs; }
  llvm::StringRef term() const { return bytesMs > operationsMs ? "bytes" : "operations"; }
};

Bound boundOf(const Task &task, const Workload &work, const MachineRates &rates);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_BOUND_H
