// The network: which kernel follows which.
#include "net.h"

#include "convolution.h"
#include "layers.h"
#include "normalise.h"

#include <cmath>
#include <numeric>

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

static Tensor convolve(Filter filter, const Tensor &x, const Tensor &w) {
  switch (filter) {
  case Filter::Stem: return result(stem_call, x, w);
  case Filter::Full3: return result(conv3_call, x, w);
  case Filter::Full3Half: return result(conv3s2_call, x, w);
  case Filter::Point1Half: return result(conv1s2_call, x, w);
  case Filter::Channel3: return result(depthwise_call, x, w);
  case Filter::Channel3Half: return result(depthwise_s2_call, x, w);
  }
  abort();
}

static Tensor weightsGradient(Filter filter, const Tensor &x, const Tensor &dy, const Tensor &w) {
  switch (filter) {
  case Filter::Stem: return result(stem_weights_call, x, dy, w);
  case Filter::Full3: return result(conv3_weights_call, x, dy, w);
  case Filter::Full3Half: return result(conv3s2_weights_call, x, dy, w);
  case Filter::Point1Half: return result(conv1s2_weights_call, x, dy, w);
  case Filter::Channel3: return result(depthwise_weights_call, x, dy, w);
  case Filter::Channel3Half: return result(depthwise_s2_weights_call, x, dy, w);
  }
  abort();
}

static Tensor inputGradient(Filter filter, const Tensor &dy, const Tensor &w, const Tensor &x) {
  switch (filter) {
  case Filter::Stem: break; // pictures have no gradient
  case Filter::Full3: return result(conv3_input_call, dy, w, x);
  case Filter::Full3Half: return result(conv3s2_input_call, dy, w, x);
  case Filter::Point1Half: return result(conv1s2_input_call, dy, w, x);
  case Filter::Channel3: return result(depthwise_input_call, dy, w, x);
  case Filter::Channel3Half: return result(depthwise_s2_input_call, dy, w, x);
  }
  abort();
}

Tensor Layer::train(const Tensor &x) {
  convolved = convolve(filter, x, weights.value);
  Tensor z;
  check(normal_call(convolved.in(), gamma.value.in(), beta.value.in(), mask.in(), floor(), z.out(),
                    batchMean.out(), batchVariance.out(), &gOptions));
  float share = measured ? 0.1f : 1.0f;
  mean = result(follow_call, mean, batchMean, share);
  variance = result(follow_call, variance, batchVariance, share);
  measured = true;
  return z;
}

Tensor Layer::infer(const Tensor &x) const {
  Tensor y = convolve(filter, x, weights.value);
  return result(normal_with_call, y, gamma.value, beta.value, mask, floor(), mean, variance);
}

