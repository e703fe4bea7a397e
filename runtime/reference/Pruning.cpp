//===- Pruning.cpp - masks of weights, computed plainly -------------------===//
#include "runtime/reference/Pruning.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace scratch::reference;

std::vector<double>
scratch::reference::scores(const std::vector<double> &weights,
                           const std::vector<double> &inputs,
                           const Units &units, bool squares) {
  const bool single = units.height == 1 && units.width == 1;
  std::vector<double> sums(
      static_cast<size_t>(units.down() * units.across()), 0.0);
  for (int64_t i = 0; i < units.rows; ++i)
    for (int64_t j = 0; j < units.columns; ++j) {
      double entry = std::fabs(weights[i * units.columns + j]);
      if (!inputs.empty())
        entry *= inputs[j];
      sums[i / units.height * units.across() + j / units.width] +=
          squares && !single ? entry * entry : entry;
    }
  for (double &sum : sums) {
    if (squares && !single)
      sum = std::sqrt(sum);
    if (std::isnan(sum))
      sum = INFINITY;
  }
  return sums;
}

/// Scores over their mean.
static std::vector<double> relativeOf(std::vector<double> scores) {
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) /
                      static_cast<double>(scores.size());
  for (double &score : scores)
    score = mean == 0 ? 0 : score / mean;
  return scores;
}

Kept scratch::reference::keepAbove(const std::vector<double> &scores,
                                   double threshold, bool relative) {
  Kept kept;
  for (double score : relative ? relativeOf(scores) : scores)
    kept.push_back(!(score <= threshold));
  return kept;
}

Kept scratch::reference::keepLargest(const std::vector<double> &scores,
                                     int64_t length, int64_t k) {
  Kept kept(scores.size(), 0);
  for (size_t run = 0; run < scores.size(); run += length) {
    std::vector<size_t> order(length);
    std::iota(order.begin(), order.end(), run);
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
    });
    for (int64_t n = 0; n < k; ++n)
      kept[order[n]] = 1;
  }
  return kept;
}

int64_t scratch::reference::countToKeep(double fraction, int64_t units) {
  const double wanted = std::floor(fraction * static_cast<double>(units) + 0.5);
  if (!(wanted > 0))
    return 0;
  return wanted < static_cast<double>(units) ? static_cast<int64_t>(wanted)
                                             : units;
}

Kept scratch::reference::keepAtRandom(uint64_t seed, double keep,
                                      int64_t units) {
  Kept kept;
  for (int64_t unit = 0; unit < units; ++unit) {
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    kept.push_back(static_cast<double>(z >> 11) * 0x1p-53 < keep);
  }
  return kept;
}

Kept scratch::reference::entriesOf(const Kept &units, const Units &grid) {
  Kept entries;
  for (int64_t i = 0; i < grid.rows; ++i)
    for (int64_t j = 0; j < grid.columns; ++j)
      entries.push_back(
          units[i / grid.height * grid.across() + j / grid.width]);
  return entries;
}

double scratch::reference::thresholdGradient(
    const std::vector<double> &scores, double threshold,
    const std::vector<double> &gradient) {
  double sum = 0;
  const std::vector<double> relative = relativeOf(scores);
  for (size_t i = 0; i < scores.size(); ++i) {
    const double u = std::fabs(relative[i] - threshold);
    sum -= gradient[i] * (u <= 0.4 ? 2 - 4 * u : u <= 1 ? 0.4 : 0);
  }
  return sum;
}
