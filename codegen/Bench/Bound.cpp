//===- Bound.cpp - the least time that a workload can take ----------------===//
#include "codegen/Bench/Bound.h"

using namespace scratch;
using namespace scratch::bench;

Bound bench::boundOf(const Task &task, const Workload &work, const MachineRates &rates) {
  int64_t bytes = work.inputBytes + work.resultBytes;
  Bound bound;
  bound.bytesMs = bytes / rates.bandwidthFor(bytes);
  double rate = task.sparseResult() ? rates.mergesPerMs : rates.lanesPerMs[task.element == "f32"];
  // A mask lets only products through that fall on it: no product is certain.
  bound.operationsMs = task.masked() ? 0 : work.products / rate;
  return bound;
}
