//===- PackingTest.cpp - where tiles find keys and values -----------------===//
//
// Workers pack tiles and keep them, or find them packed; values are copied where vectors
// of many readers would straddle cache lines. Whatever was chosen, results are those of the
// formula.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;

/// The same numbers `offset` bytes behind a cache line.
static Tensor moved(const Tensor &from, size_t offset) {
  size_t bytes = from.bytes.size();
  Tensor to;
  to.bytes.resize(bytes + 128);
  auto address = reinterpret_cast<uintptr_t>(to.bytes.data());
  uint8_t *start = to.bytes.data() + (64 - address % 64) % 64 + offset;
  std::memcpy(start, from.bytes.data(), bytes);
  EXPECT_EQ(scratch_wrap_dense(&to.view, scratch_element(from.view.element), from.view.rank,
                               from.view.shape, start),
            SCRATCH_OK);
  return to;
}

static void check(Kernel &kernel, scratch_element element, int64_t queries, int64_t keys,
                  int64_t size, int64_t valueSize, double largest) {
  Tensor q = Tensor::random(1, element, {1, 1, queries, size}),
         k = Tensor::random(2, element, {1, 1, keys, size}),
         v = Tensor::random(3, element, {1, 1, keys, valueSize});
  auto expected = reference::attention(q.view, k.view, v.view, {});
  for (size_t offset : {0, 20}) {
    SCOPED_TRACE(testing::PrintToString(std::vector<int64_t>{queries, keys, int64_t(offset)}));
    Tensor values = moved(v, offset);
    ASSERT_EQ(kernel.call({&q.view, &k.view, &values.view}, {}, 2, 2), SCRATCH_OK)
        << scratch_last_error();
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, largest);
    EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 2e-5);
  }
}

static const char *kSmallTiles =
    "{tiling = #scratch.tiling<queries = 24, keys = 64, rows = 6, vectors = 2, lanes = 8>}";

// A store has sixteen tiles of 64 keys of 128 numbers. One and three blocks of 24 queries pack
// their tiles, so do seven where they find them in the store; of a longer list seven find them
// packed. Values are copied from 128 readers on.
TEST(Packing, WhereTilesComeFrom) {
  Kernel inPlace(kernelText("f32", "128", "32", "", "", "", kSmallTiles));
  Kernel padded(kernelText("f32", "128", "20", "", "", "", kSmallTiles));
  Kernel widened(kernelText("f16", "128", "32", "", "", "", kSmallTiles));
  for (int64_t queries : {24, 70, 160})
    for (int64_t keys : {150, 1100}) {
      check(inPlace, SCRATCH_F32, queries, keys, 128, 32, 2e-5);
      check(padded, SCRATCH_F32, queries, keys, 128, 20, 2e-5);
      check(widened, SCRATCH_F16, queries, keys, 128, 32, 2e-3);
    }
}

// Under a window blocks that follow one another meet most of each other's tiles, also where a
// list has more of them (18) than a store (16): slots change hands.
TEST(Packing, WindowsMoveThroughTheStore) {
  Kernel kernel(kernelText("f32", "128", "32", ", %w: index",
                           "  %m = scratch.mask.window top_left left(%w) right(%w) "
                           ": !scratch.mask<?x?>",
                           "?x?", kSmallTiles));
  Tensor q = Tensor::random(1, SCRATCH_F32, {1, 1, 1150, 128}),
         k = Tensor::random(2, SCRATCH_F32, {1, 1, 1150, 128}),
         v = Tensor::random(3, SCRATCH_F32, {1, 1, 1150, 32});
  for (int64_t reach : {70, 500}) {
    reference::AttentionFormula how;
    how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) { return std::abs(i - j) <= reach; };
    auto expected = reference::attention(q.view, k.view, v.view, how);
    ASSERT_EQ(kernel.call({&q.view, &k.view, &v.view}, {reach}, 2, 2), SCRATCH_OK)
        << scratch_last_error();
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 2e-5);
  }
}

// What fills the last panel's last vector is multiplied as a whole panel.
TEST(Packing, LastPanels) {
  Kernel kernel(kernelText("f32", "24", "32"));
  for (int64_t keys : {1, 15, 16, 17, 33, 47, 48, 49, 63, 64, 65, 113, 255, 257, 305})
    check(kernel, SCRATCH_F32, 13, keys, 24, 32, 2e-5);
}
