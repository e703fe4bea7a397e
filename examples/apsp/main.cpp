// Shortest paths between all pairs of nodes by squaring the matrix of lengths until
// it stays; checked with Floyd and Warshall's three loops.
#include "apsp_kernel.h"
#include "csr.h"

#include <cmath>

int main() {
  const int n = 150;
  // Two graphs that no edge joins: some pairs have no path. Whole lengths: sums are exact.
  Entries<double> edges;
  for (auto &[edge, one] : smallWorld<double>(n / 2, 20, 1))
    for (int part : {0, n / 2})
      edges[{edge.first + part, edge.second + part}] = 1 + (edge.first * 7 + edge.second * 3) % 10;
  for (int i = 0; i < n; ++i)
    edges[{i, i}] = 0;

  Csr<double> D(n, n, edges);
  int rounds = 0;
  for (bool changed = true; changed; ++rounds) {
    scratch_tensor wrapped = D.wrap(square_wrap_D), C;
    stop_on_failure(square_call(&wrapped, &C, nullptr));
    Csr<double> next(C);
    changed = next.columns != D.columns || next.values != D.values;
    D = next;
  }

  std::vector<std::vector<double>> length(n, std::vector<double>(n, INFINITY));
  for (auto &[edge, value] : edges)
    length[edge.first][edge.second] = value;
  for (int k = 0; k < n; ++k)
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j)
        length[i][j] = std::min(length[i][j], length[i][k] + length[k][j]);
  int wrong = 0;
  Entries<double> found = D.entries();
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      auto entry = found.find({i, j});
      wrong += (entry == found.end() ? INFINITY : entry->second) != length[i][j];
    }
  printf("%zu of %d pairs joined after %d squarings, %d wrong\n", found.size(), n * n, rounds,
         wrong);
  return wrong != 0;
}
