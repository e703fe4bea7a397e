//===- MatrixMarketWriter.cpp - a tensor into a Matrix Market file -------===//
//
// Numbers are the shortest decimals that read back to the same bits. The text
// goes to a temporary file beside the target, renamed when all of it is there.
//===----------------------------------------------------------------------===//
#include "runtime/core/Call.h"
#include "runtime/io/MatrixMarket.h"

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace {

/// A temporary file that becomes `path` on commit and vanishes otherwise.
class ReplacedFile {
public:
  explicit ReplacedFile(const std::string &path) : path(path) {}
  ReplacedFile(const ReplacedFile &) = delete;
  ~ReplacedFile() {
    if (packed)
      gzclose(packed);
    if (file >= 0) {
      close(file);
      discard();
    }
  }

  bool open() {
    // A device or a pipe is written to: a file must not take its place.
    struct stat there;
    direct = stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode);
    file = direct ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC) : openBeside();
    if (file < 0)
      return false;
    if (path.size() < 3 || path.compare(path.size() - 3, 3, ".gz") != 0)
      return true;
    int copy = dup(file);
    packed = copy < 0 ? nullptr : gzdopen(copy, "wb6");
    if (!packed && copy >= 0)
      close(copy);
    return packed != nullptr;
  }

  bool write(const char *text, size_t size) {
    while (size) {
      ssize_t done = 0;
      if (packed)
        done = gzwrite(packed, text, static_cast<unsigned>(size));
      else
        done = ::write(file, text, size);
      if (done < 0 && errno == EINTR && !packed)
        continue;
      if (done <= 0)
        return false;
      text += done;
      size -= static_cast<size_t>(done);
    }
    return true;
  }

  bool commit() {
    gzFile whole = packed;
    packed = nullptr;
    if (whole && gzclose(whole) != Z_OK)
      return false;
    int written = file;
    file = -1;
    if (close(written) == 0 &&
        (direct || rename(temporary.c_str(), path.c_str()) == 0))
      return true;
    int reason = errno;
    discard();
    errno = reason;
    return false;
  }

private:
  /// A new file beside the target, or beside what the target is a link to, with
  /// the rights that any new file gets (mkstemp's are narrower).
  int openBeside() {
    if (char *real = realpath(path.c_str(), nullptr)) {
      path = real;
      free(real);
    }
    static std::atomic<unsigned> made;
    for (int attempt = 0; attempt < 1000; ++attempt) {
      temporary = path + "." + std::to_string(getpid()) + "." + std::to_string(made++) + ".part";
      int created = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (created >= 0 || errno != EEXIST)
        return created;
    }
    return -1;
  }

  void discard() {
    if (!direct)
      unlink(temporary.c_str());
  }

  bool direct = false; ///< no temporary file
  std::string path, temporary;
  int file = -1;
  gzFile packed = nullptr;
};

/// Collects text and passes it on in large pieces.
class Text {
public:
  explicit Text(ReplacedFile &file) : file(file), buffer(1 << 18, '\0') {}

  void add(const char *words) {
    room();
    size_t length = strlen(words);
    memcpy(&buffer[used], words, length);
    used += length;
  }
  template <typename Number> void add(Number number, char behind) {
    room();
    char *at = &buffer[used];
    auto made = std::to_chars(at, at + 48, number);
    *made.ptr = behind;
    used += static_cast<size_t>(made.ptr + 1 - at);
  }
  bool flush() {
    good = good && file.write(buffer.data(), used);
    used = 0;
    return good;
  }

private:
  void room() {
    if (used + 256 > buffer.size())
      flush();
  }

  ReplacedFile &file;
  std::string buffer;
  size_t used = 0;
  bool good = true;
};

int64_t indexAt(const void *indices, uint32_t bits, int64_t k) {
  return bits == 32 ? static_cast<const uint32_t *>(indices)[k]
                    : static_cast<const int64_t *>(indices)[k];
}

