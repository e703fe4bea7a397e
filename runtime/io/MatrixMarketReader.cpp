//===- MatrixMarketReader.cpp - entries of a file into a tensor ----------===//
//
// Coordinate files become CSR (CsrBuilder). Array files come column by column and
// leave row by row.
//===----------------------------------------------------------------------===//
#include "runtime/core/Call.h"
#include "runtime/io/CsrBuilder.h"
#include "runtime/io/FileText.h"
#include "runtime/io/MatrixMarket.h"

using namespace scratch::io;

namespace {

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
