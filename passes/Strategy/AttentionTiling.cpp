//===- AttentionTiling.cpp - how attention is cut into tiles --------------===//
#include "passes/Strategy/AttentionTiling.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace scratch;

/// Head size where the types do not tell: the common one.
static constexpr int64_t kUsualSize = 64;

/// Blocks that a tile meets along one axis, on average: fewest where edges agree.
static double blocksMet(int64_t tile, int64_t block) {
  if (block % tile == 0)
    return 1;
  if (tile % block == 0)
    return double(tile) / block;
  return 1 + double(tile) / block;
}

/// Keys that are computed over keys that take part, under a window of 256 to both sides:
/// like those of most masks its edges fall on multiples of 64.
static double windowWaste(int64_t queries, int64_t keys) {
  constexpr int64_t kReach = 256;
  int64_t blocks = std::lcm(queries, keys) / queries, shift = llvm::alignTo(kReach, keys);
  int64_t computed = 0;
  for (int64_t block = 0; block < blocks; ++block) {
    int64_t first = shift + block * queries, end = first + queries;
    computed += llvm::alignTo(end + kReach, keys) - llvm::alignDown(first - kReach, keys);
  }
  return double(computed) / (blocks * 2 * kReach);
}

double scratch::cyclesPerScore(const AttentionProblem &problem, const AttentionPlan &plan,
                               const MachineModel &machine) {
  double size = problem.size.value_or(kUsualSize), values = problem.valueSize.value_or(kUsualSize);
  double lanes = plan.lanes, rows = plan.queries, columns = plan.keys;
  // Two fused multiply-adds per cycle, which wait now and then for the loads of a step: 6 x 4
  // sums in registers are 1.07 times as fast as 4 x 4 on a Granite Rapids guest.
  double loads = double(plan.rows + plan.vectors) / (plan.rows * plan.vectors);
  double products = (size + values) / (2 * lanes) * (1 + loads / 2);
  // Partial sums of both products are stored, those of values also loaded.
  double edges = (1 + 2 * values / columns) / lanes;
  // Some sixteen operations per vector of weights, four per cycle; per row and tile,
  // its share of folding a vector of maxima, and a branch.
  double softmax = 4 / lanes + 8 / columns;
  // Keys and values come from the second cache once per block of queries, 32
  // bytes per cycle; from further away where the tile does not fit.
  double bytes = 4 * (size + values);
  double resident = 4 * (rows * (size + values) + columns * (size + values) + rows * columns);
  double traffic = bytes / rows / (resident <= machine.secondCacheBytes ? 32 : 8);
  // Scores are written, read and rewritten as weights, which are read for every panel
  // of values: free in the first cache, which they leave when they fill it. Some of
  // that hides behind the products.
  double passes = 2 + std::ceil(values / (plan.vectors * lanes));
  if (4 * rows * columns > 0.8 * machine.firstCacheBytes)
    traffic += 0.6 * 4 * passes / 32;
  double cycles = products + edges + softmax + traffic;
  // Tiles are whole: padding of short sequences, and of the edge of a mask, which
  // is taken to let in 512 keys per query.
  auto waste = [](double extent, double tile) {
    return std::ceil(extent / tile) * tile / extent;
  };
  if (problem.queries && *problem.queries > 0)
    cycles *= waste(*problem.queries, plan.rows);
  if (problem.block) // Few blocks are live, and each makes the tiles it meets.
    cycles *= blocksMet(plan.queries, problem.block->queries) *
              blocksMet(plan.keys, problem.block->keys);
  else if (problem.masked)
    cycles *= windowWaste(plan.queries, plan.keys);
  return cycles;
}

AttentionChoice scratch::chooseTiling(const AttentionProblem &problem,
                                      const MachineModel &machine, unsigned vectorBits) {
  int64_t lanes = std::clamp(vectorBits / 32, 4u, 16u);
  // Accumulators: 12 of 16 registers, or 24 of 32; 16 hide a multiplication's latency as
  // well and leave fewer rows over.
  int64_t vectors = lanes == 16 ? 4 : 2;
  AttentionChoice best{{}, 0, ""};
  double next = 0;
  // Blocks are powers of two, with which four rows agree, too.
  std::vector<int64_t> heights = {24, 48, 96, 192};
  if (lanes == 16 || problem.block)
    heights.insert(heights.end(), {16, 32, 64, 128});
  else if (problem.masked) // Taller ones gain nothing in narrow vectors, and meet more documents.
    heights.insert(heights.end(), {16, 32});
  for (int64_t queries : heights)
    for (int64_t keys : {64, 128, 256}) {
      AttentionPlan plan{queries, keys, queries % 6 ? 4 : 6, vectors, lanes};
      double cycles = cyclesPerScore(problem, plan, machine);
      if (best.cycles == 0 || cycles < best.cycles) {
        next = best.cycles;
        best = {plan, cycles, ""};
      } else if (next == 0 || cycles < next) {
        next = cycles;
      }
    }
  best.why = llvm::formatv("{0:f2} cycles per score on tiles of {1} queries x {2} keys; next "
                           "best {3:f2}",
                           best.cycles, best.plan.queries, best.plan.keys, next);
  return best;
}
