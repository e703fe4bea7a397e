//===- PackingChoice.cpp - in which format pruned weights are kept --------===//
//
// The kernels that are priced: passes/Expand/Prune/PackedTiles.cpp (tiles of a
// panel's rows times a few vectors of samples), LaneProduct.cpp (few samples), and
// passes/Expand/Dense. What a step costs: PackingPrices.h.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/PackingChoice.h"

#include "dialects/Scratch/VectorUnit.h"
#include "passes/Strategy/PackingPrices.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace scratch;

static constexpr PackingCandidate kCandidates[] = {
    {"dense", ""},           {"csr", "csr"},       {"4x1", "block, 4, 1"}, {"4x4", "block, 4, 4"},
    {"2:4", "n_m, 2, 4"},    {"bitmap", "bitmap"}, {"delta", "delta"}};

/// Formats have to be cheaper than dense by so much.
static constexpr double kDoubt = 0.9;

llvm::ArrayRef<PackingCandidate> scratch::packingCandidates() { return kCandidates; }

namespace {
/// What a format makes of a layer.
struct Walk {
  const WalkPrices *prices;
  double steps;     ///< in all of the weights
  double height;    ///< rows of a panel
  double bytes;     ///< of the parts
  bool isBitmap = false;
};
} // namespace

static Walk walkOf(const PackingCandidate &candidate, const PackingProblem &p,
                   const PackingPrices &prices) {
  double size = p.elementBits / 8.0, entries = double(p.rows) * double(p.depth);
  double kept = entries * p.density;
  llvm::StringRef name = candidate.name;
  if (name == "csr")
    return {&prices.csr, kept, 1, kept * (size + 4)};
  if (name == "4x1")
    return {&prices.panels, entries * p.panels / 4, 4, entries * p.panels * (size + 1)};
  if (name == "4x4")
    return {&prices.squares, entries * p.squares / 4, 4, entries * p.squares * (size + 0.25)};
  if (name == "2:4")
    return {&prices.pairs, entries / 2, 1, entries / 2 * (size + 0.25)};
  if (name == "bitmap") // a byte of eight columns costs, whatever it holds
    return {&prices.bitmap, kept, 1, kept * size + entries / 8, true};
  // Distances beyond 255 take fillers.
  double fillers = p.density > 0 ? entries / 255 * std::exp(-255 * p.density) : 0;
  return {&prices.delta, kept + fillers, 1, (kept + fillers) * (size + 1)};
}

/// Vectors of a tile of samples, as PackedTiles takes them.
static double tileVectors(double height, double elementBits, unsigned vectorBits) {
  double sums = VectorUnit::of(vectorBits).sums;
  double lanes = std::max(1.0, vectorBits / elementBits);
  double wide = std::max(1.0, 256 * 8 / (lanes * elementBits));
  double most = std::clamp(std::floor(sums / height), 1.0, wide);
  return most > 4 ? std::exp2(std::floor(std::log2(most))) : most;
}

/// Pieces of the depth that PackedMatmul takes a tile by; 0: the format has none.
static double piecesOf(const Walk &walk, const PackingCandidate &candidate,
                       const PackingProblem &p, double vectors, double tileBytes,
                       unsigned vectorBits) {
  if (walk.height > 1 || vectors < 3 || (candidate.name != "csr" && candidate.name != "2:4"))
    return 0;
  double perDepth = tileBytes / double(p.depth), density = walk.steps / (double(p.rows) * double(p.depth));
  VectorUnit unit = VectorUnit::of(vectorBits);
  bool inFirstCache = unit.entriesPerPiece <= density * unit.pieceBytes / perDepth;
  double piece = (inFirstCache ? unit.pieceBytes : unit.largePieceBytes) / perDepth;
  return std::ceil(double(p.depth) / piece);
}

/// Groups of deltas, four runs of 16, whose runs all span 64 columns or fewer (DeltaLanes.cpp):
/// a run spans 16 / density, give or take 4 sqrt(1 - density) / density.
static double nearShare(double density) {
  double spread = 4 * std::sqrt(std::max(0.0, 1 - density));
  double far = (64 * density - 16) / std::max(spread, 1e-9);
  return std::pow(0.5 * std::erfc(-far / std::sqrt(2.0)), 4);
}

