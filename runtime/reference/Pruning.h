//===- Pruning.h - masks of weights, computed plainly ---------------------===//
//
// Same meaning as the mask ops of the scratch dialect on weights of f64, another
// algorithm: units are sorted by score, numbers are drawn one after the other.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_PRUNING_H
#define SCRATCH_REFERENCE_PRUNING_H

#include <cstdint>
#include <vector>

namespace scratch::reference {

/// Units of height x width entries, cut at the border; row-major.
struct Units {
  int64_t rows, columns; ///< of the matrix
  int64_t height, width;

  int64_t down() const { return (rows + height - 1) / height; }
  int64_t across() const { return (columns + width - 1) / width; }
};

/// One score per unit; `inputs` may be empty. A NaN becomes infinity.
std::vector<double> scores(const std::vector<double> &weights,
                           const std::vector<double> &inputs,
                           const Units &units, bool squares);

using Kept = std::vector<uint8_t>; ///< 0 or 1 per unit

Kept keepAbove(const std::vector<double> &scores, double threshold,
               bool relative);
/// The k largest of each run of `length` scores, of equal ones the first.
Kept keepLargest(const std::vector<double> &scores, int64_t length, int64_t k);
/// How many of `units` a fraction keeps.
int64_t countToKeep(double fraction, int64_t units);
Kept keepAtRandom(uint64_t seed, double keep, int64_t units);

/// One byte per entry of the matrix.
Kept entriesOf(const Kept &units, const Units &grid);

/// Gradient of a learned threshold (`scratch.mask.threshold_gradient`).
double thresholdGradient(const std::vector<double> &scores, double threshold,
                         const std::vector<double> &gradient);

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_PRUNING_H
