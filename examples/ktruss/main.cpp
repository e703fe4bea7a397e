// The k-truss of a graph: the edges left when all with fewer than k - 2 triangles
// are taken away, again and again. Checked by peeling edge by edge.
#include "csr.h"
#include "ktruss_kernel.h"

static int trianglesOf(const Entries<int32_t> &edges, int n, int a, int b) {
  int found = 0;
  for (int c = 0; c < n; ++c)
    found += edges.count({a, c}) && edges.count({b, c});
  return found;
}

static Entries<int32_t> peelPlainly(Entries<int32_t> edges, int n, int support) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto edge = edges.begin(); edge != edges.end();) {
      auto [a, b] = edge->first;
      ++edge;
      if (trianglesOf(edges, n, a, b) >= support)
        continue;
      if (edge != edges.end() && edge->first == std::pair(b, a))
        ++edge;
      edges.erase({a, b});
      edges.erase({b, a});
      changed = true;
    }
  }
  return edges;
}

int main() {
  const int n = 300, k = 4;
  Entries<int32_t> edges = smallWorld<int32_t>(n, 900, 1);
  Csr<int32_t> A(n, n, edges);
  int rounds = 0;
  for (size_t before = ~size_t(0); A.columns.size() != before; ++rounds) {
    before = A.columns.size();
    scratch_tensor wrapped = A.wrap(peel_wrap_A), C;
    stop_on_failure(peel_call(&wrapped, k - 2, &C, nullptr));
    A = Csr<int32_t>(C);
  }
  Entries<int32_t> expected = peelPlainly(edges, n, k - 2), found = A.entries();
  bool equal = found.size() == expected.size();
  for (auto &[edge, one] : expected)
    equal &= found.count(edge) == 1;
  printf("%zu of %zu edges in the %d-truss after %d rounds, %s\n", found.size() / 2,
         edges.size() / 2, k, rounds, equal ? "as expected" : "WRONG");
  return !equal;
}
