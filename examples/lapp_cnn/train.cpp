// Training with a constraint on products. What the paper leaves open is decided here and
// marked "ours" (README.md has the list).
#include "train.h"

#include "layers.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

/// Channels double where the picture halves.
static NetShape shapeOf(int64_t width, bool bypass) {
  return {{width, 2 * width, 4 * width}, bypass};
}

/// A net's products, with nothing taken from it.
static double wholeBudget(int64_t width) {
  NetShape shape = shapeOf(width, false);
  std::vector<int64_t> all;
  for (int64_t channels : shape.widths)
    all.insert(all.end(), {channels, channels});
  return budgetOf(shape, all).now;
}

double denseBudget(const Settings &settings) { return wholeBudget(settings.width); }

std::vector<Variant> variants(const Settings &settings) {
  int64_t narrow = settings.width;
  while (narrow > 1 && wholeBudget(narrow) > settings.keep * denseBudget(settings))
    --narrow;
  NetShape plain = shapeOf(settings.width, false), around = shapeOf(settings.width, true);
  return {{"dense", plain, false},
          {"pruned", around, true},
          {"pruned, no bypass", plain, true},
          {"narrower", shapeOf(narrow, false), false}};
}

Budget budgetOf(const NetShape &shape, const std::vector<int64_t> &left) {
  Budget budget;
  double pixels = kSide * kSide;
  budget.now = 9.0 * shape.widths[0] * pixels + 10.0 * shape.widths[2];
  for (size_t b = 0; b < 3; ++b) {
    double from = shape.widths[b ? b - 1 : 0], to = shape.widths[b];
    if (b)
      pixels /= 4;
    double inner = left[2 * b], outer = left[2 * b + 1];
    budget.now += 9 * pixels * (from * inner + inner * outer);
    budget.now += pixels * ((b ? from * to : 0) + (shape.bypass ? 9 * to : 0));
    budget.perChannel.push_back(9 * pixels * (from + outer));
    budget.perChannel.push_back(9 * pixels * inner);
  }
  return budget;
}

/// Test pictures looked at between epochs; after the last one it is all of them.
static constexpr int64_t kGlance = 2000;
/// Ours: below all scores of a new layer, which are all near 1 (they are relative).
static constexpr float kFirstThreshold = 0.5f;

namespace {
/// Thresholds of the masked layers while they are learned.
class Pruner {
public:
  Pruner(Net &net, const Settings &settings, int64_t stepsPerEpoch)
      : net(net), settings(settings), dense(denseBudget(settings)),
        steps(settings.pruneEpochs * stepsPerEpoch),
        thresholds(net.prunable().size(), kFirstThreshold) {}

  bool done() const { return finished; }

  /// Masks of the weights as they are; before a step. Ends, removing channels, when
  /// the constraint is at its final value and met.
  bool mask(int64_t step) {
    auto layers = net.prunable();
    for (size_t l = 0; l < layers.size(); ++l)
      layers[l]->mask = result(channel_mask_call, layers[l]->weights.value, thresholds[l]);
    if (step >= steps && budgetOf(net.shape, net.left()).now <= settings.keep * dense)
      finished = true;
    return finished;
  }

  /// After a backward pass: loss + price * excess^2 + multiplier * excess in the thresholds,
  /// with excess = max(0, F / F0 - target). The square alone stops short of the target
  /// where it balances the loss; the multiplier grows while the last target is missed
  /// (the method of multipliers), so that it is met in the end.
  void move(int64_t step) {
    double along = std::min(1.0, double(step) / steps);
    double target = 1 + (settings.keep - 1) * along;
    std::vector<int64_t> left = net.left();
    Budget budget = budgetOf(net.shape, left);
    double excess = std::max(0.0, budget.now / dense - target);
    if (step >= steps)
      multiplier += settings.multiplierRate * excess;
    auto layers = net.prunable();
    for (size_t l = 0; l < layers.size(); ++l) {
      // Ours: a layer that is down to 3/8 of its channels pays no more.
      if (8 * left[l] <= 3 * layers[l]->width())
        continue;
      float price = (2 * settings.price * excess + multiplier) * budget.perChannel[l] / dense;
      check(move_threshold_call(layers[l]->weights.value.in(), thresholds[l],
                                layers[l]->maskGradient.in(), price, settings.thresholdRate,
                                settings.thresholdBound, &thresholds[l], &gOptions));
    }
  }

private:
  Net &net;
  const Settings &settings;
  double dense;
  int64_t steps;
  std::vector<float> thresholds;
  double multiplier = 0;
  bool finished = false;
};
} // namespace

