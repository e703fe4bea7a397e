//===- RewriteTest.cpp - each rewrite of attention, on and off ------------===//
//
// Every rewrite is compared with the plain formula, alone and switched off.
//
//===----------------------------------------------------------------------===//
#include "Harness.h"

using namespace scratch;

namespace {
struct Rewrite : testing::Test {
  /// `batches` x 2 heads on the mask %m of `body`, with the given rewrites.
  void check(const std::string &tail, const std::string &body, const std::string &domain,
             std::vector<const Tensor *> data, std::vector<int64_t> numbers, int64_t queries,
             int64_t keys,
             std::function<bool(int64_t, int64_t, int64_t, int64_t)> live,
             const std::string &rewrites, const std::string &score = "") {
    Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, queries, 16}),
           k = Tensor::random(2, SCRATCH_F32, {2, 2, keys, 16}),
           v = Tensor::random(3, SCRATCH_F32, {2, 2, keys, 16});
    std::vector<const scratch_tensor *> operands{&q.view, &k.view, &v.view};
    for (const Tensor *tensor : data)
      operands.push_back(&tensor->view);
    reference::AttentionFormula how;
    how.mask = live;
    if (!score.empty())
      how.score = [](double s, int64_t, int64_t, int64_t i, int64_t j) {
        return s + 0.01 * double(i - 2 * j);
      };
    auto expected = reference::attention(q.view, k.view, v.view, how);
    for (const std::string &option : {rewrites, std::string("none")}) {
      SCOPED_TRACE(option);
      Kernel kernel(kernelText("f32", "16", "16", tail, body, domain,
                               "{rewrites = #scratch.rewrites<" + option + ">}", score));
      ASSERT_EQ(kernel.call(operands, numbers, 2, 2), SCRATCH_OK) << scratch_last_error();
      EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
      EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5);
    }
  }
  static constexpr const char *kScore = R"({
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %j2 = arith.addi %j, %j : index
      %apart = arith.subi %i, %j2 : index
      %d1 = arith.index_cast %apart : index to i32
      %f = arith.sitofp %d1 : i32 to f32
      %c = arith.constant 0.01 : f32
      %bias = arith.mulf %f, %c : f32
      %t = arith.addf %s, %bias : f32
      scratch.yield %t : f32
    })";
};
} // namespace

TEST_F(Rewrite, KeepListsOfKeysAreCompacted) {
  constexpr int64_t kTokens = 200;
  std::vector<int32_t> ids; // 50 per batch, shuffled, one named twice
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t n = 0; n < 50; ++n)
      ids.push_back(n == 49 ? ids[b * 50] : int32_t((n * 7 + b * 3) * 11 % kTokens));
  Tensor list = Tensor::of(SCRATCH_I32, {2, 50}, ids);
  auto named = [&](int64_t b, int64_t j) {
    return std::find(ids.begin() + b * 50, ids.begin() + (b + 1) * 50, j) !=
           ids.begin() + (b + 1) * 50;
  };
  std::string keys = "%kept = scratch.mask.listed key(%ids : tensor<2x50xi32>) : !scratch.mask<2x?x?>\n",
              tail = ", %ids: tensor<2x50xi32>";
  check(tail, "%m = scratch.mask.listed key(%ids : tensor<2x50xi32>) : !scratch.mask<2x?x?>",
        "2x?x?", {&list}, {}, kTokens, kTokens,
        [&](int64_t b, int64_t, int64_t, int64_t j) { return named(b, j); }, "compact", kScore);
  // What else the mask says is asked of the tokens, in closed form, by table or by region.
  check(tail, keys + R"(%past = scratch.mask.causal top_left : !scratch.mask<2x?x?>
    %odd = scratch.mask.region { ^bb0(%b: index, %h: index, %i: index, %j: index):
      %p = arith.muli %i, %j : index
      %c3 = arith.constant 3 : index
      %r = arith.remui %p, %c3 : index
      %z = arith.cmpi ne, %r, %b : index
      scratch.yield %z : i1 } : !scratch.mask<2x?x?>
    %n = scratch.mask.and %past, %odd : !scratch.mask<2x?x?>
    %m = scratch.mask.and %kept, %n : !scratch.mask<2x?x?>)",
        "2x?x?", {&list}, {}, kTokens, kTokens,
        [&](int64_t b, int64_t, int64_t i, int64_t j) {
          return named(b, j) && j <= i && i * j % 3 != b;
        },
        "compact");
}

