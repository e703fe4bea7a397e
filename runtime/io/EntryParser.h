//===- EntryParser.h - the body of a Matrix Market file into entries -----===//
//
// The text is cut at line ends into chunks, which threads parse on their own.
// A chunk notes only where its first bad line starts; that line is parsed once
// more, alone, for the message. So the fast path builds no text, and the line
// reported is the first bad one of the file whatever the thread count.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_IO_ENTRYPARSER_H
#define SCRATCH_IO_ENTRYPARSER_H

#include "runtime/io/MatrixMarketHeader.h"
#include "runtime/io/Numbers.h"
#include "runtime/io/Parallel.h"

#include <limits>
#include <memory>
#include <type_traits>

namespace scratch::io {

/// Zero-based; of an array file, only the value counts.
template <typename Index, typename Value> struct Entry {
  Index row, col;
  Value value;
};

template <typename Index, typename Value> struct Chunk {
  const char *begin = nullptr, *end = nullptr;
  std::unique_ptr<Entry<Index, Value>[]> entries;
  size_t count = 0;
  const char *badLine = nullptr;
};

template <typename Index, typename Value> class EntryParser {
public:
  using EntryType = Entry<Index, Value>;
  using ChunkType = Chunk<Index, Value>;

  EntryParser(const Header &header, const char *end)
      : header(header), end(end) {}

  /// Parse the whole body. On a complaint the chunks are of no use.
  Complaint parse(int threads, std::vector<ChunkType> &chunks) {
    cut(chunks);
    parallelFor(threads, chunks.size(),
                [&](size_t k) { parseChunk(chunks[k]); });
    return verdict(chunks);
  }

private:
  void cut(std::vector<ChunkType> &chunks) const {
    const ptrdiff_t wanted = 1 << 20;
    for (const char *at = header.body; at < end;) {
      ChunkType chunk;
      chunk.begin = at;
      at = end - at > wanted ? lineEnd(at + wanted, end) : end;
      if (at < end)
        ++at;
      chunk.end = at;
      chunks.push_back(std::move(chunk));
    }
  }

  static const char *lineEnd(const char *at, const char *stop) {
    const void *newline =
        std::memchr(at, '\n', static_cast<size_t>(stop - at));
    return newline ? static_cast<const char *>(newline) : stop;
  }

  /// Whether a line is neither blank nor a comment; `at` is past its blanks.
  static bool isEntry(const char *at, const char *stop) {
    return at < stop && *at != '\n' && *at != '%';
  }

  void parseChunk(ChunkType &chunk) const {
    // A line takes at least "1 1\n", in an array "1\n".
    const size_t shortest = header.coordinate ? 4 : 2;
    // Left uninitialised: pages that no entry reaches are never touched.
    chunk.entries.reset(
        new EntryType[static_cast<size_t>(chunk.end - chunk.begin) / shortest +
                      1]);
    for (const char *at = chunk.begin; at < chunk.end;) {
      const char *line = at;
      at = skipBlanks(at, chunk.end);
      if (at == chunk.end)
        return;
      if (!isEntry(at, chunk.end)) {
        at = lineEnd(at, chunk.end);
        at += at < chunk.end;
        continue;
      }
      if (!parseLine(at, chunk.end, chunk.entries[chunk.count], nullptr)) {
        chunk.badLine = line;
        return;
      }
      ++chunk.count;
      if (at < chunk.end)
        ++at;
    }
  }

  /// One entry, up to the line end. With `wrong`, says what is wrong.
  bool parseLine(const char *&at, const char *stop, EntryType &entry,
                 Complaint *wrong) const {
    if (header.coordinate) {
      if (!parseIndex(at, stop, header.rows, "row", entry.row, wrong))
        return false;
      at = skipBlanks(at, stop);
      if (!parseIndex(at, stop, header.cols, "column", entry.col, wrong))
        return false;
      if (header.symmetry != Symmetry::general &&
          (entry.col > entry.row ||
           (header.symmetry == Symmetry::skew && entry.col == entry.row)))
        return complain(wrong, at,
                        "an entry at row " + std::to_string(entry.row + 1) +
                            ", column " + std::to_string(entry.col + 1),
                        header.symmetry == Symmetry::skew
                            ? "only entries below the diagonal"
                            : "only entries of the lower triangle");
      if (header.field != Field::pattern)
        at = skipBlanks(at, stop);
    }
    const char *value = at;
    if (header.field == Field::pattern)
      entry.value = 1;
    else if (!parseValue(at, stop, entry.value))
      return wrong &&
             complain(wrong, value, describe(value, stop), valueText());
    at = skipBlanks(at, stop);
    if (at < stop && *at != '\n')
      return wrong && complain(wrong, at, describe(at, stop), "end of line");
    return true;
  }

  static bool complain(Complaint *wrong, const char *at, std::string found,
                       std::string expected) {
    if (wrong)
      *wrong = {at, std::move(found), std::move(expected)};
    return false;
  }

  bool parseIndex(const char *&at, const char *stop, int64_t extent,
                  const char *name, Index &index, Complaint *wrong) const {
    const char *word = at;
    uint64_t value = 0;
    while (at < stop && isDigit(*at) && at - word < 19)
      value = value * 10 + static_cast<uint64_t>(*at++ - '0');
    bool ends =
        at == stop || *at == ' ' || *at == '\t' || *at == '\n' || *at == '\r';
    if (at > word && ends && value >= 1 &&
        value <= static_cast<uint64_t>(extent)) {
      index = static_cast<Index>(value - 1);
      return true;
    }
    return wrong && complain(wrong, word, describe(word, stop),
                             std::string("a ") + name + " from 1 to " +
                                 std::to_string(extent));
  }

  bool parseValue(const char *&at, const char *stop, Value &value) const {
    const char *word = at;
    if constexpr (std::is_floating_point_v<Value>) {
      if (parseReal(at, stop, value) != Parsed::ok)
        return false;
      return header.field == Field::real || isIntegerText(word, at);
    } else if constexpr (sizeof(Value) == 1) {
      double real;
      if (parseReal(at, stop, real) != Parsed::ok)
        return false;
      value = real != 0;
      return header.field == Field::real || isIntegerText(word, at);
    } else {
      const auto least = std::numeric_limits<Value>::min();
      const auto most = std::numeric_limits<Value>::max();
      int64_t whole;
      Parsed parsed = parseInteger(at, stop, whole);
      bool ends =
          at == stop || *at == ' ' || *at == '\t' || *at == '\n' || *at == '\r';
      if (parsed == Parsed::malformed || !ends) {
        if (header.field == Field::integer)
          return false;
        double real;
        at = word;
        if (parseReal(at, stop, real) != Parsed::ok ||
            real != std::trunc(real) || real < -9223372036854775808.0 ||
            real >= 9223372036854775808.0)
          return false;
        whole = static_cast<int64_t>(real);
      } else if (parsed == Parsed::outOfRange) {
        return false;
      }
      value = static_cast<Value>(whole);
      // The mirror of a skew entry is its negative, which must exist too.
      return whole >= least && whole <= most &&
             !(header.symmetry == Symmetry::skew && whole == least);
    }
  }

  static bool isIntegerText(const char *from, const char *to) {
    for (const char *p = from; p < to; ++p)
      if (!isDigit(*p) && !(p == from && (*p == '-' || *p == '+')))
        return false;
    return true;
  }

  std::string valueText() const {
    if constexpr (std::is_floating_point_v<Value>)
      return std::string(header.field == Field::integer ? "an integer"
                                                        : "a real number") +
             " within f" + std::to_string(8 * sizeof(Value));
    else if constexpr (sizeof(Value) == 1)
      return header.field == Field::integer ? "an integer" : "a real number";
    else
      return "an integer within i" + std::to_string(8 * sizeof(Value));
  }

  /// The first thing wrong in file order: a bad line, or a line too many; at
  /// the end of the file, lines that are missing.
  Complaint verdict(const std::vector<ChunkType> &chunks) const {
    const uint64_t stored = static_cast<uint64_t>(header.stored);
    uint64_t before = 0;
    for (const ChunkType &chunk : chunks) {
      if (chunk.count > stored - before)
        return {nthLine(chunk, stored - before), "an entry too many",
                "end of file after " + std::to_string(stored) + " entries"};
      if (chunk.badLine) {
        Complaint wrong;
        EntryType entry;
        const char *at = skipBlanks(chunk.badLine, chunk.end);
        if (before + chunk.count == stored)
          return {at, describe(at, chunk.end),
                  "end of file after " + std::to_string(stored) + " entries"};
        parseLine(at, chunk.end, entry, &wrong);
        return wrong;
      }
      before += chunk.count;
    }
    if (before == stored)
      return {};
    return {end, "end of file after " + std::to_string(before) + " entries",
            std::to_string(stored) + " entries"};
  }

  const char *nthLine(const ChunkType &chunk, uint64_t n) const {
    const char *at = chunk.begin;
    while (true) {
      const char *first = skipBlanks(at, chunk.end);
      if (isEntry(first, chunk.end) && n-- == 0)
        return first;
      at = lineEnd(first, end) + 1;
    }
  }

  const Header &header;
  const char *end;
};

} // namespace scratch::io
#endif // SCRATCH_IO_ENTRYPARSER_H
