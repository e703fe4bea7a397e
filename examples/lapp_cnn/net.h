// A small residual network whose layers may be masked by channel, and made smaller.
//
//   stem 3x3, then blocks  y = relu(shortcut(x) + m2 * BN(conv(m1 * relu(BN(conv x)))) + bypass(x))
//
// The second and third block halve the picture and double the channels. A bypass, if the
// net has any, is one 3x3 filter per channel and its normalisation: it goes around the two
// pruned layers of its block. Nothing is computed here: every call is one compiled kernel.
#pragma once

#include "data.h"

#include <array>
#include <limits>
#include <optional>

/// What the optimiser moves.
struct Parameter {
  Tensor value, velocity, gradient;
  bool decays = true;
};

enum class Filter { Stem, Full3, Full3Half, Point1Half, Channel3, Channel3Half };

/// A convolution, its normalisation, and its channel mask.
struct Layer {
  Filter filter;
  bool relu;
  Parameter weights, gamma, beta;
  Tensor mean, variance; ///< running
  Tensor mask;           ///< 1 where a channel is kept
  // Of the last forward pass in training.
  Tensor convolved, batchMean, batchVariance;
  Tensor maskGradient;
  bool measured = false; ///< running moments have been set

  Tensor train(const Tensor &x);
  Tensor infer(const Tensor &x) const;
  /// Gradient of the input, unless it is not wanted.
  Tensor backward(const Tensor &x, const Tensor &dz, bool wantInput = true);
  int64_t width() const { return mask.size(); }

private:
  float floor() const { return relu ? 0 : -std::numeric_limits<float>::infinity(); }
};

struct Block {
  Layer first, second;
  std::optional<Layer> shortcut, bypass;
  bool doubles;               ///< channels
  std::optional<Numbers> places; ///< of the channels left of `second`, once removed
  // Of the last forward pass; `wide`: the bypass' input.
  const Tensor *input = nullptr;
  Tensor middle, output, wide;

  /// `x` must live until the backward pass.
  const Tensor &forward(const Tensor &x, bool training);
  Tensor backward(const Tensor &dout);
};

struct NetShape {
  std::array<int64_t, 3> widths{8, 16, 32};
  bool bypass = false;
};

class Net {
public:
  Net(const NetShape &shape, uint32_t seed);

  Tensor infer(const Tensor &images);
  /// Forward and backward; gradients are left in the parameters.
  double learn(const Batch &batch, int64_t *right);
  void descend(float rate, float decay);
  /// Masked layers, in order: two per block.
  std::vector<Layer *> prunable();
  /// Masks become smaller layers.
  void removeChannels();
  /// Channels that masks, or removal, have left.
  std::vector<int64_t> left();
  int64_t parameters();
  /// Of the last backward pass: for checks.
  double squaredGradient();

  NetShape shape;
  std::vector<Block> blocks;

private:
  std::vector<Parameter *> all();
  std::vector<Layer *> layers();
  const Tensor &features(const Tensor &images, bool training);
  Layer stem;
  Tensor first; ///< of the stem
  Parameter head, bias;
};
