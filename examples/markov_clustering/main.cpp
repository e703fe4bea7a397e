// Markov clustering finds the parts of a graph that hang together. Each step is one
// call; here each is checked against the same step in plain loops, and the clusters
// against what the graph was made of.
#include "csr.h"
#include "markov_clustering_kernel.h"

#include <algorithm>
#include <cmath>
#include <set>

static constexpr double kLeast = 1e-4;
static constexpr int kMost = 20;

static Entries<double> stepPlainly(const Csr<double> &m) {
  Entries<double> result;
  for (int i = 0; i < m.rows; ++i) {
    std::map<int, double> row;
    for (int p = m.positions[i]; p < m.positions[i + 1]; ++p)
      for (int k = m.columns[p], q = m.positions[k]; q < m.positions[k + 1]; ++q)
        row[m.columns[q]] += m.values[p] * m.values[q];
    double all = 0, left = 0;
    for (auto &[j, v] : row)
      all += v *= v;
    std::erase_if(row, [&](auto &entry) { return entry.second < all * kLeast; });
    std::vector<std::pair<double, int>> largest;
    for (auto &[j, v] : row)
      largest.push_back({-v, j});
    std::sort(largest.begin(), largest.end());
    largest.resize(std::min<size_t>(largest.size(), kMost));
    for (auto &[v, j] : largest)
      left -= v;
    for (auto &[v, j] : largest)
      result[{i, j}] = -v / left;
  }
  return result;
}

/// `parts` rings of `size` nodes with chords, each tied to the next by one edge.
static Csr<double> makeGraph(int parts, int size) {
  Entries<double> m;
  for (int part = 0; part < parts; ++part) {
    int base = part * size;
    for (auto &[edge, one] : smallWorld<double>(size, 2 * size, 1))
      m[{base + edge.first, base + edge.second}] = 1;
    int next = (base + size) % (parts * size);
    m[{base, next}] = m[{next, base}] = 1;
  }
  for (int i = 0; i < parts * size; ++i)
    m[{i, i}] = 1;
  Csr<double> graph(parts * size, parts * size, m);
  for (int i = 0; i < graph.rows; ++i)
    for (int p = graph.positions[i]; p < graph.positions[i + 1]; ++p)
      graph.values[p] = 1.0 / (graph.positions[i + 1] - graph.positions[i]);
  return graph;
}

int main() {
  const int parts = 6, size = 16;
  Csr<double> M = makeGraph(parts, size);
  double worst = 0;
  int steps = 0;
  for (double change = 1; change > 1e-9 && steps < 100; ++steps) {
    Entries<double> expected = stepPlainly(M), before = M.entries();
    scratch_tensor wrapped = M.wrap(step_wrap_M), C;
    stop_on_failure(step_call(&wrapped, kLeast, kMost, &C, nullptr));
    M = Csr<double>(C);
    change = 0;
    for (auto &[place, value] : M.entries()) {
      worst = std::max(worst, std::abs(value - expected[place]));
      change = std::max(change, std::abs(value - before[place]));
    }
    if (M.values.size() != expected.size())
      worst = INFINITY;
  }
  // Nodes of a cluster flow to the same places.
  int torn = 0;
  std::set<std::set<int>> clusters;
  for (int i = 0; i < M.rows; ++i) {
    std::set<int> targets(M.columns.begin() + M.positions[i], M.columns.begin() + M.positions[i + 1]);
    for (int target : targets)
      torn += target / size != i / size;
    clusters.insert(targets);
  }
  bool fine = worst < 1e-12 && torn == 0;
  printf("%d nodes in %zu clusters after %d steps, %s\n", int(M.rows), clusters.size(), steps,
         fine ? "every step as expected" : "WRONG");
  return !fine;
}
