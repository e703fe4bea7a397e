//===- ConstantScores.cpp - masks out of scores, at compile time ----------===//
#include "passes/Prune/ConstantScores.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace scratch;

ConstantUnits::ConstantUnits(MaskType mask)
    : rows(mask.getShape()[0]), columns(mask.getShape()[1]), height(1), width(1) {
  MaskGranularity granularity = mask.getGranularity();
  if (granularity == MaskGranularity::Block)
    height = mask.getUnit()[0], width = mask.getUnit()[1];
  if (granularity == MaskGranularity::Row)
    width = std::max<int64_t>(columns, 1);
  if (granularity == MaskGranularity::Column)
    height = std::max<int64_t>(rows, 1);
  down = granularity == MaskGranularity::Column ? 1 : (rows + height - 1) / height;
  across = granularity == MaskGranularity::Row ? 1 : (columns + width - 1) / width;
  single = granularity == MaskGranularity::Element || granularity == MaskGranularity::NM;
}

ConstantMask ConstantUnits::spread(const std::vector<uint8_t> &kept) const {
  ConstantMask mask{rows, columns, {}};
  mask.entries.reserve(rows * columns);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      mask.entries.push_back(kept[of(i, j)]);
  return mask;
}

static double toDouble(APFloat value) {
  bool loses;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &loses);
  return value.convertToDouble();
}

static std::vector<double> numbersOf(DenseElementsAttr elements) {
  std::vector<double> all;
  all.reserve(elements.getNumElements());
  for (const APFloat &value : elements.getValues<APFloat>())
    all.push_back(toDouble(value));
  return all;
}

std::optional<std::vector<double>> scratch::constantScores(ScoredMaskInterface op,
                                                           ConstantLookup constants) {
  DenseElementsAttr elements = constants(op.getWeights());
  DenseElementsAttr inputs = op.getInputs() ? constants(op.getInputs()) : DenseElementsAttr();
  if (!elements || (op.getInputs() && !inputs))
    return std::nullopt;
  ConstantUnits units(cast<MaskType>(op->getResult(0).getType()));
  bool isDouble = elements.getElementType().isF64();
  std::vector<double> weights = numbersOf(elements);
  std::vector<double> factors = inputs ? numbersOf(inputs) : std::vector<double>();
  auto round = [&](double value) { return isDouble ? value : double(float(value)); };
  auto ofEntry = [&](int64_t i, int64_t j) {
    double score = std::fabs(weights[i * units.columns + j]);
    return factors.empty() ? score : round(score * factors[j]);
  };
  std::vector<double> scores(units.count(), 0.0);
  bool squares = op.getNorm() == ScoreNorm::L2 && !units.single;
  for (int64_t i = 0; i < units.rows; ++i)
    for (int64_t j = 0; j < units.columns; ++j) {
      double term = ofEntry(i, j);
      scores[units.of(i, j)] += squares ? term * term : term;
    }
  for (double &score : scores) {
    score = round(squares ? std::sqrt(score) : score);
    if (std::isnan(score))
      score = INFINITY;
  }
  return scores;
}

int64_t scratch::countToKeep(double keep, int64_t units) {
  double wanted = std::floor(keep * double(units) + 0.5);
  if (!(wanted > 0))
    return 0;
  return wanted < double(units) ? int64_t(wanted) : units;
}

/// The k largest of scores [first, last), of equal ones the first.
static void keepLargest(const std::vector<double> &scores, int64_t first, int64_t last, int64_t k,
                        std::vector<uint8_t> &kept) {
  std::vector<int64_t> order(last - first);
  std::iota(order.begin(), order.end(), first);
  llvm::sort(order, [&](int64_t a, int64_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  });
  for (int64_t n = 0; n < std::min<int64_t>(k, order.size()); ++n)
    kept[order[n]] = 1;
}

static std::optional<double> constantNumber(Value value) {
  FloatAttr number;
  if (!matchPattern(value, m_Constant(&number)))
    return std::nullopt;
  return toDouble(number.getValue());
}

static std::optional<std::vector<uint8_t>> atRandom(MaskRandomOp op, int64_t units) {
  std::optional<double> keep = constantNumber(op.getKeep());
  APInt seed;
  if (!keep || !matchPattern(op.getSeed(), m_ConstantInt(&seed)))
    return std::nullopt;
  std::vector<uint8_t> kept;
  uint64_t state = seed.getZExtValue();
  for (int64_t unit = 0; unit < units; ++unit) { // SplitMix64
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    kept.push_back(double((z ^ (z >> 31)) >> 11) * 0x1p-53 < *keep);
  }
  return kept;
}

std::optional<ConstantMask> scratch::chosenUnits(Operation *maker, MaskType mask,
                                                 ConstantLookup constants) {
  ConstantUnits units(mask);
  if (auto random = dyn_cast<MaskRandomOp>(maker)) {
    auto kept = atRandom(random, units.count());
    return kept ? std::optional(units.spread(*kept)) : std::nullopt;
  }
  auto scored = dyn_cast<ScoredMaskInterface>(maker);
  if (!scored)
    return std::nullopt;
  std::optional<double> number;
  if (auto op = dyn_cast<MaskThresholdOp>(maker))
    number = constantNumber(op.getThreshold());
  if (auto op = dyn_cast<MaskMagnitudeOp>(maker))
    number = constantNumber(op.getKeep());
  if (!number && isa<MaskThresholdOp, MaskMagnitudeOp>(maker))
    return std::nullopt;
  std::optional<std::vector<double>> scores = constantScores(scored, constants);
  if (!scores)
    return std::nullopt;
  std::vector<uint8_t> kept(units.count(), 0);
  int64_t count = units.count();
  if (auto op = dyn_cast<MaskThresholdOp>(maker)) {
    double mean = std::accumulate(scores->begin(), scores->end(), 0.0) /
                  double(std::max<int64_t>(count, 1));
    for (int64_t u = 0; u < count; ++u) {
      double score = (*scores)[u];
      if (op.getRelative())
        score = mean == 0 ? 0 : score / mean;
      kept[u] = !(score <= *number); // infinity over infinity stays
    }
  } else if (isa<MaskMagnitudeOp>(maker)) {
    keepLargest(*scores, 0, count, countToKeep(*number, count), kept);
  } else {
    // The K largest of a row, or N of every M.
    bool groups = isa<MaskNMOp>(maker);
    int64_t run = groups ? mask.getUnit()[1] : units.columns;
    if (run == 0 || units.columns % run)
      return std::nullopt;
    for (int64_t first = 0; first < count; first += run)
      keepLargest(*scores, first, first + run, groups ? mask.getUnit()[0] : mask.getBound()[0],
                  kept);
  }
  return units.spread(kept);
}