Tensor Layer::backward(const Tensor &x, const Tensor &dz, bool wantInput) {
  Tensor dy;
  check(normal_gradient_call(convolved.in(), dz.in(), gamma.value.in(), beta.value.in(), mask.in(),
                             floor(), batchMean.in(), batchVariance.in(), dy.out(),
                             gamma.gradient.out(), beta.gradient.out(), maskGradient.out(),
                             &gOptions));
  weights.gradient = weightsGradient(filter, x, dy, weights.value);
  return wantInput ? inputGradient(filter, dy, weights.value, x) : Tensor();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

const Tensor &Block::forward(const Tensor &x, bool training) {
  auto run = [&](Layer &layer, const Tensor &in) {
    return training ? layer.train(in) : layer.infer(in);
  };
  input = &x;
  middle = run(first, x);
  Tensor z = run(second, middle), sum;
  if (shortcut)
    sum = run(*shortcut, x);
  if (bypass) {
    if (doubles)
      wide = result(twice_call, x);
    Tensor around = run(*bypass, doubles ? wide : x);
    sum = result(add_call, shortcut ? sum : x, around);
  }
  const Tensor &branch = shortcut || bypass ? sum : x;
  output = places ? result(join_at_call, branch, z, places->wrap())
                  : result(join_call, branch, z);
  return output;
}

Tensor Block::backward(const Tensor &dout) {
  // The same for every branch.
  Tensor d = result(join_gradient_call, output, dout);
  Tensor dz = places ? result(take_channels_call, d, places->wrap()) : Tensor();
  Tensor dx = first.backward(*input, second.backward(middle, places ? dz : d));
  if (bypass) {
    Tensor around = bypass->backward(doubles ? wide : *input, d);
    if (doubles)
      around = result(twice_gradient_call, around, *input);
    dx = result(add_call, dx, around);
  }
  return shortcut ? result(add_call, dx, shortcut->backward(*input, d)) : result(add_call, dx, d);
}

//===----------------------------------------------------------------------===//
// The net
//===----------------------------------------------------------------------===//

static Tensor filled(int64_t count, float value) {
  return Tensor({count}, std::vector<float>(count, value));
}

static Parameter parameter(const Tensor::Shape &shape, std::vector<float> values, bool decays) {
  int64_t count = values.size();
  return {Tensor(shape, std::move(values)), filled(count, 0), {}, decays};
}

static Layer layer(Filter filter, bool relu, int64_t channels, int64_t filters,
                   std::mt19937 &random, float gamma = 1) {
  int64_t side = filter == Filter::Point1Half ? 1 : 3;
  bool byChannel = filter == Filter::Channel3 || filter == Filter::Channel3Half;
  Tensor::Shape shape{side, side, channels, filters};
  if (byChannel)
    shape = {side, side, filters};
  int64_t inputs = side * side * (byChannel ? 1 : channels), count = inputs * filters;
  std::normal_distribution<float> normal(0, std::sqrt(2.0f / inputs));
  std::vector<float> weights(count);
  for (float &w : weights)
    w = normal(random);
  Layer made{filter, relu, parameter(shape, std::move(weights), true),
             parameter({filters}, std::vector<float>(filters, gamma), false),
             parameter({filters}, std::vector<float>(filters, 0), false),
             filled(filters, 0), filled(filters, 1), filled(filters, 1), {}, {}, {}, {}};
  return made;
}

Net::Net(const NetShape &shape, uint32_t seed) : shape(shape) {
  std::mt19937 random(seed);
  stem = layer(Filter::Stem, true, 1, shape.widths[0], random);
  for (size_t b = 0; b < 3; ++b) {
    int64_t from = shape.widths[b ? b - 1 : 0], to = shape.widths[b];
    Block block;
    block.doubles = b > 0;
    block.first = layer(b ? Filter::Full3Half : Filter::Full3, true, from, to, random);
    block.second = layer(Filter::Full3, false, to, to, random);
    if (b)
      block.shortcut = layer(Filter::Point1Half, false, from, to, random);
    if (shape.bypass)
      block.bypass = layer(b ? Filter::Channel3Half : Filter::Channel3, false, from, to, random);
    blocks.push_back(std::move(block));
  }
  int64_t last = shape.widths[2];
  std::normal_distribution<float> normal(0, std::sqrt(1.0f / last));
  std::vector<float> weights(last * 10);
  for (float &w : weights)
    w = normal(random);
  head = parameter({last, 10}, std::move(weights), true);
  bias = parameter({10}, std::vector<float>(10, 0), false);
}

const Tensor &Net::features(const Tensor &images, bool training) {
  first = training ? stem.train(images) : stem.infer(images);
  const Tensor *x = &first;
  for (Block &block : blocks)
    x = &block.forward(*x, training);
  return *x;
}

Tensor Net::infer(const Tensor &images) {
  Tensor means, logits;
  check(head_call(features(images, false).in(), head.value.in(), bias.value.in(), means.out(),
                  logits.out(), &gOptions));
  return logits;
}

double Net::learn(const Batch &batch, int64_t *right) {
  const Tensor &x = features(batch.images, true);
  Tensor means, logits, dlogits, dx;
  check(head_call(x.in(), head.value.in(), bias.value.in(), means.out(), logits.out(), &gOptions));
  double total;
  scratch_tensor labels = batch.labels.wrap();
  check(loss_call(logits.in(), &labels, &total, right, dlogits.out(), &gOptions));
  check(head_gradient_call(x.in(), means.in(), head.value.in(), bias.value.in(), dlogits.in(),
                           dx.out(), head.gradient.out(), bias.gradient.out(), &gOptions));
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block)
    dx = block->backward(dx);
  stem.backward(batch.images, dx, /*wantInput=*/false);
  return total;
}

