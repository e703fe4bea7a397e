//===- Compare.h - is this result the expected one? ----------------------===//
//
// Patterns must be equal (explicit zeros count as entries), values close: the
// error of an entry is divided by the sum of |product| behind it, where the
// reference gives that, else by the expected value. So cancellation asks for no
// wide tolerance. Nan equals nan, an infinity only itself.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_COMPARE_H
#define SCRATCH_REFERENCE_COMPARE_H

#include "runtime/abi/scratch.h"

#include <string>

namespace scratch::reference {

struct Comparison {
  bool ok = false;
  bool pattern_equal = false;
  double max_relative_error = 0;
  /// The first entry that differs, or what else is wrong; empty when ok.
  std::string difference;
};

/// `got` may have rows in any order, CSR or CSC, any index widths; elements of
/// both must be the same. `magnitude`: as from Product::magnitude, in the order
/// of `want`, or null.
Comparison compare(const scratch_tensor &got, const scratch_tensor &want,
                   double tolerance, const scratch_tensor *magnitude = nullptr);

/// A tolerance for sums of `terms` products of the element type: 0 for
/// integers.
double toleranceFor(scratch_element element, double terms);

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_COMPARE_H
