//===- DenseKernels.h - dense products as text, for tests -------*- C++ -*-===//
#ifndef SCRATCH_TEST_EXPAND_DENSEKERNELS_H
#define SCRATCH_TEST_EXPAND_DENSEKERNELS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scratch::test {

inline std::string replaceAll(std::string text,
                              const std::vector<std::pair<std::string, std::string>> &words) {
  for (auto &[from, to] : words)
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  return text;
}

/// @f(A, B, C): A times B, read by the given maps, added to C or to zeros.
inline std::string matmulText(const std::string &a, const std::string &b,
                              const std::string &element, bool fromZero = false) {
  return replaceAll(R"(
func.func @f(%A: tensor<?x?x$T>, %B: tensor<?x?x$T>, %C: tensor<?x?x$T>) -> tensor<?x?x$T> {
  %zero = arith.constant 0.0 : $T
  %Z = linalg.fill ins(%zero : $T) outs(%C : tensor<?x?x$T>) -> tensor<?x?x$T>
  %r = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> ($A)>,
      affine_map<(m, n, k) -> ($B)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%A, %B : tensor<?x?x$T>, tensor<?x?x$T>) outs($I : tensor<?x?x$T>) -> tensor<?x?x$T>
  return %r : tensor<?x?x$T>
})", {{"$A", a}, {"$B", b}, {"$I", fromZero ? "%Z" : "%C"}, {"$T", element}});
}

struct ConvolutionCase {
  int64_t height, width, stride, dilation, pad, channels, filters;

  int64_t reach(int64_t taps) const { return (taps - 1) * dilation + 1; }
  int64_t outputSize(int64_t size, int64_t taps) const {
    return (size + 2 * pad - reach(taps)) / stride + 1;
  }
  int64_t weights() const { return height * width * channels * filters; }
};