std::vector<Layer *> Net::layers() {
  std::vector<Layer *> layers{&stem};
  for (Block &block : blocks) {
    layers.insert(layers.end(), {&block.first, &block.second});
    if (block.shortcut)
      layers.push_back(&*block.shortcut);
    if (block.bypass)
      layers.push_back(&*block.bypass);
  }
  return layers;
}

std::vector<Parameter *> Net::all() {
  std::vector<Parameter *> all{&head, &bias};
  for (Layer *layer : layers())
    all.insert(all.end(), {&layer->weights, &layer->gamma, &layer->beta});
  return all;
}

void Net::descend(float rate, float decay) {
  for (Parameter *p : all()) {
    Tensor value, velocity;
    Tensor::Shape shape = p->value.shape();
    scratch_tensor flat = p->value.flat(), gradient = p->gradient.flat();
    check(descend_call(&flat, p->velocity.in(), &gradient, rate, p->decays ? decay : 0,
                       value.out(), velocity.out(), &gOptions));
    value.reshape(shape);
    p->value = std::move(value), p->velocity = std::move(velocity);
  }
}

int64_t Net::parameters() {
  int64_t count = 0;
  for (Parameter *p : all())
    count += p->value.size();
  return count;
}

double Net::squaredGradient() {
  double sum = 0;
  for (Parameter *p : all())
    for (float g : p->gradient)
      sum += double(g) * g;
  return sum;
}

//===----------------------------------------------------------------------===//
// Channels
//===----------------------------------------------------------------------===//

std::vector<Layer *> Net::prunable() {
  std::vector<Layer *> layers;
  for (Block &block : blocks)
    layers.insert(layers.end(), {&block.first, &block.second});
  return layers;
}

static std::vector<int32_t> kept(const Layer &layer) {
  std::vector<int32_t> places;
  for (int64_t c = 0; c < layer.width(); ++c)
    if (layer.mask.begin()[c] != 0)
      places.push_back(c);
  return places;
}

std::vector<int64_t> Net::left() {
  std::vector<int64_t> counts;
  for (Layer *layer : prunable())
    counts.push_back(kept(*layer).size());
  return counts;
}

/// Keeps filters, and inputs, of a layer and of its optimiser's velocity.
static void shrink(Layer &layer, const std::vector<int32_t> &inputs,
                   const std::vector<int32_t> &filters) {
  Numbers keptInputs(inputs), keptFilters(filters);
  scratch_tensor in = keptInputs.wrap(), out = keptFilters.wrap();
  auto byChannel = [&](Tensor &vector) { vector = result(take_call, vector, out); };
  scratch_tensor velocity = layer.weights.velocity.as(layer.weights.value.shape());
  Tensor moved = result(take_filters_call, velocity, in, out);
  moved.reshape({moved.size()});
  layer.weights.value = result(take_filters_call, layer.weights.value, in, out);
  layer.weights.velocity = std::move(moved);
  for (Tensor *vector : {&layer.gamma.value, &layer.gamma.velocity, &layer.beta.value,
                         &layer.beta.velocity, &layer.mean, &layer.variance, &layer.mask})
    byChannel(*vector);
}

void Net::removeChannels() {
  for (Block &block : blocks) {
    std::vector<int32_t> inner = kept(block.first), outer = kept(block.second);
    std::vector<int32_t> inputs(block.first.weights.value.shape()[2]);
    std::iota(inputs.begin(), inputs.end(), 0);
    shrink(block.first, inputs, inner);
    shrink(block.second, inner, outer);
    block.places = Numbers(outer);
  }
}
