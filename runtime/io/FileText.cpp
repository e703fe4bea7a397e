//===- FileText.cpp - a whole file as text in memory ---------------------===//
//
// Gzip members may be chained, as `cat a.gz b.gz` makes them. The inflated text
// grows as it comes; the size that a gzip trailer claims is not believed.
//===----------------------------------------------------------------------===//
#include "runtime/io/FileText.h"

#include "runtime/core/Call.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

using namespace scratch::io;

FileText::~FileText() {
  if (mapping)
    munmap(mapping, mappingSize);
}

size_t scratch::io::lineOf(const char *begin, const char *at) {
  return 1 + static_cast<size_t>(std::count(begin, at, '\n'));
}

static scratch_status cannotRead(const char *path) {
  return scratch_report(SCRATCH_IO_ERROR,
                        "%s: found no readable file (%s), expected a Matrix "
                        "Market file",
                        path, strerror(errno));
}

scratch_status FileText::inflate(const char *path, const unsigned char *packed,
                                 size_t packedSize) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, 15 + 16) != Z_OK)
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "%s: found no memory to inflate it, expected some",
                          path);
  size_t used = 0, made = 0;
  int state = Z_OK;
  try {
    inflated.resize(std::max<size_t>(4 * packedSize, 4096));
    while (state == Z_OK || (state == Z_STREAM_END && used < packedSize)) {
      if (state == Z_STREAM_END) {
        if (!packed[used]) // padding after the last member
          break;
        inflateReset(&stream);
      }
      if (made == inflated.size())
        inflated.resize(2 * inflated.size());
      const size_t piece = size_t(1) << 30;
      size_t room = std::min(piece, inflated.size() - made);
      size_t input = std::min(piece, packedSize - used);
      stream.next_in = const_cast<unsigned char *>(packed + used);
      stream.avail_in = static_cast<uInt>(input);
      stream.next_out = reinterpret_cast<unsigned char *>(&inflated[made]);
      stream.avail_out = static_cast<uInt>(room);
      state = ::inflate(&stream, Z_NO_FLUSH);
      used += input - stream.avail_in;
      made += room - stream.avail_out;
    }
  } catch (...) {
    inflateEnd(&stream);
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "%s: found no memory to inflate it, expected some",
                          path);
  }
  inflateEnd(&stream);
  text = inflated.data();
  size = made;
  if (state != Z_STREAM_END)
    return scratch_report(
        SCRATCH_PARSE_ERROR,
        "%s:%zu: found %s gzip data, expected a complete file", path,
        lineOf(text, text + size),
        state == Z_BUF_ERROR ? "truncated" : "damaged");
  const unsigned char *end = packed + packedSize;
  if (std::any_of(packed + used, end, [](unsigned char byte) { return byte; }))
    return scratch_report(SCRATCH_PARSE_ERROR,
                          "%s: found bytes that are no gzip data behind its "
                          "end, expected nothing or zeros",
                          path);
  return SCRATCH_OK;
}

scratch_status FileText::map(const char *path, int file, size_t bytes) {
  if (!bytes)
    return SCRATCH_OK;
  void *pages = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
  if (pages == MAP_FAILED)
    return cannotRead(path);
  mapping = pages;
  mappingSize = bytes;
  madvise(mapping, bytes, MADV_SEQUENTIAL);
  text = static_cast<const char *>(mapping);
  size = bytes;
  return SCRATCH_OK;
}

scratch_status FileText::readStream(const char *path, int file) {
  size_t used = 0;
  try {
    for (;;) {
      if (used == streamed.size())
        streamed.resize(std::max<size_t>(2 * used, 1 << 16));
      ssize_t done = read(file, &streamed[used], streamed.size() - used);
      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return cannotRead(path);
      if (done == 0)
        break;
      used += static_cast<size_t>(done);
    }
  } catch (...) {
    return scratch_report(SCRATCH_OUT_OF_MEMORY,
                          "%s: found no memory to read it, expected some", path);
  }
  text = streamed.data();
  size = used;
  return SCRATCH_OK;
}

scratch_status FileText::load(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return cannotRead(path);
  struct stat about;
  if (fstat(file, &about) != 0 || S_ISDIR(about.st_mode)) {
    if (S_ISDIR(about.st_mode))
      errno = EISDIR;
    scratch_status status = cannotRead(path);
    close(file);
    return status;
  }
  scratch_status status = S_ISREG(about.st_mode)
                              ? map(path, file, static_cast<size_t>(about.st_size))
                              : readStream(path, file);
  close(file);
  if (status)
    return status;
  const auto *start = reinterpret_cast<const unsigned char *>(text);
  if (size >= 2 && start[0] == 0x1f && start[1] == 0x8b)
    return inflate(path, start, size);
  return SCRATCH_OK;
}
