//===- Ways.h - kernels, dataflows and inputs to interleave -----*- C++ -*-===//
#ifndef SCRATCH_TEST_PIUMA_WAYS_H
#define SCRATCH_TEST_PIUMA_WAYS_H

#include "codegen/Run/RunOptions.h"

#include <iosfwd>

namespace scratch {

/// One kernel, computed in one way.
struct Way {
  enum Mask { NoMask, Masked, Complement };
  std::string name, kernel, dataflow, accumulator, schedule;
  std::string semiring = "plus_times", element = "f64", hash = "auto";
  Mask mask = NoMask;
  bool unsorted = false;
};
std::ostream &operator<<(std::ostream &out, const Way &way);

std::vector<Way> allWays();
/// In mode check, on a machine whose scratchpad makes several windows of the inputs, and
/// with 18 threads a core, which takes a quarter of the time of 66.
void ask(const Way &way, RunOptions &options);
/// Small matrices that fit the kernel: skewed, with a full row and column, wide.
std::vector<std::string> filesOf(const Way &way);

} // namespace scratch

#endif // SCRATCH_TEST_PIUMA_WAYS_H