/// Integers of one byte would print as characters.
double printable(double value) { return value; }
float printable(float value) { return value; }
int64_t printable(int64_t value) { return value; }
int64_t printable(int32_t value) { return value; }
int64_t printable(int8_t value) { return value; }

template <typename Value>
void writeSparse(Text &text, const scratch_tensor &t) {
  const auto *values = static_cast<const Value *>(t.values);
  const bool byRows = t.format == SCRATCH_FORMAT_CSR;
  const int64_t segments = t.shape[byRows ? 0 : 1];
  text.add(t.shape[0], ' ');
  text.add(t.shape[1], ' ');
  text.add(t.nnz, '\n');
  for (int64_t s = 0; s < segments; ++s) {
    int64_t end = indexAt(t.positions, t.position_bits, s + 1);
    for (int64_t p = indexAt(t.positions, t.position_bits, s); p < end; ++p) {
      int64_t c = indexAt(t.coordinates, t.coordinate_bits, p);
      text.add((byRows ? s : c) + 1, ' ');
      text.add((byRows ? c : s) + 1, ' ');
      text.add(printable(values[p]), '\n');
    }
  }
}

template <typename Value> void writeDense(Text &text, const scratch_tensor &t) {
  const auto *values = static_cast<const Value *>(t.values);
  const int64_t rows = t.shape[0], cols = t.rank == 2 ? t.shape[1] : 1;
  text.add(rows, ' ');
  text.add(cols, '\n');
  for (int64_t col = 0; col < cols; ++col)
    for (int64_t row = 0; row < rows; ++row)
      text.add(printable(values[row * cols + col]), '\n');
}

template <typename Value> void writeAll(Text &text, const scratch_tensor &t) {
  const bool dense = t.format == SCRATCH_FORMAT_DENSE;
  text.add("%%MatrixMarket matrix ");
  text.add(dense ? "array " : "coordinate ");
  text.add(Value(0.5) != 0 ? "real general\n" : "integer general\n");
  if (dense)
    writeDense<Value>(text, t);
  else
    writeSparse<Value>(text, t);
}

scratch_status cannotWrite(const char *path) {
  return scratch_report(SCRATCH_IO_ERROR,
                        "%s: found no way to write it (%s), expected a "
                        "writable file",
                        path, strerror(errno));
}

scratch_status write(const char *path, const scratch_tensor &t) {
  ReplacedFile file(path);
  if (!file.open())
    return cannotWrite(path);
  Text text(file);
  switch (t.element) {
  case SCRATCH_F64:
    writeAll<double>(text, t);
    break;
  case SCRATCH_F32:
    writeAll<float>(text, t);
    break;
  case SCRATCH_I64:
    writeAll<int64_t>(text, t);
    break;
  case SCRATCH_I32:
    writeAll<int32_t>(text, t);
    break;
  case SCRATCH_I8:
    writeAll<int8_t>(text, t);
    break;
  default:
    return scratch_report(SCRATCH_UNSUPPORTED,
                          "%s: found element code %u, expected f64, f32, i64, "
                          "i32 or i8",
                          path, t.element);
  }
  return text.flush() && file.commit() ? SCRATCH_OK : cannotWrite(path);
}

} // namespace

scratch_status scratch_mtx_write(const char *path,
                                 const scratch_tensor *tensor) {
  if (!path)
    return scratch_report(SCRATCH_INVALID_ARGUMENT,
                          "matrix file: found null, expected a path");
  if (scratch_status status = scratch_tensor_check(tensor))
    return status;
  if (tensor->rank > 2)
    return scratch_report(SCRATCH_UNSUPPORTED,
                          "%s: found a tensor of rank %u, expected a matrix or "
                          "a vector",
                          path, tensor->rank);
  try {
    return write(path, *tensor);
  } catch (...) {
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "%s: found no memory to write it, expected some",
                          path);
  }
}
