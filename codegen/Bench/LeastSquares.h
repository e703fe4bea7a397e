//===- LeastSquares.h - prices that explain times ---------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_LEASTSQUARES_H
#define SCRATCH_CODEGEN_BENCH_LEASTSQUARES_H

#include <vector>

namespace scratch::bench {

/// Prices, none negative, with the least sum of squares of relative errors of
/// `amounts[n] * prices` against times[n], and a little of those of the prices against
/// `usual`, which settles what the times leave open. Times and `usual` are positive.
std::vector<double> fitPrices(const std::vector<std::vector<double>> &amounts,
                              const std::vector<double> &times,
                              const std::vector<double> &usual);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_LEASTSQUARES_H
