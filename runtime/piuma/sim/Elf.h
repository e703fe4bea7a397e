//===- Elf.h - A small bounded reader of static RISC-V ELF files -----------===//
//
// Reads what a simulator needs: the entry point, the segments to load, the symbols.
// Every offset and count in the file is checked before use; a file that lies gives an
// error text, never an access outside the bytes given.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_ELF_H
#define SCRATCH_RUNTIME_PIUMA_SIM_ELF_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace scratch::piuma {

struct Segment {
  uint64_t address;
  uint64_t memoryBytes;
  std::span<const uint8_t> file; // the first bytes; the rest is zero
  bool executable;
};

struct Symbol {
  std::string name;
  uint64_t address;
  uint64_t size;
  bool function;
};

/// Symbols in address order, with look-up both ways.
class SymbolTable {
public:
  void add(Symbol symbol) { symbols.push_back(std::move(symbol)); }
  void sort();
  std::optional<uint64_t> address(std::string_view name) const;
  /// "name+0x10", or "" where no symbol is near.
  std::string describe(uint64_t address) const;

private:
  std::vector<Symbol> symbols;
};

/// Spans point into the bytes that were given to readElf.
struct Image {
  uint64_t entry = 0;
  std::vector<Segment> segments;
  SymbolTable symbols;
};

/// Fills `image`; returns the reason on failure, found and expected.
std::optional<std::string> readElf(std::span<const uint8_t> bytes, Image &image);

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_ELF_H
