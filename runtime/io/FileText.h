//===- FileText.h - a whole file as text in memory -----------------------===//
//
// Mapped when plain, inflated when its content is gzip. What has no size, such as a
// pipe, is read to its end first.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_IO_FILETEXT_H
#define SCRATCH_IO_FILETEXT_H

#include "runtime/abi/scratch.h"

#include <cstddef>
#include <string>

namespace scratch::io {

class FileText {
public:
  FileText() = default;
  FileText(const FileText &) = delete;
  FileText &operator=(const FileText &) = delete;
  ~FileText();

  /// Fill from a file; on failure the status, with its text reported.
  scratch_status load(const char *path);

  const char *begin() const { return text; }
  const char *end() const { return text + size; }

private:
  scratch_status map(const char *path, int file, size_t bytes);
  scratch_status readStream(const char *path, int file);
  scratch_status inflate(const char *path, const unsigned char *packed,
                         size_t packedSize);

  const char *text = "";
  size_t size = 0;
  void *mapping = nullptr;
  size_t mappingSize = 0;
  std::string streamed, inflated;
};

/// The number, from 1, of the line that `at` is on.
size_t lineOf(const char *begin, const char *at);

} // namespace scratch::io
#endif // SCRATCH_IO_FILETEXT_H
