// Distances from one node, then from many at once, by breadth-first search; checked
// with a queue.
#include "bfs_kernel.h"
#include "csr.h"

#include <queue>

using Levels = std::vector<std::vector<int>>; ///< per search and node, -1: not reached

static Levels search(const Entries<int8_t> &edges, int n, const std::vector<int> &sources) {
  int searches = sources.size();
  Csr<int8_t> A(n, n, edges);
  scratch_tensor wrappedA = A.wrap(advance_wrap_A);
  Entries<int8_t> start;
  for (int s = 0; s < searches; ++s)
    start[{s, sources[s]}] = 1;
  Entries<int8_t> seen = start;
  Levels levels(searches, std::vector<int>(n, -1));
  for (int level = 0; !start.empty(); ++level) {
    for (auto &[place, one] : start)
      levels[place.first][place.second] = level;
    Csr<int8_t> frontier(searches, n, start), known(searches, n, seen);
    scratch_tensor f = frontier.wrap(advance_wrap_frontier), k = known.wrap(advance_wrap_seen), next;
    stop_on_failure(advance_call(&f, &wrappedA, &k, &next, nullptr));
    start = Csr<int8_t>(next).entries();
    seen.insert(start.begin(), start.end());
  }
  return levels;
}

static std::vector<int> searchPlainly(const Entries<int8_t> &edges, int n, int source) {
  std::vector<std::vector<int>> neighbours(n);
  for (auto &[edge, one] : edges)
    neighbours[edge.first].push_back(edge.second);
  std::vector<int> level(n, -1);
  std::queue<int> queue({source});
  level[source] = 0;
  for (; !queue.empty(); queue.pop())
    for (int next : neighbours[queue.front()])
      if (level[next] < 0) {
        level[next] = level[queue.front()] + 1;
        queue.push(next);
      }
  return level;
}

int main() {
  const int n = 1000;
  Entries<int8_t> edges = smallWorld<int8_t>(n, 60, 1);
  int wrong = 0;
  for (const std::vector<int> &sources : {std::vector<int>{0}, {0, 7, 250, 500, 999}}) {
    Levels levels = search(edges, n, sources);
    int deepest = 0;
    for (size_t s = 0; s < sources.size(); ++s) {
      wrong += levels[s] != searchPlainly(edges, n, sources[s]);
      for (int level : levels[s])
        deepest = std::max(deepest, level);
    }
    printf("%zu searches, %d levels, %d wrong\n", sources.size(), deepest, wrong);
  }
  return wrong;
}
