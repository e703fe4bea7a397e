// One run: a net trained from scratch, pruned on the way or not.
#pragma once

#include "net.h"

#include <functional>
#include <string>

struct Settings {
  int64_t width = 8;     ///< channels of the dense net's first block
  int epochs = 8;
  int pruneEpochs = 3;   ///< the constraint tightens linearly over these
  double keep = 0.4;     ///< share of the dense net's products that is left
  int64_t batch = 64;
  float rate = 0.1f;     ///< of weights, falling to 0 along a cosine
  float decay = 5e-4f;
  float thresholdRate = 0.5f, thresholdBound = 0.0015f;
  double price = 5;      ///< weight of the constraint in the loss
  double multiplierRate = 1;    ///< growth of its multiplier per step and excess
};

struct Variant {
  std::string name;
  NetShape shape;
  bool prunes = false;
};

/// The variants compared: dense, pruned with and without bypass, and the widest uniformly
/// narrower net that meets the constraint.
std::vector<Variant> variants(const Settings &settings);

/// Multiply-adds per picture, everything counted (bypass, shortcuts, classifier).
struct Budget {
  double now = 0;
  std::vector<double> perChannel; ///< what one more channel costs, per masked layer
};
Budget budgetOf(const NetShape &shape, const std::vector<int64_t> &left);
/// Of the net that nothing is taken from.
double denseBudget(const Settings &settings);

struct Epoch {
  double accuracy, macs, loss, seconds;
};

struct Run {
  std::string variant;
  uint32_t seed;
  std::vector<Epoch> epochs;
  double accuracy = 0, macs = 0;
  int64_t parameters = 0;
  std::vector<int64_t> left;     ///< channels per masked layer
  double largestDifference = -1; ///< of logits, masked and removed; -1: nothing was removed
};

using Progress = std::function<void(const Run &, int epoch, double share)>;

Run train(const Variant &variant, uint32_t seed, const Settings &settings, const Dataset &training,
          const Dataset &testing, const Progress &progress);
