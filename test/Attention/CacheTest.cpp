//===- CacheTest.cpp - forms in which models and exchange formats say attention
//-===//
//
// Hidden dimensions that are split into heads, keys appended to a cache,
// lengths of padded sequences, masks that repeat.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;
using reference::AttentionFormula;

// New keys behind those of a cache, which is a result too; causal after what
// was there.
TEST(Cache, NewKeysAreAppended) {
  Kernel kernel(
      R"(func.func @attention(%q: tensor<?x?x?x8xf32>, %k: tensor<?x?x?x8xf32>,
      %past: tensor<?x?x?x8xf32>) -> (tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>) {
    %c2 = arith.constant 2 : index
    %n = tensor.dim %past, %c2 : tensor<?x?x?x8xf32>
    %all = tensor.concat dim(2) %past, %k
        : (tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>) -> tensor<?x?x?x8xf32>
    %m = scratch.mask.causal top_left offset(%n : index) : !scratch.mask<?x?>
    %o = scratch.attention %q, %all, %all mask(%m : !scratch.mask<?x?>)
        : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32> -> tensor<?x?x?x8xf32>
    return %o, %all : tensor<?x?x?x8xf32>, tensor<?x?x?x8xf32>
  })");
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, 5, 8}),
         k = Tensor::random(2, SCRATCH_F32, {2, 2, 5, 8}),
         past = Tensor::random(3, SCRATCH_F32, {2, 2, 70, 8});
  ASSERT_EQ(kernel.call({&q.view, &k.view, &past.view}, {}, 2), SCRATCH_OK)
      << scratch_last_error();
  AttentionFormula how;
  how.mask = [](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + 70; };
  const scratch_tensor &all = kernel.results[1];
  EXPECT_EQ(all.shape[2], 75);
  EXPECT_EQ(reference::realAt(all, 70 * 8), reference::realAt(k.view, 0));
  EXPECT_LT(compare(kernel.results[0],
                    reference::attention(q.view, all, all, how).result)
                .largest,
            1e-5);
}

// [batch, token, hidden] in and out, lengths as 64-bit numbers; one sequence is
// empty.
TEST(Cache, HiddenDimensionsAndLengths) {
  for (const char *lengths :
       {"%n = arith.trunci %l : tensor<2xi64> to tensor<2xi32>\n"
        "%m = scratch.mask.first key (%n : tensor<2xi32>) : "
        "!scratch.mask<2x?x?>",
        "%m = scratch.mask.first key (%l : tensor<2xi64>) : "
        "!scratch.mask<2x?x?>"}) {
    Kernel kernel(
        std::string(
            R"(func.func @attention(%q0: tensor<2x?x24xf32>, %l: tensor<2xi64>)
        -> tensor<2x?x24xf32> {
      %c1 = arith.constant 1 : index
      %s = tensor.dim %q0, %c1 : tensor<2x?x24xf32>
      %q = tensor.expand_shape %q0 [[0], [1], [2, 3]] output_shape [2, %s, 3, 8]
          : tensor<2x?x24xf32> into tensor<2x?x3x8xf32>
      )") +
        lengths + R"(
      %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<2x?x?>) layout bshd
          : tensor<2x?x3x8xf32>, tensor<2x?x3x8xf32>, tensor<2x?x3x8xf32> -> tensor<2x?x3x8xf32>
      %r = tensor.collapse_shape %o [[0], [1], [2, 3]] : tensor<2x?x3x8xf32> into tensor<2x?x24xf32>
      return %r : tensor<2x?x24xf32> })");
    Tensor q = Tensor::random(1, SCRATCH_F32, {2, 90, 24}),
           n = Tensor::of<int64_t>(SCRATCH_I64, {2}, {33, 0});
    ASSERT_EQ(kernel.call({&q.view, &n.view}, {}, 1), SCRATCH_OK)
        << scratch_last_error();
    Tensor split = Tensor::of<float>(
        SCRATCH_F32, {2, 90, 3, 8},
        std::vector<float>(reinterpret_cast<float *>(q.bytes.data()),
                           reinterpret_cast<float *>(q.bytes.data()) +
                               2 * 90 * 24));
    AttentionFormula how;
    how.heads_first = false;
    how.mask = [](int64_t b, int64_t, int64_t, int64_t j) {
      return b == 0 && j < 33;
    };
    auto expected =
        reference::attention(split.view, split.view, split.view, how);
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
  }
}

