// What the examples share: a matrix in a program's own arrays, a graph to work on.
#pragma once

#include "check.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <utility>
#include <vector>

/// Entries by place, as a plain program would keep them.
template <typename T> using Entries = std::map<std::pair<int, int>, T>;

/// A matrix in compressed rows. `wrap` borrows it as an argument of a kernel.
template <typename T> struct Csr {
  int64_t rows = 0, cols = 0;
  std::vector<int32_t> positions, columns;
  std::vector<T> values;

  Csr() = default;
  Csr(int64_t rows, int64_t cols, const Entries<T> &entries)
      : rows(rows), cols(cols), positions(rows + 1) {
    for (auto &[place, value] : entries) {
      ++positions[place.first + 1];
      columns.push_back(place.second);
      values.push_back(value);
    }
    for (int64_t i = 0; i < rows; ++i)
      positions[i + 1] += positions[i];
  }
  /// Takes a kernel's result over and releases it.
  explicit Csr(scratch_tensor &result) : rows(result.shape[0]), cols(result.shape[1]) {
    auto *p = static_cast<const int32_t *>(result.positions);
    auto *c = static_cast<const int32_t *>(result.coordinates);
    auto *v = static_cast<const T *>(result.values);
    positions.assign(p, p + rows + 1);
    columns.assign(c, c + result.nnz);
    values.assign(v, v + result.nnz);
    scratch_tensor_free(&result);
  }

  Entries<T> entries() const {
    Entries<T> all;
    for (int64_t i = 0; i < rows; ++i)
      for (int32_t p = positions[i]; p < positions[i + 1]; ++p)
        all[{int(i), columns[p]}] = values[p];
    return all;
  }
  scratch_tensor wrap(scratch_status (*wrapper)(scratch_tensor *, int64_t, int64_t,
                                                const int32_t *, const int32_t *, const T *)) {
    scratch_tensor tensor;
    if (wrapper(&tensor, rows, cols, positions.data(), columns.data(), values.data()) !=
        SCRATCH_OK)
      abort();
    return tensor;
  }
};

/// An undirected graph of n nodes: a ring, its second neighbours, and some chords.
template <typename T> Entries<T> smallWorld(int n, int chords, T value) {
  std::mt19937 random(2026);
  Entries<T> edges;
  auto join = [&](int a, int b) {
    if (a != b)
      edges[{a, b}] = edges[{b, a}] = value;
  };
  for (int i = 0; i < n; ++i) {
    join(i, (i + 1) % n);
    join(i, (i + 2) % n);
  }
  for (int i = 0; i < chords; ++i)
    join(random() % n, random() % n);
  return edges;
}
