//===- MatrixMarketHeader.h - banner and size line -----------------------===//
#ifndef SCRATCH_IO_MATRIXMARKETHEADER_H
#define SCRATCH_IO_MATRIXMARKETHEADER_H

#include "runtime/abi/scratch.h"

#include <cstdint>
#include <string>

namespace scratch::io {

enum class Field { real, integer, pattern };
enum class Symmetry { general, symmetric, skew, hermitian };

struct Header {
  bool coordinate = true;
  Field field = Field::real;
  Symmetry symmetry = Symmetry::general;
  int64_t rows = 0, cols = 0, stored = 0;
  const char *body = nullptr; ///< behind the size line
};

/// What is wrong, and where in the text.
struct Complaint {
  const char *at = nullptr; ///< null: nothing is wrong
  std::string found, expected;
  scratch_status status = SCRATCH_PARSE_ERROR;

  explicit operator bool() const { return at != nullptr; }
};

/// The word or character at `at`, quoted for a message ("end of line" etc.).
std::string describe(const char *at, const char *end);

/// Skip blanks inside a line.
inline const char *skipBlanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
    ++at;
  return at;
}

Complaint parseHeader(const char *begin, const char *end, Header &header);

} // namespace scratch::io
#endif // SCRATCH_IO_MATRIXMARKETHEADER_H