/// On the first `count` pictures.
static double accuracyOf(Net &net, const Dataset &data, int64_t count) {
  count = std::min(count, data.size());
  std::vector<int32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  int64_t right = 0;
  for (int64_t first = 0; first < count; first += 100) {
    Batch batch = makeBatch(data, order, first, std::min<int64_t>(100, count - first), nullptr);
    Tensor logits = net.infer(batch.images), unused;
    scratch_tensor labels = batch.labels.wrap();
    double loss;
    int64_t hits;
    check(loss_call(logits.in(), &labels, &loss, &hits, unused.out(), &gOptions));
    right += hits;
  }
  return double(right) / count;
}

/// Removes channels; returns how far logits then are from those of the masked net.
static double removeAndCompare(Net &net, const Dataset &data) {
  std::vector<int32_t> order(std::min<int64_t>(500, data.size()));
  std::iota(order.begin(), order.end(), 0);
  Batch batch = makeBatch(data, order, 0, order.size(), nullptr);
  Tensor masked = net.infer(batch.images);
  net.removeChannels();
  Tensor removed = net.infer(batch.images);
  double largest = 0;
  for (int64_t i = 0; i < masked.size(); ++i)
    largest = std::max(largest, std::abs(double(masked.begin()[i]) - removed.begin()[i]));
  return largest;
}

Run train(const Variant &variant, uint32_t seed, const Settings &settings, const Dataset &training,
          const Dataset &testing, const Progress &progress) {
  Run run{variant.name, seed, {}, 0, 0, 0, {}, -1};
  Net net(variant.shape, seed);
  std::mt19937 random(seed + 1000);
  std::vector<int32_t> order(training.size());
  std::iota(order.begin(), order.end(), 0);
  int64_t perEpoch = training.size() / settings.batch, total = perEpoch * settings.epochs;
  Pruner pruner(net, settings, perEpoch);
  auto start = std::chrono::steady_clock::now();
  for (int epoch = 0; epoch < settings.epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    double loss = 0;
    for (int64_t i = 0; i < perEpoch; ++i) {
      int64_t step = epoch * perEpoch + i, right;
      bool prunes = variant.prunes && !pruner.done();
      if (prunes && pruner.mask(step)) {
        run.largestDifference = removeAndCompare(net, testing);
        prunes = false;
      }
      Batch batch = makeBatch(training, order, i * settings.batch, settings.batch, &random);
      loss += net.learn(batch, &right) / settings.batch;
      if (prunes)
        pruner.move(step);
      float rate = settings.rate * 0.5 * (1 + std::cos(M_PI * step / total));
      net.descend(rate, settings.decay);
      progress(run, epoch, double(i + 1) / perEpoch);
    }
    run.left = net.left();
    run.macs = budgetOf(variant.shape, run.left).now;
    bool last = epoch + 1 == settings.epochs;
    run.accuracy = accuracyOf(net, testing, last ? testing.size() : kGlance);
    auto now = std::chrono::steady_clock::now();
    run.epochs.push_back({run.accuracy, run.macs, loss / perEpoch,
                          std::chrono::duration<double>(now - start).count()});
    progress(run, epoch + 1, 0);
  }
  run.parameters = net.parameters();
  return run;
}