/// A convolution and its gradients: @forward(x, w, shape of y), @input(dy, w, shape
/// of x) and @weights(x, dy, shape of w); the last argument gives extents only.
/// Channels and filters are known at compile time, or not (`dynamic`).
inline std::string convolutionText(const ConvolutionCase &c, const std::string &element,
                                   bool dynamic = false) {
  auto number = [](int64_t n) { return std::to_string(n); };
  auto size = [&](int64_t n) { return dynamic ? "?" : number(n); };
  std::string x = "tensor<?x?x?x" + size(c.channels) + "x" + element + ">";
  std::string y = "tensor<?x?x?x" + size(c.filters) + "x" + element + ">";
  std::string w = "tensor<" + number(c.height) + "x" + number(c.width) + "x" + size(c.channels) +
                  "x" + size(c.filters) + "x" + element + ">";
  std::string t = "tensor<" + number(c.height) + "x" + number(c.width) + "x" + size(c.filters) +
                  "x" + size(c.channels) + "x" + element + ">";
  return replaceAll(R"(
func.func @forward(%x: $X, %w: $W, %shape: $Y) -> $Y {
  %zero = arith.constant 0.0 : $T
  %p = tensor.pad %x low[0, $P, $P, 0] high[0, $P, $P, 0] {
  ^bb0(%n: index, %i: index, %j: index, %k: index):
    tensor.yield %zero : $T
  } : $X to $X
  %z = linalg.fill ins(%zero : $T) outs(%shape : $Y) -> $Y
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<$S> : vector<2xi64>, dilations = dense<$D> : vector<2xi64>}
       ins(%p, %w : $X, $W) outs(%z : $Y) -> $Y
  return %y : $Y
}
// dx: dy spread by the stride, padded, times the flipped filters. What the stride
// cut off at the end stays zero: those pixels of x were never read.
func.func @input(%dy: $Y, %w: $W, %shape: $X) -> $X {
  %zero = arith.constant 0.0 : $T
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %s = arith.constant $S : index
  %rh = arith.constant $RH : index
  %rw = arith.constant $RW : index
  %lh = arith.constant $LH : index
  %lw = arith.constant $LW : index
  %n = tensor.dim %dy, %c0 : $Y
  %oh = tensor.dim %dy, %c1 : $Y
  %ow = tensor.dim %dy, %c2 : $Y
  %f = tensor.dim %dy, %c3 : $Y
  %ih = tensor.dim %shape, %c1 : $X
  %iw = tensor.dim %shape, %c2 : $X
  %k = tensor.dim %shape, %c3 : $X
  %oh1 = arith.subi %oh, %c1 : index
  %ow1 = arith.subi %ow, %c1 : index
  %sh0 = arith.muli %oh1, %s : index
  %sw0 = arith.muli %ow1, %s : index
  %sh = arith.addi %sh0, %c1 : index
  %sw = arith.addi %sw0, %c1 : index
  %empty = tensor.empty(%n, %sh, %sw$FE) : $Y
  %zeros = linalg.fill ins(%zero : $T) outs(%empty : $Y) -> $Y
  %spread = tensor.insert_slice %dy into %zeros[0, 0, 0, 0] [%n, %oh, %ow, $FS] [1, $S, $S, 1] : $Y into $Y
  %th0 = arith.addi %ih, %rh : index
  %tw0 = arith.addi %iw, %rw : index
  %th1 = arith.subi %th0, %sh : index
  %tw1 = arith.subi %tw0, %sw : index
  %hh = arith.subi %th1, %lh : index
  %hw = arith.subi %tw1, %lw : index
  %p = tensor.pad %spread low[0, $LH, $LW, 0] high[0, %hh, %hw, 0] {
  ^bb0(%i0: index, %i1: index, %i2: index, %i3: index):
    tensor.yield %zero : $T
  } : $Y to $Y
  %te = tensor.empty($TE) : $F
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, f, k) -> ($H1 - i, $W1 - j, k, f)>,
                       affine_map<(i, j, f, k) -> (i, j, f, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%w : $W) outs(%te : $F) {
  ^bb0(%a: $T, %unused: $T):
    linalg.yield %a : $T
  } -> $F
  %z = linalg.fill ins(%zero : $T) outs(%shape : $X) -> $X
  %dx = linalg.conv_2d_nhwc_hwcf {strides = dense<1> : vector<2xi64>, dilations = dense<$D> : vector<2xi64>}
        ins(%p, %t : $Y, $F) outs(%z : $X) -> $X
  return %dx : $X
}
// dw: a product over all pixels.
func.func @weights(%x: $X, %dy: $Y, %shape: $W) -> $W {
  %zero = arith.constant 0.0 : $T
  %p = tensor.pad %x low[0, $P, $P, 0] high[0, $P, $P, 0] {
  ^bb0(%n: index, %i: index, %j: index, %k: index):
    tensor.yield %zero : $T
  } : $X to $X
  %z = linalg.fill ins(%zero : $T) outs(%shape : $W) -> $W
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f, n, y, x) -> (n, y * $S + i * $D, x * $S + j * $D, k)>,
                       affine_map<(i, j, k, f, n, y, x) -> (n, y, x, f)>,
                       affine_map<(i, j, k, f, n, y, x) -> (i, j, k, f)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : $X, $Y) outs(%z : $W) {
  ^bb0(%a: $T, %g: $T, %sum: $T):
    %m = arith.mulf %a, %g : $T
    %r = arith.addf %sum, %m : $T
    linalg.yield %r : $T
  } -> $W
  return %dw : $W
})",
      {{"$X", x}, {"$Y", y}, {"$W1", number(c.width - 1)}, {"$H1", number(c.height - 1)},
       {"$W", w}, {"$FE", dynamic ? ", %f" : ""}, {"$FS", dynamic ? "%f" : number(c.filters)},
       {"$F", t}, {"$TE", dynamic ? "%f, %k" : ""}, {"$P", number(c.pad)},
       {"$S", number(c.stride)}, {"$D", number(c.dilation)},
       {"$LH", number(c.reach(c.height) - 1 - c.pad)}, {"$LW", number(c.reach(c.width) - 1 - c.pad)},
       {"$RH", number(c.reach(c.height) - 1)}, {"$RW", number(c.reach(c.width) - 1)},
       {"$T", element}});
}

} // namespace scratch::test
#endif // SCRATCH_TEST_EXPAND_DENSEKERNELS_H
