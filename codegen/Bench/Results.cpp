//===- Results.cpp - medians, ratios, means -------------------------------===//
#include "codegen/Bench/Results.h"

#include <algorithm>
#include <cmath>

using namespace scratch;
using namespace scratch::bench;

/// Value at a fraction of the sorted list.
static double quantile(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  double place = fraction * (values.size() - 1);
  size_t below = place;
  if (below + 1 == values.size())
    return values.back();
  return values[below] + (place - below) * (values[below + 1] - values[below]);
}

double Figure::median() const { return quantile(rounds, .5); }
double Figure::least() const { return *std::min_element(rounds.begin(), rounds.end()); }
double Figure::spread() const {
  return (quantile(rounds, .75) - quantile(rounds, .25)) / 2 / median();
}

double bench::ratio(const Row &row, const Figure &figure) {
  std::vector<double> ratios;
  for (size_t round = 0; round < figure.rounds.size(); ++round)
    ratios.push_back(figure.rounds[round] / row.scratch().rounds[round]);
  return quantile(ratios, .5);
}

const Figure *Row::find(llvm::StringRef contender) const {
  for (const Figure &figure : figures)
    if (figure.contender == contender)
      return &figure;
  return nullptr;
}

const Figure *Row::best(llvm::function_ref<bool(const Figure &)> accept) const {
  const Figure *best = nullptr;
  for (const Figure &figure : llvm::ArrayRef(figures).drop_front())
    if (accept(figure) && (!best || figure.median() < best->median()))
      best = &figure;
  return best;
}

std::vector<Summary> bench::summarize(const Section &section) {
  std::vector<Summary> summaries;
  auto add = [&](const std::string &name, bool ours,
                 llvm::function_ref<const Figure *(const Row &)> pick) {
    Summary summary{name, ours, 0, 0, INFINITY, 0, ""};
    for (const Row &row : section.rows)
      if (const Figure *figure = pick(row)) {
        double times = ratio(row, *figure);
        ++summary.matrices;
        summary.mean += std::log(times);
        summary.most = std::max(summary.most, times);
        if (times < summary.least)
          summary.least = times, summary.leastMatrix = row.matrix;
      }
    if (!summary.matrices)
      return;
    summary.mean = std::exp(summary.mean / summary.matrices);
    summaries.push_back(summary);
  };
  std::vector<std::string> seen;
  for (const Row &row : section.rows)
    for (const Figure &figure : llvm::ArrayRef(row.figures).drop_front())
      if (!llvm::is_contained(seen, figure.contender)) {
        seen.push_back(figure.contender);
        add(figure.contender, figure.ours,
            [&](const Row &each) { return each.find(figure.contender); });
      }
  add("best sorted peer", false, [](const Row &row) {
    return row.best([](const Figure &f) { return !f.ours && f.sorted; });
  });
  add("best peer, any order", false,
      [](const Row &row) { return row.best([](const Figure &f) { return !f.ours; }); });
  add("best forced strategy", true, [](const Row &row) {
    return row.best([](const Figure &f) { return f.ours && f.sorted && f.whole; });
  });
  return summaries;
}
