//===- Results.h - what was measured ----------------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_RESULTS_H
#define SCRATCH_CODEGEN_BENCH_RESULTS_H

#include "codegen/Bench/Bound.h"

#include "llvm/Support/raw_ostream.h"

#include <optional>

namespace scratch::bench {

/// One contender on one workload: one time per round, the median of its turn.
struct Figure {
  std::string contender, chosen;
  bool ours = false, sorted = true, whole = true; ///< as the contender's
  int threads = 1;
  int64_t peakBytes = 0;
  std::vector<double> rounds;

  double median() const;
  double least() const;
  /// Half the distance between the quartiles, as a share of the median.
  double spread() const;
};

struct Row {
  std::string matrix;
  int64_t rows, cols, entries, products, resultEntries, inputBytes, resultBytes;
  Bound bound;
  std::vector<Figure> figures; ///< Scratch's own choice first

  const Figure &scratch() const { return figures.front(); }
  const Figure *find(llvm::StringRef contender) const;
  /// The fastest other contender that `accept` takes, or null.
  const Figure *best(llvm::function_ref<bool(const Figure &)> accept) const;
};

/// How many times as long as Scratch: the median over the rounds of the ratio.
double ratio(const Row &row, const Figure &figure);

/// One kernel with one number of threads.
struct Section {
  Task task;
  MachineRates rates;
  std::vector<Row> rows;
  std::vector<std::string> notes; ///< what was left out, and why
};

/// Ratios of one contender over all rows of a section.
struct Summary {
  std::string contender;
  bool ours = false;
  int matrices = 0;
  double mean = 0, least = 0, most = 0; ///< geometric mean, extremes
  std::string leastMatrix;
};
/// One per contender, and "best sorted peer", "best forced strategy".
std::vector<Summary> summarize(const Section &section);

void printTables(llvm::raw_ostream &out, const Section &section);
void writeJson(llvm::raw_ostream &out, llvm::ArrayRef<Section> sections);
void writeChart(llvm::raw_ostream &out, llvm::ArrayRef<Section> sections);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_RESULTS_H
