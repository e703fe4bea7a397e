//===- RandomNet.h - a random pruned network, as text in three forms ------===//
//
// The same network with its masked weights as arguments (nothing to find for the
// compiler), as constants, and whole with masks that come at run time.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_TEST_PRUNE_RANDOMNET_H
#define SCRATCH_TEST_PRUNE_RANDOMNET_H

#include "test/Expand/Compiled.h"

#include <random>

namespace scratch::test {

class RandomNet {
public:
  enum Form { Dense, Constants, RunTime };
  RandomNet(unsigned seed, Form form) : random(seed), form(form) { build(); }

  std::string text() const { return "func.func @net(" + arguments + ") -> " + typeOf(result) + " {\n" + body + "  return " + result.name + " : " + typeOf(result) + "\n}\n"; }
  std::vector<double> run() {
    Compiled compiled(kMaps + text());
    Call call(1);
    for (Input &input : inputs)
      input.flags.empty() ? call.dense(SCRATCH_F64, input.shape, input.numbers)
                          : call.dense(SCRATCH_I8, input.shape, input.flags);
    EXPECT_EQ(call.run(compiled.entry("net")), SCRATCH_OK) << scratch_last_error();
    return call.values<double>();
  }

private:
  struct Tensor {
    std::string name;
    std::vector<int64_t> shape;
  };
  struct Input {
    std::vector<int64_t> shape;
    std::vector<double> numbers;
    std::vector<int8_t> flags;
  };
  static constexpr const char *kMaps =
      "#x = affine_map<(n, h, w, c) -> (n, h, w, c)>\n#c = affine_map<(n, h, w, c) -> (c)>\n";

