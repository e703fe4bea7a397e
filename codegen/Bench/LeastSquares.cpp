//===- LeastSquares.cpp - prices that explain times -----------------------===//
//
// One price at a time takes its best value, the others held, until none moves: the
// problem is convex and has a handful of unknowns.
//
//===----------------------------------------------------------------------===//
#include "codegen/Bench/LeastSquares.h"

#include <algorithm>
#include <cstddef>

static constexpr int kSweeps = 20000;
/// What a price that is off by its usual value weighs, against a time that is off by itself.
static constexpr double kUsual = 0.01;

std::vector<double> scratch::bench::fitPrices(const std::vector<std::vector<double>> &amounts,
                                              const std::vector<double> &times,
                                              const std::vector<double> &usual) {
  size_t count = amounts.empty() ? 0 : amounts.front().size();
  std::vector<double> prices(count);
  for (int sweep = 0; sweep < kSweeps; ++sweep)
    for (size_t k = 0; k < count; ++k) {
      double along = kUsual / usual[k], square = kUsual / (usual[k] * usual[k]);
      for (size_t n = 0; n < times.size(); ++n) {
        double rest = times[n];
        for (size_t other = 0; other < count; ++other)
          if (other != k)
            rest -= amounts[n][other] * prices[other];
        double amount = amounts[n][k] / times[n];
        along += rest / times[n] * amount;
        square += amount * amount;
      }
      prices[k] = std::max(0.0, along / square);
    }
  return prices;
}
