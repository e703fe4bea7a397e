//===- BlocksTest.cpp - the inspector's block list, by brute force --------===//
#include "Harness.h"

using namespace scratch;

static const char *kRegion = R"(%m0 = scratch.mask.region {
    ^bb0(%b: index, %h: index, %i: index, %j: index):
      %c9 = arith.constant 9 : index
      %p = arith.muli %i, %j : index
      %r = arith.remui %p, %c9 : index
      %c4 = arith.constant 4 : index
      %live = arith.cmpi ult, %r, %c4 : index
      scratch.yield %live : i1
    } : !scratch.mask<?x?>)";

// Closed forms, tables and dense data: every block is what its entries say.
TEST(MaskBlocks, KindsAreThoseOfTheEntries) {
  constexpr int64_t kQueries = 100, kKeys = 130, kRows = 16, kColumns = 24;
  std::vector<int8_t> bytes(kQueries * kKeys);
  for (int64_t i = 0; i < kQueries; ++i)
    for (int64_t j = 0; j < kKeys; ++j)
      bytes[i * kKeys + j] = (i / 30 + j / 50) % 2 == 0;
  Tensor dense = Tensor::of(SCRATCH_I8, {kQueries, kKeys}, bytes);
  Kernel kernel(R"(
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @attention(%d: tensor<?x?xi8>, %q: index, %k: index) -> tensor<?x?xi8, #CSR> {
  %c40 = arith.constant 40 : index
  %a = scratch.mask.from value %d : tensor<?x?xi8> -> !scratch.mask<?x?>
  %w = scratch.mask.window bottom_right left(%c40) : !scratch.mask<?x?>
  %m = scratch.mask.and %a, %w : !scratch.mask<?x?>
  %l = scratch.mask_blocks %m block [16, 24] shape(%q, %k) : !scratch.mask<?x?> -> tensor<?x?xi8, #CSR>
  return %l : tensor<?x?xi8, #CSR>
})");
  ASSERT_EQ(kernel.call({&dense.view}, {kQueries, kKeys}, 1, 2), SCRATCH_OK);
  const scratch_tensor &list = kernel.results[0];
  auto positions = static_cast<const int32_t *>(list.positions);
  auto columns = static_cast<const int32_t *>(list.coordinates);
  auto kinds = static_cast<const int8_t *>(list.values);
  int64_t rows = (kQueries + kRows - 1) / kRows, width = (kKeys + kColumns - 1) / kColumns;
  ASSERT_EQ(list.shape[0], rows);
  ASSERT_EQ(list.shape[1], width);
  int64_t full = 0, skipped = 0;
  for (int64_t r = 0; r < rows; ++r) {
    int32_t at = positions[r];
    for (int64_t c = 0; c < width; ++c) {
      bool any = false, all = true;
      for (int64_t i = r * kRows; i < std::min(kQueries, (r + 1) * kRows); ++i)
        for (int64_t j = c * kColumns; j < std::min(kKeys, (c + 1) * kColumns); ++j) {
          bool live = bytes[i * kKeys + j] && i + kKeys - kQueries - j <= 40;
          any |= live;
          all &= live;
        }
      int found = at < positions[r + 1] && columns[at] == c ? kinds[at++] : 0;
      EXPECT_TRUE(found || !any) << r << ", " << c;
      EXPECT_TRUE(found != 2 || all) << r << ", " << c;
      full += found == 2;
      skipped += found == 0;
    }
    EXPECT_EQ(at, positions[r + 1]);
  }
  EXPECT_GT(full, 0);
  EXPECT_GT(skipped, 0);
}

// A list made once gives what the mask itself gives.
TEST(MaskBlocks, ListRefinesTheMaskItWasMadeOf) {
  std::string listed = std::string(kRegion) + R"(
  %c2 = arith.constant 2 : index
  %sq = tensor.dim %q, %c2 : tensor<?x?x?x16xf32>
  %sk = tensor.dim %k, %c2 : tensor<?x?x?x16xf32>
  %l = scratch.mask_blocks %m0 block [8, 16] shape(%sq, %sk) : !scratch.mask<?x?> -> tensor<?x?xi8, #CSR>
  %m = scratch.mask.blocks %l block [8, 16] of(%m0 : !scratch.mask<?x?>) : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>)";
  Kernel kernel(kernelText("f32", "16", "16", "", listed, "?x?"));
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 2, 90, 16}),
         k = Tensor::random(2, SCRATCH_F32, {2, 2, 75, 16});
  ASSERT_EQ(kernel.call({&q.view, &k.view, &k.view}, {}, 2), SCRATCH_OK) << scratch_last_error();
  reference::AttentionFormula how;
  how.mask = [](int64_t, int64_t, int64_t i, int64_t j) { return i * j % 9 < 4; };
  auto expected = reference::attention(q.view, k.view, k.view, how);
  EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
}