TEST_F(Rewrite, QueriesAndKeysOfUnequalCountsAreCompacted) {
  constexpr int64_t kQueries = 130, kKeys = 150;
  std::vector<int8_t> flags; // batch 0 keeps a third, batch 1 two
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t t = 0; t < kQueries; ++t)
      flags.push_back(b == 0 ? t % 3 == 1 : t == 5 || t == 77);
  std::vector<int8_t> keyFlags;
  std::vector<int32_t> documents;
  for (int64_t t = 0; t < kKeys; ++t) {
    keyFlags.push_back(t % 5 != 0);
    documents.push_back(t / 40);
  }
  std::vector<int32_t> queryDocuments(documents.begin(), documents.begin() + kQueries);
  Tensor f = Tensor::of(SCRATCH_I8, {2, kQueries}, flags), g = Tensor::of(SCRATCH_I8, {kKeys}, keyFlags),
         dq = Tensor::of(SCRATCH_I32, {kQueries}, queryDocuments),
         dk = Tensor::of(SCRATCH_I32, {kKeys}, documents);
  check(", %f: tensor<2x?xi8>, %g: tensor<?xi8>, %dq: tensor<?xi32>, %dk: tensor<?xi32>",
        R"(%a = scratch.mask.keep query(%f : tensor<2x?xi8>) : !scratch.mask<2x?x?>
    %b = scratch.mask.keep key(%g : tensor<?xi8>) : !scratch.mask<2x?x?>
    %d = scratch.mask.documents %dq, %dk sorted : tensor<?xi32>, tensor<?xi32> -> !scratch.mask<2x?x?>
    %ab = scratch.mask.and %a, %b : !scratch.mask<2x?x?>
    %m = scratch.mask.and %ab, %d : !scratch.mask<2x?x?>)",
        "2x?x?", {&f, &g, &dq, &dk}, {}, kQueries, kKeys,
        [&](int64_t b, int64_t, int64_t i, int64_t j) {
          return flags[b * kQueries + i] && keyFlags[j] && i / 40 == j / 40;
        },
        "compact|ranges");
}

TEST_F(Rewrite, DilatedWindowsAreOrderedByResidue) {
  std::string tail = ", %d: index";
  auto modulo = [](int64_t a, int64_t d) { return (a % d + d) % d; };
  for (int64_t dilation : {1, 3, 1000})
    check(tail, R"(%c5 = arith.constant 5 : index
    %c2 = arith.constant 2 : index
    %m = scratch.mask.window bottom_right left(%c5) right(%c2) dilation(%d : index) : !scratch.mask<?x?>)",
          "?x?", {}, {dilation}, 170, 150,
          [&](int64_t, int64_t, int64_t i, int64_t j) {
            int64_t p = i - 20 - j;
            return modulo(p, dilation) == 0 && p <= 5 * dilation && -p <= 2 * dilation;
          },
          "residues", dilation == 3 ? kScore : "");
  // Open to one side, with global tokens beside it.
  check("", R"(%c4 = arith.constant 4 : index
    %c3 = arith.constant 3 : index
    %w = scratch.mask.window top_left right(%c4) dilation(%c3 : index) : !scratch.mask<?x?>
    %g = scratch.mask.first key(%c4 : index) : !scratch.mask<?x?>
    %m = scratch.mask.or %w, %g : !scratch.mask<?x?>)",
        "?x?", {}, {}, 140, 160,
        [&](int64_t, int64_t, int64_t i, int64_t j) {
          return j < 4 || (modulo(i - j, 3) == 0 && j - i <= 12);
        },
        "residues");
}

// Behind a cache: the offset moves the residues of queries, one for all batches; with one
// for each there is no such order, and two windows need the same one to share it.
TEST_F(Rewrite, DilatedWindowsBehindACache) {
  auto near = [](int64_t apart, int64_t dilation, int64_t left, int64_t right) {
    return apart % dilation == 0 && apart <= left * dilation && -apart <= right * dilation;
  };
  for (int64_t past : {0, 100, -31, 5000, 1 << 26})
    for (int64_t dilation : {1, 3, 4999, 1 << 26})
      check(", %p: index, %d: index", R"(%c40 = arith.constant 40 : index
    %c2 = arith.constant 2 : index
    %m = scratch.mask.window bottom_right offset(%p : index) left(%c40) right(%c2) dilation(%d : index) : !scratch.mask<?x?>)",
            "?x?", {}, {past, dilation}, 40, 150,
            [&](int64_t, int64_t, int64_t i, int64_t j) {
              return near(i + 110 + past - j, dilation, 40, 2);
            },
            "residues", dilation == 3 ? kScore : "");
  Tensor past = Tensor::of<int32_t>(SCRATCH_I32, {2}, {100, 7});
  check(", %p: tensor<2xi32>, %n: index, %d: index", R"(%c9 = arith.constant 9 : index
    %a = scratch.mask.window top_left offset(%p : tensor<2xi32>) left(%c9) right(%c9) dilation(%d : index) : !scratch.mask<2x?x?>
    %b = scratch.mask.window top_left offset(%n : index) left(%c9) dilation(%d : index) : !scratch.mask<2x?x?>
    %c = scratch.mask.window top_left left(%c9) dilation(%d : index) : !scratch.mask<2x?x?>
    %ab = scratch.mask.or %a, %b : !scratch.mask<2x?x?>
    %m = scratch.mask.or %ab, %c : !scratch.mask<2x?x?>)",
        "2x?x?", {&past}, {51, 2}, 40, 150,
        [&](int64_t b, int64_t, int64_t i, int64_t j) {
          return near(i + (b ? 7 : 100) - j, 2, 9, 9) || near(i + 51 - j, 2, 9, 1000) ||
                 near(i - j, 2, 9, 1000);
        },
        "residues");
}

