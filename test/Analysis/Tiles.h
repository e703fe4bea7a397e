//===- Tiles.h - classification against brute force -------------*- C++ -*-===//
#ifndef SCRATCH_TEST_ANALYSIS_TILES_H
#define SCRATCH_TEST_ANALYSIS_TILES_H

#include "passes/Analysis/Integers.h"

namespace scratch::mask {

struct Tally {
  int64_t skipped = 0, full = 0, partial = 0;
  int64_t deadCalledLive = 0;   ///< full tiles with a dead element
  int64_t liveSkipped = 0;      ///< skipped tiles with a live element
  int64_t liveOutsideHull = 0;  ///< live elements beyond the loop's bounds
  int64_t needlessPartial = 0;  ///< partial tiles that are all dead or all live
  int64_t skippedInHull = 0;    ///< skipped tiles that the loop still meets
};

/// Cuts queries x keys into tiles and looks at every element.
inline Tally tally(Integers &domain, const Predicate &mask, int64_t queries, int64_t keys,
                   int64_t queryTile, int64_t keyTile) {
  Tally t;
  for (int64_t i0 = 0; i0 < queries; i0 += queryTile) {
    Range<Integers> rows{i0, std::min(i0 + queryTile, queries) - 1};
    Range<Integers> hull = keyHull(domain, mask, rows, {0, keys - 1});
    for (int64_t j0 = 0; j0 < keys; j0 += keyTile) {
      Range<Integers> columns{j0, std::min(j0 + keyTile, keys) - 1};
      Verdict<Integers> verdict =
          TileClassifier<Integers>(domain, rows, columns).classify(mask);
      int64_t live = 0;
      for (int64_t i = rows.low; i <= rows.high; ++i)
        for (int64_t j = columns.low; j <= columns.high; ++j)
          if (evaluate(domain, mask, i, j)) {
            ++live;
            t.liveOutsideHull += j < hull.low || j > hull.high;
          }
      int64_t all = (rows.high - rows.low + 1) * (columns.high - columns.low + 1);
      if (!verdict.possible) {
        ++t.skipped;
        t.liveSkipped += live != 0;
        t.skippedInHull += columns.high >= hull.low && columns.low <= hull.high;
      } else if (verdict.certain) {
        ++t.full;
        t.deadCalledLive += live != all;
      } else {
        ++t.partial;
        t.needlessPartial += live == 0 || live == all;
      }
    }
  }
  return t;
}

} // namespace scratch::mask

#endif // SCRATCH_TEST_ANALYSIS_TILES_H
