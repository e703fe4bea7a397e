//===- MatrixMarketHeader.cpp - banner and size line ---------------------===//
//
//   %%MatrixMarket matrix coordinate|array FIELD SYMMETRY
//   % comments, blank lines
//   ROWS COLS ENTRIES          (array: ROWS COLS)
//===----------------------------------------------------------------------===//
#include "runtime/io/MatrixMarketHeader.h"

#include "runtime/io/Numbers.h"

#include <cctype>
#include <cstdio>

using namespace scratch::io;

std::string scratch::io::describe(const char *at, const char *end) {
  at = skipBlanks(at, end);
  if (at == end)
    return "end of file";
  if (*at == '\n')
    return "end of line";
  std::string text = "'";
  for (; at < end && text.size() < 40 &&
         !std::isspace(static_cast<unsigned char>(*at));
       ++at) {
    unsigned char c = static_cast<unsigned char>(*at);
    if (c >= 0x20 && c < 0x7f) {
      text += *at;
    } else {
      char escape[5];
      std::snprintf(escape, sizeof escape, "\\x%02x", c);
      text += escape;
    }
  }
  return text + "'";
}

static std::string lowerWord(const char *&at, const char *end) {
  at = skipBlanks(at, end);
  std::string word;
  for (; at < end && !std::isspace(static_cast<unsigned char>(*at)); ++at)
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(*at)));
  return word;
}

static Complaint parseBanner(const char *&at, const char *end, Header &header) {
  static const char banner[] = "%%MatrixMarket";
  const char *word = at;
  if (lowerWord(at, end) != "%%matrixmarket")
    return {word, describe(word, end), banner};
  const char *object = skipBlanks(at, end);
  if (lowerWord(at, end) != "matrix")
    return {object, describe(object, end), "'matrix'"};
  const char *format = skipBlanks(at, end);
  std::string text = lowerWord(at, end);
  if (text != "coordinate" && text != "array")
    return {format, describe(format, end), "'coordinate' or 'array'"};
  header.coordinate = text == "coordinate";
  const char *field = skipBlanks(at, end);
  text = lowerWord(at, end);
  if (text == "real" || text == "double")
    header.field = Field::real;
  else if (text == "integer")
    header.field = Field::integer;
  else if (text == "pattern" && header.coordinate)
    header.field = Field::pattern;
  else if (text == "complex")
    return {field, "complex values, which no element type holds",
            "'real', 'integer' or 'pattern'", SCRATCH_UNSUPPORTED};
  else
    return {field, describe(field, end),
            header.coordinate ? "'real', 'integer' or 'pattern'"
                              : "'real' or 'integer'"};
  const char *symmetry = skipBlanks(at, end);
  text = lowerWord(at, end);
  if (text == "general")
    header.symmetry = Symmetry::general;
  else if (text == "symmetric")
    header.symmetry = Symmetry::symmetric;
  else if (text == "skew-symmetric" && header.field != Field::pattern)
    header.symmetry = Symmetry::skew;
  else if (text == "hermitian" && header.field != Field::pattern)
    header.symmetry = Symmetry::hermitian;
  else
    return {symmetry, describe(symmetry, end),
            header.field == Field::pattern
                ? "'general' or 'symmetric'"
                : "'general', 'symmetric', 'skew-symmetric' or 'hermitian'"};
  at = skipBlanks(at, end);
  if (at < end && *at != '\n')
    return {at, describe(at, end), "end of line"};
  return {};
}

/// Entries of a full or lower-triangular array, or -1 beyond 64 bits.
static int64_t arrayEntries(const Header &header) {
  int64_t n = header.rows, entries = 0;
  if (header.symmetry == Symmetry::general)
    return __builtin_mul_overflow(n, header.cols, &entries) ? -1 : entries;
  int64_t other = header.symmetry == Symmetry::skew ? n - 1 : n + 1;
  if (n == 0)
    return 0;
  if (n == INT64_MAX ||
      __builtin_mul_overflow(n % 2 ? n : n / 2, n % 2 ? other / 2 : other,
                             &entries))
    return -1;
  return entries;
}

static Complaint parseSizes(const char *&at, const char *end, Header &header) {
  int64_t *sizes[] = {&header.rows, &header.cols, &header.stored};
  static const char *const names[] = {"a number of rows", "a number of columns",
                                      "a number of entries"};
  for (int k = 0; k < (header.coordinate ? 3 : 2); ++k) {
    at = skipBlanks(at, end);
    const char *word = at;
    Parsed parsed = parseInteger(at, end, *sizes[k]);
    bool ends = at == end || std::isspace(static_cast<unsigned char>(*at));
    if (parsed != Parsed::ok || !ends || *sizes[k] < 0)
      return {word, describe(word, end), names[k]};
  }
  const char *behind = skipBlanks(at, end);
  if (behind < end && *behind != '\n')
    return {behind, describe(behind, end), "end of line"};
  if (header.symmetry != Symmetry::general && header.rows != header.cols)
    return {at,
            std::to_string(header.rows) + " x " + std::to_string(header.cols),
            "a square matrix, since it is declared symmetric"};
  if (!header.coordinate && (header.stored = arrayEntries(header)) < 0)
    return {at,
            std::to_string(header.rows) + " x " + std::to_string(header.cols),
            "a number of entries within 64 bits"};
  at = behind;
  return {};
}

Complaint scratch::io::parseHeader(const char *begin, const char *end,
                                   Header &header) {
  const char *at = begin;
  if (Complaint wrong = parseBanner(at, end, header))
    return wrong;
  while (true) { // comments and blank lines
    at = skipBlanks(at, end);
    if (at == end)
      return {at, "end of file", "a size line"};
    if (*at == '%') {
      const void *newline =
          std::memchr(at, '\n', static_cast<size_t>(end - at));
      at = newline ? static_cast<const char *>(newline) : end;
    } else if (*at == '\n') {
      ++at;
    } else {
      break;
    }
  }
  if (Complaint wrong = parseSizes(at, end, header))
    return wrong;
  header.body = at < end ? at + 1 : at;
  return {};
}
