//===- PackingChoice.cpp - in which format pruned weights are kept --------===//
//
// The kernels that are priced: passes/Expand/Prune/PackedMatmul.cpp (tiles of a
// panel's rows times a few vectors of samples), LaneProduct.cpp (one sample), and
// passes/Expand/Dense. All numbers are cycles of one core of Zen 3, measured by
// build/unit/PackingBenchmark and rounded; vectors scale with the machine.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/PackingChoice.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace scratch;

static constexpr PackingCandidate kCandidates[] = {
    {"dense", ""},           {"csr", "csr"},       {"4x1", "block, 4, 1"}, {"4x4", "block, 4, 4"},
    {"2:4", "n_m, 2, 4"},    {"bitmap", "bitmap"}, {"delta", "delta"}};

llvm::ArrayRef<PackingCandidate> scratch::packingCandidates() { return kCandidates; }

namespace {
/// How a kernel steps through the stored entries of a panel.
struct Walk {
  double steps;  ///< in all of the weights
  double height; ///< rows of a panel
  double step;   ///< per step and tile of samples: find the column, load the values
  double scalar; ///< per step, when there is one sample
  double bytes;  ///< of the parts
  double fixed = 0; ///< per tile, whatever is stored: bytes of a bitmap
};
} // namespace

static Walk walkOf(const PackingCandidate &candidate, const PackingProblem &p) {
  double size = p.elementBits / 8.0, entries = double(p.rows) * double(p.depth);
  double kept = entries * p.density;
  llvm::StringRef name = candidate.name;
  if (name == "csr")
    return {kept, 1, 2.0, 1.3, kept * (size + 4)};
  if (name == "4x1")
    return {entries * p.panels / 4, 4, 1.5, 3.0, entries * p.panels * (size + 1)};
  if (name == "4x4")
    return {entries * p.squares / 4, 4, 1.2, 2.6, entries * p.squares * (size + 0.25)};
  if (name == "2:4")
    return {entries / 2, 1, 3.0, 0.35, entries / 2 * (size + 0.25)};
  if (name == "bitmap") // a byte of eight columns costs, whatever it holds
    return {kept, 1, 2.0, 2.5, kept * size + entries / 8, entries / 8 * 5};
  // Distances beyond 255 take fillers.
  double fillers = p.density > 0 ? entries / 255 * std::exp(-255 * p.density) : 0;
  return {kept + fillers, 1, 2.6, 1.8, (kept + fillers) * (size + 1)};
}

/// Cycles of a vector of samples in a step of a panel. Sums share what a step
/// loads; a tile of activations that the first cache holds is loaded twice a cycle.
static double perVector(const Walk &walk, double tileBytes, const MachineModel &machine) {
  double first = double(machine.firstCacheBytes);
  bool near = tileBytes <= first, far = tileBytes > 4 * first;
  if (walk.height == 1)
    return near ? 0.7 : far ? 2.4 : 2.1;
  return near ? 2.4 : far ? 4.7 : 3.2;
}

static PackingPrice priceOf(const PackingCandidate &candidate, const PackingProblem &p,
                            const MachineModel &machine, unsigned vectorBits) {
  PackingPrice price{&candidate};
  double lanes = std::max(1.0, double(vectorBits) / p.elementBits);
  double entries = double(p.rows) * double(p.depth), samples = double(p.samples);
  double bytes = entries * p.elementBits / 8.0;
  double vectors = std::ceil(samples / lanes);
  if (candidate.packing.empty()) {
    // Two multiply-adds a cycle less what packing and edges of tiles cost.
    price.work = samples == 1 ? entries / (2 * lanes) * 1.6
                              : entries * vectors / 2 * 1.15 + entries * 1.5;
  } else {
    Walk walk = walkOf(candidate, p);
    bytes = walk.bytes;
    if (samples == 1) {
      bool spread = p.elementBits == 32 && lanes >= 8;
      if (candidate.name == "bitmap")
        price.work = spread ? entries / 8 * 3.4 : walk.steps * walk.scalar + entries / 8 * 3;
      else
        price.work = walk.steps * (candidate.name == "2:4" && !spread ? 1.6 : walk.scalar);
    } else {
      // Tiles of twelve sums at most; a panel of one row has eight vectors or less.
      double widest = walk.height > 1 ? 3 : 8;
      double tiles = std::ceil(vectors / widest);
      double tileBytes = double(p.depth) * std::min(vectors, widest) * lanes * p.elementBits / 8;
      double opened = double(p.rows) / walk.height * tiles * 40;
      price.work = walk.steps * (tiles * walk.step + vectors * perVector(walk, tileBytes, machine)) +
                   tiles * walk.fixed + opened;
    }
    if (!p.packedOnce)
      price.packing = entries * 2.5 + bytes;
    if (p.transposes && p.samples > 1)
      price.moving = 2.0 * (double(p.depth) + double(p.rows)) * samples;
  }
  // Four bytes a cycle from memory, eight from a shared cache.
  if (bytes > double(machine.secondCacheBytes))
    price.weights = bytes / (bytes > 16e6 ? 6 : 16);
  // Loads of weights run beside the work.
  price.weights = std::max(0.0, price.weights - 0.5 * price.work);
  return price;
}

static bool legal(const PackingCandidate &candidate, const PackingProblem &p) {
  return candidate.name != "2:4" || (p.twoOfFour && p.depth % 4 == 0);
}

static std::string expectedCandidates() {
  std::string all = "auto";
  for (const PackingCandidate &candidate : kCandidates)
    all += ", " + candidate.name.str();
  return all;
}

llvm::Expected<PackingVerdict> scratch::choosePacking(const PackingProblem &problem,
                                                      const MachineModel &machine,
                                                      unsigned vectorBits, llvm::StringRef force) {
  PackingVerdict verdict;
  bool known = force == "auto";
  for (const PackingCandidate &candidate : kCandidates) {
    known |= candidate.name == force;
    if (legal(candidate, problem))
      verdict.table.push_back(priceOf(candidate, problem, machine, vectorBits));
  }
  if (!known)
    return llvm::createStringError("packing: found '" + force + "', expected " +
                                   expectedCandidates());
  llvm::sort(verdict.table, [](const PackingPrice &a, const PackingPrice &b) {
    return a.cycles() != b.cycles() ? a.cycles() < b.cycles() : a.candidate < b.candidate;
  });
  auto wanted = std::find_if(verdict.table.begin(), verdict.table.end(), [&](const auto &price) {
    return price.candidate->name == force;
  });
  if (force != "auto" && wanted == verdict.table.end())
    wanted = std::find_if(verdict.table.begin(), verdict.table.end(),
                          [](const auto &price) { return price.candidate->packing.empty(); });
  if (force != "auto")
    std::rotate(verdict.table.begin(), wanted, wanted + 1);
  const PackingPrice &best = verdict.table.front();
  verdict.why = llvm::formatv("{0:f0} kcycles for {1} x {2} weights, {3:f0} % zeros, {4} samples",
                              best.cycles() / 1e3, problem.rows, problem.depth,
                              100 * (1 - problem.density), problem.samples);
  for (const PackingPrice &price : llvm::drop_begin(verdict.table))
    verdict.why += llvm::formatv("; {0} {1:f0}", price.candidate->name, price.cycles() / 1e3);
  return verdict;
}