// A side that ends before the query itself, and one that no token can reach.
TEST_F(Rewrite, DilatedWindowsBesideTheQuery) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (auto [left, right] : {std::pair<int64_t, int64_t>{6, -2}, {-1, 4}, {-3, 1}, {kMost, -2},
                             {kMost, kMost}, {-kMost, 3}})
    check(", %l: index, %r: index", R"(%c3 = arith.constant 3 : index
    %m = scratch.mask.window top_left left(%l) right(%r) dilation(%c3 : index) : !scratch.mask<?x?>)",
          "?x?", {}, {left, right}, 140, 160,
          [left = left, right = right](int64_t, int64_t, int64_t i, int64_t j) {
            int64_t steps = (i - j) / 3; // exact where it matters
            return (i - j) % 3 == 0 && steps <= left && -steps <= right;
          },
          "residues");
}

// Heads that share keys, too, have orders of their own.
TEST_F(Rewrite, HeadsAreOrderedByResiduesOfTheirOwn) {
  std::vector<int32_t> dilations{1, 3, 1000, 2};
  Tensor list = Tensor::of(SCRATCH_I32, {4}, dilations);
  auto near = [&](int64_t h, int64_t apart, int64_t left, int64_t right) {
    int64_t d = dilations[h];
    return apart % d == 0 && apart <= left * d && -apart <= right * d;
  };
  for (const char *score : {"", kScore})
    check(", %d: tensor<?xi32>", R"(%c5 = arith.constant 5 : index
    %c9 = arith.constant 9 : index
    %m = scratch.mask.window bottom_right left(%c9) right(%c5) dilation(%d : tensor<?xi32>) : !scratch.mask<?x?x?x?>)",
          "?x?x?x?", {&list}, {}, 170, 150,
          [&](int64_t, int64_t h, int64_t i, int64_t j) { return near(h, i - 20 - j, 9, 5); },
          "residues", score);
  // Open to one side, with what another leaf asks of the tokens.
  check(", %d: tensor<?xi32>", R"(%c4 = arith.constant 4 : index
    %w = scratch.mask.window top_left right(%c4) dilation(%d : tensor<?xi32>) : !scratch.mask<?x?x?x?>
    %g = scratch.mask.first key(%c4 : index) : !scratch.mask<?x?x?x?>
    %m = scratch.mask.or %w, %g : !scratch.mask<?x?x?x?>)",
        "?x?x?x?", {&list}, {}, 140, 160,
        [&](int64_t, int64_t h, int64_t i, int64_t j) {
          return j < 4 || near(h, i - j, 1000, 4);
        },
        "residues");
}

TEST_F(Rewrite, NeighbourhoodsAreOrderedByPatch) {
  auto start = [](int64_t x, int64_t extent, int64_t kernel) {
    return std::clamp<int64_t>(x - kernel / 2, 0, extent - kernel);
  };
  check("", R"(%near = scratch.mask.neighbourhood grid [11, 18] kernel [5, 3] : !scratch.mask<?x?>
    %c9 = arith.constant 9 : index
    %g = scratch.mask.first key(%c9 : index) : !scratch.mask<?x?>
    %m = scratch.mask.or %near, %g : !scratch.mask<?x?>)",
        "?x?", {}, {}, 198, 198,
        [&](int64_t, int64_t, int64_t i, int64_t j) {
          int64_t y = j / 18 - start(i / 18, 11, 5), x = j % 18 - start(i % 18, 18, 3);
          return j < 9 || (y >= 0 && y < 5 && x >= 0 && x < 3);
        },
        "patches", kScore);
}

