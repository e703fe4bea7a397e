//===- RowProfiles.cpp - rows that a cost is averaged over ----------------===//
//
// The table holds typical rows of A * A for matrices that papers on SpGEMM
// measure; entries and compression are averages of the named kind, ranges follow
// from its numbering.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/RowProfiles.h"

#include <algorithm>

using namespace scratch;

static constexpr RowProfile kReference[] = {
    // name                entries products compression range    mask  repeats
    {"finite elements",      50,    2500,    17,         4000,     50,   0.5}, // cant, shipsec1
    {"3d stencil",           7,     49,      2,          40000,    7,    0.9},  // 27 to 100 per side
    {"electromagnetics",     16,    270,     3,          30000,    16,   0}, // offshore, 2cubes
    {"circuit",              6,     50,      1.7,        60000,    6,    0},  // scircuit
    {"web",                  3,     70,      1.4,        500000,   3,    0},  // webbase-1M
    {"social, heavy row",    300,   20000,   4,          300000,   300,  0},// R-MAT, large row
};

/// Columns that a row of unordered coordinates is assumed to span: its window is
/// the whole matrix.
static constexpr double kUnorderedRange = 200000;

/// Entries of a row that is sorted by insertion at most (Emission/SortSegment.h).
static constexpr double kInsertionMost = 20;

double RowProfile::feature(CostFeature which) const {
  switch (which) {
  case CostFeature::one:
    return 1;
  case CostFeature::entries:
    return entries;
  case CostFeature::products:
    return products;
  case CostFeature::range:
    return range;
  case CostFeature::mask:
    return mask;
  case CostFeature::surprise:
    return (1 - repeats) * std::min<double>(products, kSortProducts);
  case CostFeature::results:
    // As generated code estimates them (Expand/Spgemm/TeamEstimate.cpp).
    return products / compression * (products / compression > kInsertionMost ? 2 : 1);
  case CostFeature::windows:
    return std::min(products / tileEntries, 1.0);
  case CostFeature::wide:
    return products > tileEntries ? products : 0;
  case CostFeature::again:
  case CostFeature::longest:
    return 0; // of matrices with rows unlike the rest
  }
  llvm_unreachable("unknown feature");
}

llvm::SmallVector<RowProfile> scratch::profilesOf(const KernelProblem &problem) {
  llvm::SmallVector<RowProfile> profiles(std::begin(kReference), std::end(kReference));
  for (RowProfile &row : profiles) {
    if (!problem.orderedOperands)
      row.range = std::max(row.range, kUnorderedRange);
    if (problem.inner)
      row.entries = std::clamp<double>(*problem.inner, 1, row.entries);
    if (problem.columns) {
      double columns = std::max<double>(*problem.columns, 1);
      row.range = problem.orderedOperands ? std::min(row.range, columns) : columns;
      row.products = std::min(row.products, row.entries * columns);
      row.mask = std::min(row.mask, columns);
      // The result's row is no longer than the matrix is wide.
      row.compression = std::max(row.compression, row.products / columns);
    }
    if (problem.mask == MaskUse::None)
      row.mask = 0;
  }
  return profiles;
}
