// Counts the triangles of a graph, and again by looking at all pairs of neighbours.
#include "csr.h"
#include "triangles_kernel.h"

int main() {
  const int n = 2000;
  Entries<int8_t> edges = smallWorld<int8_t>(n, 6000, 1), lower;
  for (auto &[edge, one] : edges)
    if (edge.second < edge.first)
      lower[edge] = one;

  Csr<int8_t> L(n, n, lower);
  scratch_tensor wrapped = L.wrap(triangles_wrap_L);
  int64_t count = 0;
  stop_on_failure(triangles_call(&wrapped, &count, nullptr));

  int64_t expected = 0;
  for (int i = 0; i < n; ++i)
    for (int32_t p = L.positions[i]; p < L.positions[i + 1]; ++p)
      for (int32_t q = L.positions[i]; q < p; ++q)
        expected += lower.count({L.columns[p], L.columns[q]});
  printf("%zu edges, %lld triangles, expected %lld\n", lower.size(), (long long)count,
         (long long)expected);
  return count != expected;
}
