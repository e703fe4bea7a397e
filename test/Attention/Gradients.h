//===- Gradients.h - gradients of attention, formula and kernel -*- C++ -*-===//
#ifndef SCRATCH_TEST_ATTENTION_GRADIENTS_H
#define SCRATCH_TEST_ATTENTION_GRADIENTS_H

#include "Harness.h"

namespace scratch {

struct Gradients {
  std::vector<double> q, k, v;
};
/// What flows into the score of (batch, head, query, key).
using Flow = std::function<void(int64_t, int64_t, int64_t, int64_t, double)>;

/// Heads first. `slope` is the derivative of the score by the scaled product.
inline Gradients gradients(const scratch_tensor &q, const scratch_tensor &k,
                           const scratch_tensor &v, const scratch_tensor &g,
                           const reference::AttentionFormula &how,
                           std::function<double(double)> slope = {},
                           Flow flows = {}) {
  auto forward = reference::attention(q, k, v, how);
  int64_t heads = q.shape[1], keyHeads = k.shape[1], queries = q.shape[2],
          keys = k.shape[2], size = q.shape[3], valueSize = v.shape[3];
  double scale = how.scale ? how.scale : 1 / std::sqrt(double(size));
  Gradients d{std::vector<double>(q.nnz), std::vector<double>(k.nnz),
              std::vector<double>(v.nnz)};
  for (int64_t b = 0; b < q.shape[0]; ++b)
    for (int64_t h = 0; h < heads; ++h)
      for (int64_t i = 0; i < queries; ++i) {
        int64_t row = (b * heads + h) * queries + i,
                kh = b * keyHeads + h / (heads / keyHeads);
        double delta = 0;
        for (int64_t x = 0; x < valueSize; ++x)
          delta += forward.result[row * valueSize + x] *
                   reference::realAt(g, row * valueSize + x);
        for (int64_t j = 0; j < keys; ++j) {
          if (how.mask && !how.mask(b, h, i, j))
            continue;
          int64_t column = kh * keys + j;
          double s = 0, flow = 0;
          for (int64_t x = 0; x < size; ++x)
            s += scale * reference::realAt(q, row * size + x) *
                 reference::realAt(k, column * size + x);
          double p = std::exp((how.score ? how.score(s, b, h, i, j) : s) -
                              forward.log_sum_exp[row]);
          for (int64_t x = 0; x < valueSize; ++x) {
            flow += reference::realAt(g, row * valueSize + x) *
                    reference::realAt(v, column * valueSize + x);
            d.v[column * valueSize + x] +=
                p * reference::realAt(g, row * valueSize + x);
          }
          if (flows)
            flows(b, h, i, j, p * (flow - delta));
          double ds = p * (flow - delta) * (slope ? slope(s) : 1) * scale;
          for (int64_t x = 0; x < size; ++x) {
            d.q[row * size + x] += ds * reference::realAt(k, column * size + x);
            d.k[column * size + x] += ds * reference::realAt(q, row * size + x);
          }
        }
      }
  return d;
}

/// Text of a kernel that runs forward and backward; `body` makes %m.
inline std::string text(const std::string &element,
                        const std::string &body = "",
                        const std::string &mask = "",
                        const std::string &options = "",
                        const std::string &score = "") {
  std::string t = "tensor<?x?x?x?x" + element + ">", l = "tensor<?x?x?xf32>";
  std::string masked =
      mask.empty() ? "" : " mask(%m : !scratch.mask<" + mask + ">)";
  std::string region = score.empty() ? "" : " score " + score;
  return "func.func @attention(%q: " + t + ", %k: " + t + ", %v: " + t +
         ", %g: " + t + ") -> (" + t + ", " + t + ", " + t + ") {\n" + body +
         "\n  %o, %l = scratch.attention %q, %k, %v" + masked + " " + options +
         " : " + t + ", " + t + ", " + t + " -> " + t + ", " + l + region +
         "\n  %dq, %dk, %dv = scratch.attention_backward %q, %k, %v result(%o, "
         "%l) gradient(%g)" +
         masked + " " + options + " : " + t + ", " + t + ", " + t + ", " + t +
         ", " + l + region + "\n  return %dq, %dk, %dv : " + t + ", " + t +
         ", " + t + "\n}\n";
}

struct Operands {
  Tensor q, k, v, g;
  Operands(scratch_element element, std::vector<int64_t> of,
           std::vector<int64_t> key, int64_t valueSize)
      : q(Tensor::random(1, element, of)), k(Tensor::random(2, element, key)),
        v(Tensor::random(3, element, {key[0], key[1], key[2], valueSize})),
        g(Tensor::random(4, element, {of[0], of[1], of[2], valueSize})) {}
  std::vector<const scratch_tensor *> all() const {
    return {&q.view, &k.view, &v.view, &g.view};
  }
};

inline void check(Kernel &kernel, const Operands &x,
                  const reference::AttentionFormula &how, double largest,
                  std::function<double(double)> slope = {}, int threads = 2) {
  ASSERT_EQ(kernel.call(x.all(), {}, 3, threads), SCRATCH_OK)
      << scratch_last_error();
  Gradients d = gradients(x.q.view, x.k.view, x.v.view, x.g.view, how, slope);
  EXPECT_LT(compare(kernel.results[0], d.q).largest, largest) << "query";
  EXPECT_LT(compare(kernel.results[1], d.k).largest, largest) << "key";
  EXPECT_LT(compare(kernel.results[2], d.v).largest, largest) << "value";
}

} // namespace scratch

#endif // SCRATCH_TEST_ATTENTION_GRADIENTS_H