  static std::string typeOf(const std::vector<int64_t> &shape, const char *element = "f64") {
    std::string type = "tensor<";
    for (int64_t size : shape)
      type += std::to_string(size) + "x";
    return type + element + ">";
  }
  static std::string typeOf(const Tensor &t) { return typeOf(t.shape); }
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random); }
  std::string fresh() { return "%v" + std::to_string(count++); }
  Tensor emit(std::vector<int64_t> shape, const std::string &op) {
    Tensor t{fresh(), std::move(shape)};
    body += "  " + t.name + " = " + op + "\n";
    return t;
  }
  Tensor argument(Input input) {
    bool flags = !input.flags.empty();
    Tensor t{"%a" + std::to_string(inputs.size()), input.shape};
    arguments += (inputs.empty() ? "" : ", ") + t.name + ": " + typeOf(t.shape, flags ? "i8" : "f64");
    inputs.push_back(std::move(input));
    return t;
  }
  std::vector<double> numbers(int64_t count) {
    std::vector<double> all(count);
    for (double &x : all)
      x = std::normal_distribution<double>()(random);
    return all;
  }
  static int64_t product(const std::vector<int64_t> &shape) {
    int64_t all = 1;
    for (int64_t size : shape)
      all *= size;
    return all;
  }
  /// Flags of `size` channels; all or none of them now and then.
  std::vector<int8_t> flagsOf(int64_t size) {
    double keep = std::vector<double>{0, 0.3, 0.5, 0.8, 1, 0.5, 0.5}[pick(7)];
    std::vector<int8_t> flags(size);
    for (int8_t &flag : flags)
      flag = std::uniform_real_distribution<double>(0, 1)(random) < keep;
    return flags;
  }
  /// A weight whose last (or first) dimension is masked. Random numbers are drawn
  /// alike in every form.
  Tensor weight(const std::vector<int64_t> &shape, const std::vector<int8_t> &flags, bool last = true) {
    std::vector<double> all = numbers(product(shape)), masked = all;
    int64_t columns = last ? shape.back() : product(shape) / shape.front();
    for (size_t i = 0; i < all.size(); ++i)
      masked[i] = flags[last ? i % columns : i / columns] ? all[i] : 0;
    if (form == Dense)
      return argument({shape, masked, {}});
    if (form == Constants) {
      std::string list;
      char number[40];
      for (size_t i = 0; i < masked.size(); ++i) {
        for (int64_t inner = 1, d = shape.size() - 1; d >= 0; --d)
          if (inner *= shape[d]; i % inner == 0)
            list += "[";
        snprintf(number, sizeof(number), "%.17e", masked[i]);
        list += number;
        for (int64_t inner = 1, d = shape.size() - 1; d >= 0; --d)
          if (inner *= shape[d]; (i + 1) % inner == 0)
            list += "]";
        list += i + 1 < masked.size() ? ", " : "";
      }
      return emit(shape, "arith.constant dense<" + list + "> : " + typeOf(shape));
    }
    Tensor whole = argument({shape, all, {}}), given = argument({{int64_t(flags.size())}, {}, flags});
    std::string mask = "!scratch.mask<" + std::to_string(shape.size() == 1 ? 1 : product(shape) / columns) + "x" +
                       std::to_string(columns) + (last ? ", column>" : ", row>");
    std::string m = fresh();
    body += "  " + m + " = scratch.mask.from value " + given.name + " : " + typeOf(given.shape, "i8") + " -> " + mask + "\n";
    Tensor flat = whole;
    if (shape.size() == 4)
      flat = emit({product(shape) / columns, columns}, "tensor.collapse_shape " + whole.name + " [[0, 1, 2], [3]] : " +
             typeOf(shape) + " into " + typeOf({product(shape) / columns, columns}));
    Tensor applied = emit(flat.shape, "scratch.mask.apply " + flat.name + ", " + m + " : " + typeOf(flat) + ", " + mask);
    if (shape.size() != 4)
      return applied;
    std::string sizes;
    for (int64_t size : shape)
      sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
    return emit(shape, "tensor.expand_shape " + applied.name + " [[0, 1, 2], [3]] output_shape [" + sizes + "] : " +
                typeOf(applied) + " into " + typeOf(shape));
  }
  Tensor filled(const std::vector<int64_t> &shape, const std::string &number) {
    std::string scalar = fresh();
    body += "  " + scalar + " = arith.constant " + number + " : f64\n";
    Tensor empty = emit(shape, "tensor.empty() : " + typeOf(shape));
    return emit(shape, "linalg.fill ins(" + scalar + " : f64) outs(" + empty.name + " : " + typeOf(shape) + ") -> " + typeOf(shape));
  }
  static std::string insOuts(const std::vector<Tensor> &ins, const Tensor &out) {
    std::string names, types;
    for (const Tensor &t : ins)
      names += (names.empty() ? "" : ", ") + t.name, types += (types.empty() ? "" : ", ") + typeOf(t);
    return " ins(" + names + " : " + types + ") outs(" + out.name + " : " + typeOf(out) + ")";
  }
  /// `text` computes %r from %p0, %p1, ...; vectors go along the channels.
  Tensor elementwise(const std::vector<Tensor> &ins, const std::string &text) {
    std::string maps, arguments;
    for (size_t i = 0; i < ins.size(); ++i)
      maps += ins[i].shape.size() == 4 ? "#x, " : "#c, ", arguments += "%p" + std::to_string(i) + ": f64, ";
    std::vector<int64_t> shape = ins[0].shape;
    Tensor out = emit(shape, "tensor.empty() : " + typeOf(shape));
    return emit(shape, "linalg.generic {indexing_maps = [" + maps + "#x], iterator_types = [\"parallel\", \"parallel\", "
                "\"parallel\", \"parallel\"]}" + insOuts(ins, out) + " {\n  ^bb0(" + arguments + "%o: f64):\n" + text +
                "    linalg.yield %r : f64\n  } -> " + typeOf(shape));
  }
  Tensor conv(Tensor x, int64_t channels, int64_t stride) {
    int64_t k = 1 + 2 * pick(2);
    if (k == 3) {
      std::vector<int64_t> padded = {1, x.shape[1] + 2, x.shape[2] + 2, x.shape[3]};
      x = emit(padded, "tensor.pad " + x.name + " low[0, 1, 1, 0] high[0, 1, 1, 0] {\n  ^bb0(%i: index, %j: index, %k: index, %l: index):\n"
               "    %q = arith.constant 0.0 : f64\n    tensor.yield %q : f64\n  } : " + typeOf(x) + " to " + typeOf(padded));
    }
    std::vector<int8_t> flags = flagsOf(channels);
    Tensor w = weight({k, k, x.shape[3], channels}, flags);
    std::vector<int64_t> shape = {1, (x.shape[1] - k) / stride + 1, (x.shape[2] - k) / stride + 1, channels};
    Tensor y = emit(shape, "linalg.conv_2d_nhwc_hwcf {strides = dense<" + std::to_string(stride) + "> : tensor<2xi64>}" +
                    insOuts({x, w}, filled(shape, "0.0")) + " -> " + typeOf(shape));
    if (pick(3) == 0) // a bias of its own: dead channels are constants
      flags.assign(channels, 1);
    Tensor b = weight({channels}, flags);
    y = elementwise({y, b}, "    %r = arith.addf %p0, %p1 : f64\n");
    if (pick(2)) { // normalisation with constant statistics
      Tensor scale = weight({channels}, std::vector<int8_t>(channels, 1)), shift = weight({channels}, flags);
      y = elementwise({y, scale, shift}, "    %s = arith.mulf %p0, %p1 : f64\n    %r = arith.addf %s, %p2 : f64\n");
    }
    const char *activations[] = {"    %z = arith.constant 0.0 : f64\n    %r = arith.maximumf %p0, %z : f64\n",
                                 "    %r = math.tanh %p0 : f64\n", "    %r = math.exp %p0 : f64\n", "    %r = arith.negf %p0 : f64\n"};
    return elementwise({y}, activations[std::max(0, pick(6) - 2)]);
  }
  void build() {
    std::vector<int64_t> shape = {1, 3 + pick(4), 3 + pick(4), 1 + pick(5)};
    Tensor x = argument({shape, numbers(product(shape)), {}});
    for (int step = 0; step < 2; ++step)
      switch (pick(4)) {
      case 0:
        x = conv(x, 1 + pick(7), 1 + pick(2));
        break;
      case 1: // a residual sum, of two pruned sides or of one
        x = elementwise({conv(conv(x, 1 + pick(7), 1), x.shape[3], 1), pick(2) ? conv(x, x.shape[3], 1) : x},
                        "    %r = arith.addf %p0, %p1 : f64\n");
        break;
      case 2: {
        Tensor a = conv(x, 1 + pick(5), 1), b = conv(x, 1 + pick(5), 1);
        std::vector<int64_t> both = {1, a.shape[1], a.shape[2], a.shape[3] + b.shape[3]};
        x = emit(both, "tensor.concat dim(3) " + a.name + ", " + b.name + " : (" + typeOf(a) + ", " + typeOf(b) + ") -> " + typeOf(both));
        break;
      }
      case 3: {
        x = conv(x, 1 + pick(7), 1);
        std::vector<int64_t> small = {1, x.shape[1], x.shape[2] / 2, x.shape[3]};
        Tensor window = emit({1, 2}, "tensor.empty() : tensor<1x2xf64>");
        if (small[2] > 0)
          x = emit(small, "linalg.pooling_nhwc_max {strides = dense<[1, 2]> : tensor<2xi64>}" +
                   insOuts({x, window}, filled(small, "0xFFF0000000000000")) + " -> " + typeOf(small));
        break;
      }
      }
    int64_t features = product(x.shape);
    Tensor flat = emit({1, features}, "tensor.collapse_shape " + x.name + " [[0], [1, 2, 3]] : " + typeOf(x) + " into " + typeOf({1, features}));
    Tensor w = weight({features, 3}, flagsOf(features), false);
    result = emit({1, 3}, "linalg.matmul" + insOuts({flat, w}, filled({1, 3}, "0.0")) + " -> tensor<1x3xf64>");
  }

  std::mt19937 random;
  Form form;
  std::string arguments, body;
  std::vector<Input> inputs;
  int count = 0;
  Tensor result;
};

} // namespace scratch::test
#endif // SCRATCH_TEST_PRUNE_RANDOMNET_H
