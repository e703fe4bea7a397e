//===- CsrBuilder.h - entries in file order into a sorted CSR matrix -----===//
//
// Count per row, place, sort rows whose columns are out of order, add up duplicates
// where there are any. Each thread owns a range of rows and walks all entries in
// file order, so duplicates are added in that order whatever the thread count.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_IO_CSRBUILDER_H
#define SCRATCH_IO_CSRBUILDER_H

#include "runtime/io/EntryParser.h"
#include "runtime/io/OwnedTensor.h"

#include <algorithm>

namespace scratch::io {

template <typename Index, typename Value> class CsrBuilder {
public:
  CsrBuilder(const Header &header,
             const std::vector<Chunk<Index, Value>> &chunks, int threads)
      : header(header), chunks(chunks), threads(threads) {}

  /// The matrix, or an index overflow, or a sum outside of an integer type.
  scratch_status build(scratch_tensor &tensor) {
    // A row has at most as many entries as the file: counts cannot wrap.
    if (static_cast<uint64_t>(header.stored) > std::numeric_limits<Index>::max())
      return SCRATCH_INDEX_OVERFLOW;
    rows = static_cast<uint64_t>(header.rows);
    positions = allocate<Index>(header.rows + 1, /*zero=*/true);
    tensor.positions = positions;
    inRanges([&](uint64_t from, uint64_t to) { count(from, to); });
    uint64_t total = 0;
    for (uint64_t row = 0; row <= rows; ++row) {
      uint64_t here = row < rows ? positions[row] : 0;
      positions[row] = static_cast<Index>(total);
      total += here;
    }
    if (total > std::numeric_limits<Index>::max())
      return SCRATCH_INDEX_OVERFLOW;
    coordinates = allocate<Index>(static_cast<int64_t>(total));
    tensor.coordinates = coordinates;
    values = allocate<Value>(static_cast<int64_t>(total));
    tensor.values = values;
    inRanges([&](uint64_t from, uint64_t to) { place(from, to); });
    // Placing moved every row's position to its end, the next row's start.
    std::copy_backward(positions, positions + rows, positions + rows + 1);
    positions[0] = 0;
    std::atomic<bool> duplicated{false};
    inRanges([&](uint64_t from, uint64_t to) { sort(from, to, duplicated); });
    if (duplicated && !addDuplicates(total))
      return SCRATCH_PARSE_ERROR;
    tensor.nnz = static_cast<int64_t>(total);
    return SCRATCH_OK;
  }

private:
  using EntryType = Entry<Index, Value>;
  struct Placed {
    Index col, order;
    Value value;
  };

  template <typename Body> void inRanges(const Body &body) {
    size_t parts = rows < 1024 ? 1 : static_cast<size_t>(threads);
    parallelFor(threads, parts, [&](size_t part) {
      body(rows / parts * part,
           part + 1 == parts ? rows : rows / parts * (part + 1));
    });
  }

  /// Call `body(row, col, value)` for all entries with rows in [from, to).
  template <typename Body>
  void forEntries(uint64_t from, uint64_t to, const Body &body) const {
    const uint64_t range = to - from;
    const bool mirror = header.symmetry != Symmetry::general;
    const bool negate = header.symmetry == Symmetry::skew && sizeof(Value) > 1;
    for (const auto &chunk : chunks)
      for (size_t k = 0; k < chunk.count; ++k) {
        const EntryType &e = chunk.entries[k];
        if (e.row - from < range)
          body(e.row, e.col, e.value);
        if (mirror && e.row != e.col && e.col - from < range)
          body(e.col, e.row, negate ? static_cast<Value>(-e.value) : e.value);
      }
  }

  void count(uint64_t from, uint64_t to) {
    forEntries(from, to, [&](Index row, Index, Value) { ++positions[row]; });
  }

  void place(uint64_t from, uint64_t to) {
    forEntries(from, to, [&](Index row, Index col, Value value) {
      Index p = positions[row]++;
      coordinates[p] = col;
      values[p] = value;
    });
  }

  /// Rows whose columns do not ascend, by column and then as in the file.
  void sort(uint64_t from, uint64_t to, std::atomic<bool> &duplicated) {
    std::vector<Placed> row;
    for (uint64_t r = from; r < to; ++r) {
      uint64_t begin = positions[r], end = positions[r + 1];
      bool ascending = true;
      for (uint64_t p = begin + 1; p < end && ascending; ++p)
        ascending = coordinates[p - 1] < coordinates[p];
      if (ascending)
        continue;
      row.clear();
      for (uint64_t p = begin; p < end; ++p)
        row.push_back({coordinates[p], static_cast<Index>(p), values[p]});
      std::sort(row.begin(), row.end(), [](const Placed &a, const Placed &b) {
        return a.col != b.col ? a.col < b.col : a.order < b.order;
      });
      for (uint64_t k = 0; k < row.size(); ++k) {
        coordinates[begin + k] = row[k].col;
        values[begin + k] = row[k].value;
        if (k && row[k - 1].col == row[k].col)
          duplicated = true;
      }
    }
  }

  static bool add(Value &sum, Value value) {
    if constexpr (std::is_floating_point_v<Value>) {
      sum += value;
      return true;
    } else if constexpr (sizeof(Value) == 1) {
      sum |= value;
      return true;
    } else {
      return !__builtin_add_overflow(sum, value, &sum);
    }
  }

  /// One entry for each group of equal neighbours, without gaps; `total` is
  /// what remains. False if a sum leaves the range of an integer type.
  bool addDuplicates(uint64_t &total) {
    uint64_t write = 0, begin = 0;
    bool fits = true;
    for (uint64_t r = 0; r < rows; ++r) {
      uint64_t first = write, end = positions[r + 1];
      for (uint64_t p = begin; p < end; ++p) {
        if (write > first && coordinates[write - 1] == coordinates[p]) {
          fits &= add(values[write - 1], values[p]);
          continue;
        }
        coordinates[write] = coordinates[p];
        values[write++] = values[p];
      }
      positions[r + 1] = static_cast<Index>(write);
      begin = end;
    }
    scratch_rt_trim(coordinates, static_cast<int64_t>(write), sizeof(Index));
    scratch_rt_trim(values, static_cast<int64_t>(write), sizeof(Value));
    total = write;
    return fits;
  }

  const Header &header;
  const std::vector<Chunk<Index, Value>> &chunks;
  const int threads;
  uint64_t rows = 0;
  Index *positions = nullptr, *coordinates = nullptr;
  Value *values = nullptr;
};

} // namespace scratch::io
#endif // SCRATCH_IO_CSRBUILDER_H