TEST_F(Rewrite, SortedDocumentsAreRangesOfKeys) {
  constexpr int64_t kQueries = 150, kKeys = 170;
  std::vector<int32_t> query, key;
  for (int64_t b = 0; b < 2; ++b) {
    for (int64_t i = 0; i < kQueries; ++i)
      query.push_back(i / (20 + 30 * b)); // the last ones have no keys
    for (int64_t j = 0; j < kKeys; ++j)
      key.push_back(j / 35 * 2 * b + j / 60 * (1 - b));
  }
  Tensor q = Tensor::of(SCRATCH_I32, {2, kQueries}, query), k = Tensor::of(SCRATCH_I32, {2, kKeys}, key);
  check(", %a: tensor<2x?xi32>, %c: tensor<2x?xi32>", R"(
    %d = scratch.mask.documents %a, %c sorted : tensor<2x?xi32>, tensor<2x?xi32> -> !scratch.mask<2x?x?>
    %past = scratch.mask.causal bottom_right : !scratch.mask<2x?x?>
    %m = scratch.mask.and %d, %past : !scratch.mask<2x?x?>)",
        "2x?x?", {&q, &k}, {}, kQueries, kKeys,
        [&](int64_t b, int64_t, int64_t i, int64_t j) {
          return query[b * kQueries + i] == key[b * kKeys + j] && j <= i + kKeys - kQueries;
        },
        "ranges");
}

TEST_F(Rewrite, QueryHeadsShareABlockOrNot) {
  check("", "%m = scratch.mask.causal bottom_right : !scratch.mask<?x?>", "?x?", {}, {}, 70, 90,
        [](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + 20; }, "heads", kScore);
}

// Keys that fit one tile; a tile that is skipped leaves rows without keys.
TEST(Single, ShortRowsNeedNoRunningMaximum) {
  for (const char *mask : {"", "%m = scratch.mask.causal bottom_right : !scratch.mask<?x?>"})
    for (const char *option : {"single", "none"}) {
      std::string t = "tensor<2x4x?x16xf32>", s = "tensor<2x4x77x16xf32>", l = "tensor<2x4x?xf32>";
      Kernel kernel("func.func @attention(%q: " + t + ", %k: " + s + ") -> (" + t + ", " + l +
                    ") {\n" + mask + "\n  %o, %l = scratch.attention %q, %k, %k " +
                    (*mask ? "mask(%m : !scratch.mask<?x?>) " : "") + "{rewrites = #scratch.rewrites<" +
                    option + ">} : " + t + ", " + s + ", " + s + " -> " + t + ", " + l +
                    "\n  return %o, %l : " + t + ", " + l + "\n}\n");
      Tensor k = Tensor::random(2, SCRATCH_F32, {2, 4, 77, 16});
      reference::AttentionFormula how;
      for (int64_t queries : {20, 200}) {
        if (*mask)
          how.mask = [&](int64_t, int64_t, int64_t i, int64_t j) { return j <= i + 77 - queries; };
        Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, queries, 16});
        ASSERT_EQ(kernel.call({&q.view, &k.view}, {}, 2, 2), SCRATCH_OK) << scratch_last_error();
        auto expected = reference::attention(q.view, k.view, k.view, how);
        EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5);
        EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5);
      }
    }
}

// Lists that leave few keys or none of those that fit one tile; what workers summed
// before is not seen.
TEST(Single, ListsMayLeaveNoKey) {
  std::string t = "tensor<2x4x?x16xf32>", s = "tensor<2x4x77x16xf32>", l = "tensor<2x4x?xf32>";
  Kernel kernel("func.func @attention(%q: " + t + ", %k: " + s + ", %f: tensor<77xi8>) -> (" + t +
                ", " + l + ") {\n  %m = scratch.mask.keep key(%f : tensor<77xi8>) : !scratch.mask<?x?>\n" +
                "  %o, %l = scratch.attention %q, %k, %k mask(%m : !scratch.mask<?x?>) : " + t + ", " +
                s + ", " + s + " -> " + t + ", " + l + "\n  return %o, %l : " + t + ", " + l + "\n}\n");
  Tensor q = Tensor::random(1, SCRATCH_F32, {2, 4, 30, 16}),
         k = Tensor::random(2, SCRATCH_F32, {2, 4, 77, 16});
  for (int64_t kept : {77, 1, 0, 20, 0}) {
    std::vector<int8_t> flags(77);
    for (int64_t j = 0; j < kept; ++j)
      flags[76 - j] = 1;
    Tensor list = Tensor::of(SCRATCH_I8, {77}, flags);
    reference::AttentionFormula how;
    how.mask = [&](int64_t, int64_t, int64_t, int64_t j) { return flags[j] != 0; };
    ASSERT_EQ(kernel.call({&q.view, &k.view, &list.view}, {}, 2, 2), SCRATCH_OK)
        << scratch_last_error();
    auto expected = reference::attention(q.view, k.view, k.view, how);
    EXPECT_LT(compare(kernel.results[0], expected.result).largest, 1e-5) << kept;
    EXPECT_LT(compare(kernel.results[1], expected.log_sum_exp).largest, 1e-5) << kept;
  }
}