// Dense masks with one entry for all queries, keys or heads; a list of queries
// before one.
TEST(Cache, MasksThatRepeat) {
  for (auto [type, shape] :
       {std::pair<std::string, std::vector<int64_t>>{"?x1x1x?", {2, 1, 1, 75}},
        {"?x?x?x1", {2, 4, 70, 1}},
        {"1x?x1x?", {1, 4, 1, 75}},
        {"?x?x?", {4, 70, 75}}, // the mask has heads: so has the tensor
        {"4x1x?", {4, 1, 75}},
        {"1x75", {1, 75}}}) {
    SCOPED_TRACE(type);
    Kernel kernel(kernelText(
        "f32", "8", "8", ", %t: tensor<" + type + "xi8>, %i: tensor<30xi32>",
        "%n = scratch.mask.from value %t : tensor<" + type +
            "xi8> -> !scratch.mask<2x4x70x75>\n"
            "%p = scratch.mask.listed query (%i : tensor<30xi32>) : "
            "!scratch.mask<2x4x70x75>\n"
            "%m = scratch.mask.and %n, %p : !scratch.mask<2x4x70x75>",
        "2x4x70x75"));
    size_t count = 1;
    for (int64_t extent : shape)
      count *= extent;
    std::vector<int8_t> flags(count);
    for (size_t at = 0; at < count; ++at)
      flags[at] = at * at % 3 != 0;
    std::vector<int32_t> ids;
    for (int32_t at = 0; at < 30; ++at)
      ids.push_back(at * 2 + 3);
    Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, 70, 8}),
           k = Tensor::random(2, SCRATCH_F32, {2, 2, 75, 8}),
           t = Tensor::of(SCRATCH_I8, shape, flags),
           list = Tensor::of(SCRATCH_I32, {30}, ids);
    ASSERT_EQ(
        kernel.call({&q.view, &k.view, &k.view, &t.view, &list.view}, {}, 2),
        SCRATCH_OK)
        << scratch_last_error();
    AttentionFormula how;
    how.mask = [&, rank = shape.size(), extents = shape](int64_t b, int64_t h,
                                                         int64_t i, int64_t j) {
      int64_t numbers[] = {b, h, i, j}, at = 0;
      for (size_t d = 0; d < rank; ++d)
        at = at * extents[d] + (extents[d] == 1 ? 0 : numbers[4 - rank + d]);
      return flags[at] && i >= 3 && i < 63 && i % 2;
    };
    auto expected = reference::attention(q.view, k.view, k.view, how);
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
  }
}

// Words for each head, the same for all batches.
TEST(Cache, PackedWordsOfHeads) {
  Kernel kernel(kernelText("f32", "8", "8", ", %t: tensor<?x?x?xi32>",
                           "%m = scratch.mask.packed %t : tensor<?x?x?xi32> -> "
                           "!scratch.mask<?x?x?x?>",
                           "?x?x?x?"));
  std::vector<int32_t> words;
  for (int32_t at = 0; at < 4 * 70 * 3; ++at)
    words.push_back(at * 0x9e3779b9u);
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, 70, 8}),
         k = Tensor::random(2, SCRATCH_F32, {2, 2, 75, 8}),
         t = Tensor::of(SCRATCH_I32, {4, 70, 3}, words);
  ASSERT_EQ(kernel.call({&q.view, &k.view, &k.view, &t.view}, {}, 2), SCRATCH_OK)
      << scratch_last_error();
  AttentionFormula how;
  how.mask = [&](int64_t, int64_t h, int64_t i, int64_t j) {
    return words[(h * 70 + i) * 3 + j / 32] >> j % 32 & 1;
  };
  auto expected = reference::attention(q.view, k.view, k.view, how);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
}

// The result of one layer is the queries of the next.
TEST(Cache, LayersInALoop) {
  Kernel kernel(R"(
    !t = tensor<1x2x?x8xf32>
    func.func @attention(%x: !t, %n: index) -> !t {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (!t) {
        %o = scratch.attention %a, %x, %x outs(%a : !t) : !t, !t, !t -> !t
        scf.yield %o : !t
      }
      return %r : !t
    })");
  Tensor x = Tensor::random(1, SCRATCH_F32, {1, 2, 70, 8}), layer = x;
  layer.view.values = layer.bytes.data();
  for (int64_t layers : {0, 1, 2, 3}) {
    ASSERT_EQ(kernel.call({&x.view}, {layers}, 1), SCRATCH_OK) << scratch_last_error();
    if (layers == 0)
      continue;
    auto expected = reference::attention(layer.view, x.view, x.view, {});
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
    layer = Tensor::of(SCRATCH_F32, {1, 2, 70, 8},
                       std::vector<float>(expected.result.begin(), expected.result.end()));
  }
}
