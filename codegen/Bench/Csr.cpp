//===- Csr.cpp - matrices that are measured on ----------------------------===//
#include "codegen/Bench/Csr.h"

#include "runtime/io/MatrixMarket.h"

#include <algorithm>
#include <numeric>

using namespace scratch;
using namespace scratch::bench;

/// Entries by row, in the order in which they come.
static Csr placeByRow(int64_t rows, int64_t cols, const std::vector<int32_t> &row,
                      const std::vector<int32_t> &column, const std::vector<double> &value) {
  Csr out{rows, cols, std::vector<int32_t>(rows + 1), std::vector<int32_t>(row.size()),
          std::vector<double>(row.size())};
  for (int32_t i : row)
    ++out.positions[i + 1];
  std::partial_sum(out.positions.begin(), out.positions.end(), out.positions.begin());
  std::vector<int32_t> next(out.positions.begin(), out.positions.end() - 1);
  for (size_t k = 0; k < row.size(); ++k) {
    int32_t at = next[row[k]]++;
    out.columns[at] = column[k];
    out.values[at] = value[k];
  }
  return out;
}

static std::vector<int32_t> rowOfEntries(const Csr &matrix) {
  std::vector<int32_t> row(matrix.entries());
  for (int64_t i = 0; i < matrix.rows; ++i)
    std::fill(row.begin() + matrix.positions[i], row.begin() + matrix.positions[i + 1], i);
  return row;
}

Csr bench::transposed(const Csr &matrix) {
  return placeByRow(matrix.cols, matrix.rows, matrix.columns, rowOfEntries(matrix), matrix.values);
}

Csr bench::compressed(const Entries &entries) {
  // By column, then by row: columns of every row ascend.
  Csr byColumn = placeByRow(entries.cols, entries.rows, entries.column, entries.row, entries.value);
  Csr sorted = transposed(byColumn);
  Csr out{entries.rows, entries.cols, {0}, {}, {}};
  for (int64_t i = 0; i < sorted.rows; ++i) {
    for (int32_t p = sorted.positions[i]; p < sorted.positions[i + 1]; ++p) {
      if (out.columns.size() > size_t(out.positions.back()) && out.columns.back() == sorted.columns[p]) {
        out.values.back() += sorted.values[p];
        continue;
      }
      out.columns.push_back(sorted.columns[p]);
      out.values.push_back(sorted.values[p]);
    }
    out.positions.push_back(out.columns.size());
  }
  return out;
}

/// Edges between different vertices, below the diagonal and, if `both`, above it.
static Csr edgesOf(const Csr &matrix, bool both) {
  Entries edges{matrix.rows, matrix.rows, {}, {}, {}};
  for (int64_t i = 0; i < matrix.rows; ++i)
    for (int32_t p = matrix.positions[i]; p < matrix.positions[i + 1]; ++p)
      if (int64_t j = matrix.columns[p]; i != j) {
        edges.add(std::max(i, j), std::min(i, j), 1);
        if (both)
          edges.add(std::min(i, j), std::max(i, j), 1);
      }
  Csr out = compressed(edges);
  std::fill(out.values.begin(), out.values.end(), 1);
  return out;
}

Csr bench::lowerTriangle(const Csr &matrix) { return edgesOf(matrix, /*both=*/false); }

Csr bench::graphOf(const Csr &matrix) { return edgesOf(matrix, /*both=*/true); }

llvm::Expected<Csr> bench::loadMatrix(const std::string &name) {
  if (isGenerated(name))
    return generate(name);
  scratch_tensor read;
  if (scratch_mtx_read(name.c_str(), SCRATCH_F64, 32, nullptr, &read))
    return llvm::createStringError(scratch_last_error());
  if (read.format != SCRATCH_FORMAT_CSR) {
    scratch_tensor_free(&read);
    return llvm::createStringError(name + ": found an array file, expected a coordinate file");
  }
  auto *positions = static_cast<int32_t *>(read.positions);
  auto *columns = static_cast<int32_t *>(read.coordinates);
  auto *values = static_cast<double *>(read.values);
  Csr out{read.shape[0], read.shape[1], {positions, positions + read.shape[0] + 1},
          {columns, columns + read.nnz}, {values, values + read.nnz}};
  scratch_tensor_free(&read);
  return out;
}