/// Cycles of a packed product whose parts the caches hold.
static double packedWork(const Walk &walk, const PackingCandidate &candidate,
                         const PackingProblem &p, const PackingPrices &prices,
                         double firstCacheBytes, unsigned vectorBits) {
  double entries = double(p.rows) * double(p.depth), samples = double(p.samples);
  bool spreads = p.elementBits == 32 && vectorBits >= 256 &&
                 (candidate.name == "2:4" || walk.isBitmap) && p.samples <= 8;
  if (spreads) {
    double count = std::exp2(std::ceil(std::log2(samples)));
    double vectors = entries * p.elementBits / vectorBits;
    if (!walk.isBitmap && vectorBits < 512 && count <= 2)
      return vectors * prices.laneQuads * count + double(p.rows) * count * prices.laneSum;
    return vectors * ((walk.isBitmap ? prices.laneBits : prices.lanePairs) +
                      prices.laneVector * count) +
           double(p.rows) * count * prices.laneSum;
  }
  double panels = double(p.rows) / walk.height;
  if (p.samples == 1 && candidate.name == "delta" && vectorBits >= 512 && p.elementBits == 32) {
    double near = nearShare(walk.steps / entries);
    return walk.steps * (near * prices.deltaNear + (1 - near) * walk.prices->oneStep) +
           panels * walk.prices->onePanel;
  }
  if (p.samples == 1)
    return walk.steps * walk.prices->oneStep + panels * walk.prices->onePanel +
           (walk.isBitmap ? entries / 8 * prices.bitmapByte : 0);
  // Few samples take the shortest vector that holds them, of 128 bits at least.
  double lanes = std::max(1.0, double(vectorBits) / p.elementBits);
  while (lanes * p.elementBits >= 256 && samples <= lanes / 2)
    lanes /= 2;
  double vectors = std::ceil(samples / lanes);
  double most = tileVectors(walk.height, p.elementBits, vectorBits);
  double tiles = std::ceil(vectors / most);
  double tileBytes = double(p.depth) * std::min(vectors, most) * lanes * p.elementBits / 8;
  double pieces = piecesOf(walk, candidate, p, std::min(vectors, most), tileBytes, vectorBits);
  bool far = tileBytes > firstCacheBytes * std::max(1.0, pieces);
  bool whole = p.samples % int64_t(lanes) == 0;
  bool inPlace = whole && (tiles == 1 || walk.steps < 6 * double(p.depth));
  return walk.steps * (tiles * walk.prices->step +
                       vectors * (walk.prices->vector + (far ? walk.prices->far : 0))) +
         panels * tiles * std::max(1.0, pieces) * walk.prices->panel +
         (inPlace ? 0 : double(p.depth) * vectors * prices.copy) +
         (walk.isBitmap ? entries / 8 * tiles * prices.bitmapByte : 0);
}

static double denseWork(const PackingProblem &p, const PackingPrices &prices,
                        unsigned vectorBits) {
  double lanes = std::max(1.0, double(vectorBits) / p.elementBits);
  double entries = double(p.rows) * double(p.depth);
  if (p.samples == 1)
    return entries / lanes * prices.denseOne + double(p.rows) * prices.denseRow;
  double vectors = std::ceil(double(p.samples) / lanes);
  return vectors * (entries * prices.denseVector + double(p.depth) * prices.denseCopy);
}

static PackingPrice priceOf(const PackingCandidate &candidate, const PackingProblem &p,
                            const MachineModel &machine, const PackingPrices &prices,
                            unsigned vectorBits) {
  PackingPrice price{&candidate};
  double entries = double(p.rows) * double(p.depth), samples = double(p.samples);
  double bytes = entries * p.elementBits / 8.0;
  if (candidate.packing.empty()) {
    price.work = denseWork(p, prices, vectorBits);
  } else {
    Walk walk = walkOf(candidate, p, prices);
    bytes = walk.bytes;
    price.work = packedWork(walk, candidate, p, prices, double(machine.firstCacheBytes), vectorBits);
    if (!p.packedOnce)
      price.packing = entries * 2.5 + bytes;
    if (p.transposes && p.samples > 1)
      price.moving = 2.0 * (double(p.depth) + double(p.rows)) * samples;
  }
  if (bytes > double(machine.secondCacheBytes))
    price.weights = bytes / (bytes > 16e6 ? prices.memory : prices.sharedCache);
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

llvm::Error scratch::checkPacking(llvm::StringRef force) {
  bool known = force == "auto" || llvm::any_of(kCandidates, [&](const PackingCandidate &candidate) {
                 return candidate.name == force;
               });
  if (known)
    return llvm::Error::success();
  return llvm::createStringError("packing: found '" + force + "', expected " +
                                 expectedCandidates());
}

llvm::Expected<PackingVerdict> scratch::choosePacking(const PackingProblem &problem,
                                                      const MachineModel &machine,
                                                      unsigned vectorBits, llvm::StringRef force) {
  if (llvm::Error error = checkPacking(force))
    return error;
  PackingVerdict verdict;
  PackingPrices prices = PackingPrices::ofX86(vectorBits);
  for (const PackingCandidate &candidate : kCandidates)
    if (legal(candidate, problem))
      verdict.table.push_back(priceOf(candidate, problem, machine, prices, vectorBits));
  // What a table of prices cannot tell apart stays dense.
  auto rank = [](const PackingPrice &price) {
    return price.cycles() * (price.candidate->packing.empty() ? kDoubt : 1);
  };
  llvm::sort(verdict.table, [&](const PackingPrice &a, const PackingPrice &b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.candidate < b.candidate;
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
