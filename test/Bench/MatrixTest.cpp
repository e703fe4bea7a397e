// Matrices that are measured on: generators, transposes, graphs, files.
#include "codegen/Bench/Csr.h"
#include "codegen/Bench/TensorFile.h"

#include "llvm/Support/Error.h"

#include <cmath>
#include <gtest/gtest.h>
#include <map>

using namespace scratch::bench;

static Csr make(const std::string &name) { return llvm::cantFail(loadMatrix(name)); }

static std::map<std::pair<int64_t, int64_t>, double> entriesOf(const Csr &m) {
  std::map<std::pair<int64_t, int64_t>, double> out;
  for (int64_t i = 0; i < m.rows; ++i)
    for (int32_t p = m.positions[i]; p < m.positions[i + 1]; ++p) {
      EXPECT_TRUE(p == m.positions[i] || m.columns[p - 1] < m.columns[p]);
      out[{i, m.columns[p]}] = m.values[p];
    }
  EXPECT_EQ(out.size(), size_t(m.entries()));
  return out;
}

TEST(Generators, StencilsHaveTheirNeighbours) {
  // An N x N grid has N^2 points, 2 N (N - 1) edges, 2 (N - 1)^2 diagonals.
  EXPECT_EQ(make("stencil5:7").entries(), 49 + 2 * 2 * 7 * 6);
  EXPECT_EQ(make("stencil9:7").entries(), 49 + 2 * 2 * 7 * 6 + 2 * 2 * 36);
  EXPECT_EQ(make("stencil7:4").entries(), 64 + 2 * 3 * 4 * 4 * 3);
  // Each dimension by itself has N + 2 (N - 1) pairs of neighbours.
  EXPECT_EQ(make("stencil27:4").entries(), std::pow(4 + 2 * 3, 3));
  auto grid = entriesOf(make("stencil5:3"));
  EXPECT_TRUE(grid.count({4, 1}) && grid.count({4, 3}) && grid.count({4, 5}) && grid.count({4, 7}));
  EXPECT_FALSE(grid.count({2, 3})); // end of a line and start of the next
}

TEST(Generators, BandAndArrow) {
  EXPECT_EQ(make("band:10:2").entries(), 10 + 2 * 9 + 2 * 8);
  Csr arrow = make("arrow:6");
  EXPECT_EQ(arrow.entries(), 11);
  EXPECT_EQ(arrow.positions[6] - arrow.positions[5], 6);
}

TEST(Generators, RandomGraphsAreSkewedAsTold) {
  Csr graph = make("rmat:10:8"), even = make("er:10:8");
  for (const Csr &m : {graph, even}) {
    EXPECT_EQ(m.rows, 1024);
    EXPECT_LE(m.entries(), 8192);
    entriesOf(m);
  }
  // .57 + .19 of the edges lie in the upper half.
  EXPECT_GT(graph.positions[512], 0.70 * graph.entries());
  EXPECT_NEAR(double(even.positions[512]) / even.entries(), 0.5, 0.03);
  EXPECT_EQ(entriesOf(graph), entriesOf(make("rmat:10:8")));
}

TEST(Generators, RefuseNonsense) {
  for (const char *name : {"rmat:4", "rmat:4:4:4", "rmat:0:4", "rmat:x:4", "band:99999999999:1",
                           "stencil5:-1", "rmat:24:1024"})
    EXPECT_FALSE(llvm::errorToBool(generate(name).takeError()) == false) << name;
}

TEST(Csr, TransposeTwiceIsTheSame) {
  Csr m = make("rmat:8:4");
  Csr t = transposed(m);
  for (auto &[place, value] : entriesOf(t))
    EXPECT_EQ(entriesOf(m).at({place.second, place.first}), value);
  EXPECT_EQ(entriesOf(transposed(t)), entriesOf(m));
}

TEST(Csr, LowerTriangleHasEveryEdgeOnce) {
  Entries edges{4, 4, {}, {}, {}};
  edges.add(0, 1, 5), edges.add(1, 0, 5), edges.add(2, 2, 5), edges.add(1, 3, 5);
  std::map<std::pair<int64_t, int64_t>, double> expected{{{1, 0}, 1}, {{3, 1}, 1}};
  EXPECT_EQ(entriesOf(lowerTriangle(compressed(edges))), expected);
  expected.insert({{{0, 1}, 1}, {{1, 3}, 1}});
  EXPECT_EQ(entriesOf(graphOf(compressed(edges))), expected);
}

TEST(TensorFile, ComesBack) {
  FileTensor out{true, SCRATCH_F32, 2, 3, 3, {0, 1, 3}, {2, 0, 1}, {}}, in;
  out.bytes.resize(12);
  for (int k = 0; k < 3; ++k)
    out.values<float>()[k] = k + .5f;
  std::string path = testing::TempDir() + "bench.tensor";
  ASSERT_TRUE(writeTensor(path, out));
  ASSERT_TRUE(readTensor(path, in));
  EXPECT_EQ(in.positions, out.positions);
  EXPECT_EQ(in.columns, out.columns);
  EXPECT_EQ(in.bytes, out.bytes);
  EXPECT_EQ(in.cols, 3);
  EXPECT_FALSE(readTensor("/nowhere", in));
}
