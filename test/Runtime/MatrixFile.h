//===- MatrixFile.h - a Matrix Market file for one test ------------------===//
#ifndef SCRATCH_TEST_RUNTIME_MATRIXFILE_H
#define SCRATCH_TEST_RUNTIME_MATRIXFILE_H

#include "runtime/io/MatrixMarket.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>
#include <zlib.h>

/// A file name of its own, with some content; removed at the end.
class MatrixFile {
public:
  explicit MatrixFile(const std::string &content = "",
                      const std::string &suffix = ".mtx") {
    static std::atomic<int> count{0};
    name = (std::filesystem::temp_directory_path() /
            ("scratch-test-" + std::to_string(getpid()) + "-" +
             std::to_string(count++) + suffix))
               .string();
    if (!content.empty())
      std::ofstream(name, std::ios::binary) << content;
  }
  MatrixFile(const MatrixFile &) = delete;
  ~MatrixFile() { std::filesystem::remove(name); }
  const char *path() const { return name.c_str(); }

private:
  std::string name;
};

inline std::string gzipped(const std::string &text) {
  std::string packed(compressBound(text.size()) + 64, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef *>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// What came out of reading a text.
struct ReadResult {
  scratch_status status;
  std::string error; ///< without the file's name: "LINE: found ..."
  scratch_mtx_info info = {};
  scratch_tensor tensor = {};
  ReadResult(const std::string &text, scratch_element element = SCRATCH_F64,
             uint32_t bits = 32) {
    MatrixFile file(text);
    status = scratch_mtx_read(file.path(), element, bits, &info, &tensor);
    if (status) {
      error = scratch_last_error();
      std::string prefix = std::string(file.path()) + ":";
      if (error.compare(0, prefix.size(), prefix) == 0)
        error = error.substr(prefix.size());
    }
  }
  ReadResult(const ReadResult &) = delete;
  ~ReadResult() { scratch_tensor_free(&tensor); }

  /// The matrix in full, row by row; "." where there is no entry.
  std::string print() const {
    std::string words;
    for (int64_t row = 0; row < tensor.shape[0]; ++row) {
      for (int64_t col = 0; col < tensor.shape[1]; ++col)
        words += (col ? " " : "") + cell(row, col);
      words += row + 1 < tensor.shape[0] ? "; " : "";
    }
    return words;
  }

private:
  std::string value(int64_t k) const {
    std::string words;
    switch (tensor.element) {
    case SCRATCH_F64:
      words = std::to_string(static_cast<double *>(tensor.values)[k]);
      break;
    case SCRATCH_F32:
      words = std::to_string(static_cast<float *>(tensor.values)[k]);
      break;
    case SCRATCH_I64:
      return std::to_string(static_cast<int64_t *>(tensor.values)[k]);
    case SCRATCH_I32:
      return std::to_string(static_cast<int32_t *>(tensor.values)[k]);
    default:
      return std::to_string(static_cast<int8_t *>(tensor.values)[k]);
    }
    if (words.find('.') != std::string::npos)
      words.erase(words.find_last_not_of('0') + 1);
    if (words.back() == '.')
      words.pop_back();
    return words;
  }
  int64_t index(const void *of, int64_t k) const {
    return tensor.position_bits == 32 ? static_cast<const uint32_t *>(of)[k]
                                      : static_cast<const int64_t *>(of)[k];
  }
  std::string cell(int64_t row, int64_t col) const {
    if (tensor.format == SCRATCH_FORMAT_DENSE)
      return value(row * tensor.shape[1] + col);
    for (int64_t p = index(tensor.positions, row);
         p < index(tensor.positions, row + 1); ++p)
      if (index(tensor.coordinates, p) == col)
        return value(p);
    return ".";
  }
};

inline std::string banner(const std::string &rest) {
  return "%%MatrixMarket matrix " + rest + "\n";
}

#endif // SCRATCH_TEST_RUNTIME_MATRIXFILE_H
