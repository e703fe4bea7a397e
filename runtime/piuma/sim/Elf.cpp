//===- Elf.cpp - A small bounded reader of static RISC-V ELF files ---------===//
//
// Layouts as in the System V ABI's ELF-64. Only little-endian, EM_RISCV, ET_EXEC files.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Elf.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <tuple>

namespace scratch::piuma {

namespace {
using Bytes = std::span<const uint8_t>;
constexpr size_t kMaxSymbols = 1 << 20;

struct FileHeader {
  uint8_t ident[16];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, phoff, shoff;
  uint32_t flags;
  uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct ProgramHeader {
  uint32_t type, flags;
  uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
struct SectionHeader {
  uint32_t name, type;
  uint64_t flags, addr, offset, size;
  uint32_t link, info;
  uint64_t addralign, entsize;
};
struct SymbolEntry {
  uint32_t name;
  uint8_t info, other;
  uint16_t shndx;
  uint64_t value, size;
};
} // namespace

static bool inside(Bytes bytes, uint64_t offset, uint64_t size) {
  return offset <= bytes.size() && size <= bytes.size() - offset;
}

template <class T> static bool readAt(Bytes bytes, uint64_t offset, T &out) {
  if (!inside(bytes, offset, sizeof(T)))
    return false;
  std::memcpy(&out, bytes.data() + offset, sizeof(T));
  return true;
}

static std::string text(const char *format, unsigned long long a,
                        unsigned long long b = 0) {
  char buffer[160];
  std::snprintf(buffer, sizeof(buffer), format, a, b);
  return buffer;
}

static std::optional<std::string> readSegments(Bytes bytes, const FileHeader &header,
                                               Image &image) {
  if (header.phnum && header.phentsize != sizeof(ProgramHeader))
    return text("program header entries have %llu bytes, expected %llu",
                header.phentsize, sizeof(ProgramHeader));
  for (unsigned i = 0; i < header.phnum; ++i) {
    ProgramHeader entry;
    uint64_t at = header.phoff + uint64_t(i) * sizeof(ProgramHeader);
    if (header.phoff > bytes.size() || !readAt(bytes, at, entry))
      return text("program header %llu lies outside of the file of %llu bytes", i,
                  bytes.size());
    if (entry.type == 2 || entry.type == 3) // PT_DYNAMIC, PT_INTERP
      return std::string("found a dynamically linked program, expected a static one");
    if (entry.type != 1 || entry.memsz == 0) // PT_LOAD
      continue;
    if (entry.filesz > entry.memsz)
      return text("segment %llu has more bytes in the file than in memory", i);
    if (!inside(bytes, entry.offset, entry.filesz))
      return text("segment %llu lies outside of the file of %llu bytes", i,
                  bytes.size());
    image.segments.push_back({entry.vaddr, entry.memsz,
                              bytes.subspan(entry.offset, entry.filesz),
                              (entry.flags & 1) != 0});
  }
  if (image.segments.empty())
    return std::string("found no segment to load");
  return std::nullopt;
}

/// Symbols are a convenience: damaged tables are left out, not refused.
static void readSymbols(Bytes bytes, const FileHeader &header, Image &image) {
  if (header.shentsize != sizeof(SectionHeader) || header.shoff > bytes.size())
    return;
  for (unsigned i = 0; i < header.shnum; ++i) {
    SectionHeader section, strings;
    if (!readAt(bytes, header.shoff + uint64_t(i) * sizeof(SectionHeader), section))
      return;
    if (section.type != 2 || !inside(bytes, section.offset, section.size)) // SHT_SYMTAB
      continue;
    if (section.link >= header.shnum ||
        !readAt(bytes, header.shoff + uint64_t(section.link) * sizeof(SectionHeader),
                strings) ||
        !inside(bytes, strings.offset, strings.size))
      continue;
    Bytes names = bytes.subspan(strings.offset, strings.size);
    size_t count = std::min<size_t>(section.size / sizeof(SymbolEntry), kMaxSymbols);
    for (size_t s = 0; s < count; ++s) {
      SymbolEntry entry;
      if (!readAt(bytes, section.offset + s * sizeof(SymbolEntry), entry))
        break;
      unsigned kind = entry.info & 15; // none, object, function
      if (entry.shndx == 0 || kind > 2 || entry.name >= names.size())
        continue;
      const char *start = reinterpret_cast<const char *>(names.data()) + entry.name;
      size_t length = strnlen(start, std::min<size_t>(names.size() - entry.name, 512));
      std::string_view name(start, length);
      // Mapping symbols and the compiler's own labels say nothing to a reader.
      if (length && *start != '$' && !name.starts_with(".L"))
        image.symbols.add({std::string(name), entry.value, entry.size, kind == 2});
    }
  }
  image.symbols.sort();
}

void SymbolTable::sort() {
  // Of several symbols at one address, `describe` takes the last: a function's.
  auto key = [](const Symbol &s) { return std::tuple(s.address, s.function, s.name); };
  std::sort(symbols.begin(), symbols.end(),
            [&](const Symbol &a, const Symbol &b) { return key(a) < key(b); });
}

std::optional<uint64_t> SymbolTable::address(std::string_view name) const {
  for (const Symbol &symbol : symbols)
    if (symbol.name == name)
      return symbol.address;
  return std::nullopt;
}

std::string SymbolTable::describe(uint64_t address) const {
  auto after = std::upper_bound(
      symbols.begin(), symbols.end(), address,
      [](uint64_t a, const Symbol &symbol) { return a < symbol.address; });
  if (after == symbols.begin())
    return "";
  const Symbol &symbol = *std::prev(after);
  uint64_t offset = address - symbol.address;
  if (offset > 0x100000 || (symbol.size && offset >= symbol.size + 4))
    return "";
  return offset ? symbol.name + text("+0x%llx", offset) : symbol.name;
}

std::optional<std::string> readElf(Bytes bytes, Image &image) {
  FileHeader header;
  if (!readAt(bytes, 0, header) || std::memcmp(header.ident, "\177ELF", 4) != 0)
    return std::string("found no ELF header, expected a RISC-V ELF file");
  if (header.ident[4] != 2 || header.ident[5] != 1)
    return text("found ELF class %llu, byte order %llu; expected 64-bit little-endian",
                header.ident[4], header.ident[5]);
  if (header.machine != 243)
    return text("found an ELF file for machine %llu, expected 243 (RISC-V)",
                header.machine);
  if (header.type != 2)
    return text("found ELF type %llu, expected 2 (a static executable)", header.type);
  image.entry = header.entry;
  if (auto error = readSegments(bytes, header, image))
    return error;
  readSymbols(bytes, header, image);
  return std::nullopt;
}

} // namespace scratch::piuma
