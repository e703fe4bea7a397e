//===- MatrixMarketReader.cpp - entries of a file into a tensor ----------===//
//
// Coordinate files: count per row, place, sort rows whose columns are out of
// order, add up duplicates where there are any. Each thread owns a range of rows and walks all
// entries in file order, so duplicates are added in that order whatever the
// thread count. Array files come column by column and leave row by row.
//===----------------------------------------------------------------------===//
#include "runtime/core/Call.h"
#include "runtime/io/EntryParser.h"
#include "runtime/io/FileText.h"
#include "runtime/io/MatrixMarket.h"

#include <algorithm>

using namespace scratch::io;

namespace {

/// A tensor being built; released unless handed over.
struct OwnedTensor {
  scratch_tensor tensor = {};
  OwnedTensor() {
    tensor.version = SCRATCH_ABI_VERSION;
    tensor.flags = SCRATCH_TENSOR_OWNED;
    tensor.rank = 2;
  }
  OwnedTensor(const OwnedTensor &) = delete;
  ~OwnedTensor() { scratch_tensor_free(&tensor); }
  void handOver(scratch_tensor *out) {
    *out = tensor;
    tensor = {};
  }
};

/// Memory of the runtime, zeroed or not; throws when there is none.
template <typename T> T *allocate(int64_t count, bool zero = false) {
  void *made = zero ? scratch_rt_allocate_zero(count, sizeof(T))
                    : scratch_rt_allocate(count, sizeof(T));
  if (!made)
    throw std::bad_alloc();
  return static_cast<T *>(made);
}

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

template <typename Index, typename Value>
void fillDense(const Header &header,
               const std::vector<Chunk<Index, Value>> &chunks, Value *values) {
  const bool lower = header.symmetry != Symmetry::general;
  const bool skew = header.symmetry == Symmetry::skew;
  const int64_t rows = header.rows, cols = header.cols;
  int64_t row = skew ? 1 : 0, col = 0;
  for (const auto &chunk : chunks)
    for (size_t k = 0; k < chunk.count; ++k) {
      Value value = chunk.entries[k].value;
      values[row * cols + col] = value;
      if (lower)
        values[col * cols + row] =
            skew && sizeof(Value) > 1 ? static_cast<Value>(-value) : value;
      if (++row == rows) {
        ++col;
        row = !lower ? 0 : skew ? col + 1 : col;
      }
    }
}

scratch_status report(const char *path, const FileText &text,
                      const Complaint &wrong) {
  return scratch_report(wrong.status, "%s:%zu: found %s, expected %s", path,
                        lineOf(text.begin(), wrong.at), wrong.found.c_str(),
                        wrong.expected.c_str());
}

template <typename Index, typename Value>
scratch_status readBody(const char *path, const FileText &text,
                        const Header &header, scratch_tensor *out) {
  OwnedTensor result;
  scratch_tensor &tensor = result.tensor;
  tensor.shape[0] = header.rows;
  tensor.shape[1] = header.cols;
  const int threads = scratch_rt_threads();
  std::vector<Chunk<Index, Value>> chunks;
  EntryParser<Index, Value> parser(header, text.end());
  if (Complaint wrong = parser.parse(threads, chunks))
    return report(path, text, wrong);
  if (!header.coordinate) {
    tensor.format = SCRATCH_FORMAT_DENSE;
    // Entries were counted, so the product fits unless a triangle was stored.
    if (__builtin_mul_overflow(header.rows, header.cols, &tensor.nnz))
      throw std::bad_alloc();
    tensor.values = allocate<Value>(tensor.nnz, /*zero=*/true);
    fillDense(header, chunks, static_cast<Value *>(tensor.values));
    result.handOver(out);
    return SCRATCH_OK;
  }
  tensor.format = SCRATCH_FORMAT_CSR;
  tensor.position_bits = tensor.coordinate_bits = 8 * sizeof(Index);
  CsrBuilder<Index, Value> builder(header, chunks, threads);
  switch (builder.build(tensor)) {
  case SCRATCH_OK:
    result.handOver(out);
    return SCRATCH_OK;
  case SCRATCH_INDEX_OVERFLOW:
    return scratch_report(SCRATCH_INDEX_OVERFLOW,
                          "%s: found more than %llu entries, expected fewer "
                          "for 32-bit indices",
                          path, (unsigned long long)UINT32_MAX);
  default:
    return report(path, text,
                  {text.end(), "a sum of duplicates out of range",
                   "an integer within i" + std::to_string(8 * sizeof(Value))});
  }
}

template <typename Value>
scratch_status readElement(const char *path, const FileText &text,
                           const Header &header, uint32_t indexBits,
                           scratch_tensor *out) {
  return indexBits == 32 || !header.coordinate
             ? readBody<uint32_t, Value>(path, text, header, out)
             : readBody<uint64_t, Value>(path, text, header, out);
}

scratch_status read(const char *path, scratch_element element,
                    uint32_t indexBits, scratch_mtx_info *info,
                    scratch_tensor *out) {
  FileText text;
  if (scratch_status status = text.load(path))
    return status;
  Header header;
  if (Complaint wrong = parseHeader(text.begin(), text.end(), header))
    return report(path, text, wrong);
  const int64_t widest = std::numeric_limits<int32_t>::max();
  if (header.coordinate && indexBits == 32 &&
      (header.rows > widest || header.cols > widest))
    return scratch_report(SCRATCH_INDEX_OVERFLOW,
                          "%s: found a matrix of %lld x %lld, expected extents "
                          "up to %lld for 32-bit indices",
                          path, (long long)header.rows, (long long)header.cols,
                          (long long)widest);
  scratch_status status = SCRATCH_UNSUPPORTED;
  switch (element) {
  case SCRATCH_F64:
    status = readElement<double>(path, text, header, indexBits, out);
    break;
  case SCRATCH_F32:
    status = readElement<float>(path, text, header, indexBits, out);
    break;
  case SCRATCH_I64:
    status = readElement<int64_t>(path, text, header, indexBits, out);
    break;
  case SCRATCH_I32:
    status = readElement<int32_t>(path, text, header, indexBits, out);
    break;
  case SCRATCH_I8:
    status = readElement<int8_t>(path, text, header, indexBits, out);
    break;
  default:
    return scratch_report(SCRATCH_UNSUPPORTED,
                          "%s: found element code %d asked for, expected f64, "
                          "f32, i64, i32 or i8",
                          path, (int)element);
  }
  if (status)
    return status;
  out->element = static_cast<uint8_t>(element);
  if (info) {
    static const char *const fields[] = {"real", "integer", "pattern"};
    static const char *const symmetries[] = {"general", "symmetric",
                                             "skew-symmetric", "hermitian"};
    *info = {header.coordinate ? "coordinate" : "array",
             fields[static_cast<int>(header.field)],
             symmetries[static_cast<int>(header.symmetry)],
             header.rows,
             header.cols,
             header.stored};
  }
  return SCRATCH_OK;
}

} // namespace

scratch_status scratch_mtx_read(const char *path, scratch_element element,
                                uint32_t index_bits, scratch_mtx_info *info,
                                scratch_tensor *out) {
  if (!path || !out)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "matrix file: found null, expected a path and a "
                          "place for the tensor");
  *out = {};
  if (index_bits != 32 && index_bits != 64)
    return scratch_report(
        SCRATCH_INVALID_ARGUMENT,
        "%s: found %u index bits asked for, expected 32 or 64", path,
        index_bits);
  try {
    return read(path, element, index_bits, info, out);
  } catch (...) {
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "%s: found no memory for its matrix, expected enough",
                          path);
  }
}
