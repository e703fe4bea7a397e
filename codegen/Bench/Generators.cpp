//===- Generators.cpp - matrices made on the spot -------------------------===//
//
//   rmat:SCALE:EDGES    recursive matrix of 2^SCALE rows, EDGES per row, with
//                       Graph500's probabilities .57 .19 .19 .05 [1]
//   mild:SCALE:EDGES    the same with .45 .15 .15 .25
//   er:SCALE:EDGES      uniformly random (Erdős–Rényi), 2^SCALE rows
//   stencil5:N stencil9:N    points of an N x N grid with 4 or 8 neighbours
//   stencil7:N stencil27:N   points of an N x N x N grid with 6 or 26
//   band:N:HALF         N rows, HALF full diagonals on either side
//   arrow:N             diagonal and a full last row
//
// The same name gives the same matrix everywhere. Repeated edges are summed.
//
// [1] D. Chakrabarti, Y. Zhan, C. Faloutsos: R-MAT, SDM 2004; graph500.org.
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Csr.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <cstdlib>

using namespace scratch::bench;

namespace {
/// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
  double real() { return (next() >> 11) * 0x1p-53; }
  int64_t below(int64_t bound) { return static_cast<unsigned __int128>(next()) * bound >> 64; }

private:
  uint64_t next() {
    uint64_t z = state += 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  uint64_t state = 20;
};

using Numbers = llvm::ArrayRef<int64_t>;

Entries recursive(int64_t scale, int64_t edges, double a, double b, double c) {
  int64_t n = int64_t(1) << scale;
  Entries out{n, n, {}, {}, {}};
  Random random;
  for (int64_t k = 0; k < n * edges; ++k) {
    int64_t i = 0, j = 0;
    for (int64_t level = 0; level < scale; ++level) {
      double where = random.real();
      i = 2 * i + (where >= a + b);
      j = 2 * j + ((where >= a && where < a + b) || where >= a + b + c);
    }
    out.add(i, j, 0.5 + random.real());
  }
  return out;
}

Entries graph500(Numbers n) { return recursive(n[0], n[1], .57, .19, .19); }
Entries mild(Numbers n) { return recursive(n[0], n[1], .45, .15, .15); }

Entries uniform(Numbers numbers) {
  int64_t n = int64_t(1) << numbers[0];
  Entries out{n, n, {}, {}, {}};
  Random random;
  for (int64_t k = 0; k < n * numbers[1]; ++k) {
    int64_t i = random.below(n), j = random.below(n);
    out.add(i, j, 0.5 + random.real());
  }
  return out;
}

/// Neighbours at distance 1; `corners`: also across corners.
Entries grid(int64_t side, int dimensions, bool corners) {
  int64_t n = 1, reach = dimensions == 3 ? 1 : 0;
  for (int d = 0; d < dimensions; ++d)
    n *= side;
  Entries out{n, n, {}, {}, {}};
  Random random;
  for (int64_t p = 0; p < n; ++p) {
    int64_t x = p % side, y = p / side % side, z = p / side / side;
    for (int64_t dz = -reach; dz <= reach; ++dz)
      for (int64_t dy = -1; dy <= 1; ++dy)
        for (int64_t dx = -1; dx <= 1; ++dx) {
          bool inside = x + dx >= 0 && x + dx < side && y + dy >= 0 && y + dy < side &&
                        z + dz >= 0 && (dimensions == 2 || z + dz < side);
          if (inside && (corners || std::abs(dx) + std::abs(dy) + std::abs(dz) <= 1))
            out.add(p, ((z + dz) * side + y + dy) * side + x + dx, 0.5 + random.real());
        }
  }
  return out;
}

Entries stencil5(Numbers n) { return grid(n[0], 2, false); }
Entries stencil9(Numbers n) { return grid(n[0], 2, true); }
Entries stencil7(Numbers n) { return grid(n[0], 3, false); }
Entries stencil27(Numbers n) { return grid(n[0], 3, true); }

Entries band(Numbers numbers) {
  int64_t n = numbers[0], half = numbers[1];
  Entries out{n, n, {}, {}, {}};
  Random random;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = std::max<int64_t>(0, i - half); j <= std::min(n - 1, i + half); ++j)
      out.add(i, j, 0.5 + random.real());
  return out;
}

Entries arrow(Numbers numbers) {
  int64_t n = numbers[0];
  Entries out{n, n, {}, {}, {}};
  Random random;
  for (int64_t i = 0; i < n; ++i)
    out.add(i, i, 0.5 + random.real());
  for (int64_t j = 0; j + 1 < n; ++j)
    out.add(n - 1, j, 0.5 + random.real());
  return out;
}

struct Generator {
  llvm::StringLiteral name;
  Entries (*make)(Numbers);
  struct {
    llvm::StringLiteral name;
    int64_t most;
  } parameters[2];
  int count;
};

constexpr Generator kGenerators[] = {
    {"rmat", graph500, {{"SCALE", 24}, {"EDGES", 1024}}, 2},
    {"mild", mild, {{"SCALE", 24}, {"EDGES", 1024}}, 2},
    {"er", uniform, {{"SCALE", 24}, {"EDGES", 1024}}, 2},
    {"stencil5", stencil5, {{"N", 8192}, {"", 0}}, 1},
    {"stencil9", stencil9, {{"N", 8192}, {"", 0}}, 1},
    {"stencil7", stencil7, {{"N", 400}, {"", 0}}, 1},
    {"stencil27", stencil27, {{"N", 400}, {"", 0}}, 1},
    {"band", band, {{"N", 1 << 26}, {"HALF", 4096}}, 2},
    {"arrow", arrow, {{"N", 1 << 26}, {"", 0}}, 1},
};
/// Entries that a generated matrix may ask for: what 32-bit indices count.
constexpr double kMostEntries = 2147483647.0;
} // namespace

static const Generator *find(llvm::StringRef name) {
  for (const Generator &generator : kGenerators)
    if (name.split(':').first == generator.name)
      return &generator;
  return nullptr;
}

bool scratch::bench::isGenerated(llvm::StringRef name) {
  return name.contains(':') && find(name);
}

llvm::StringRef scratch::bench::generatorSyntax() {
  return "rmat:SCALE:EDGES mild:SCALE:EDGES er:SCALE:EDGES stencil5:N stencil9:N stencil7:N "
         "stencil27:N band:N:HALF arrow:N";
}

/// About how many entries will be made.
static double expectedEntries(const Generator &generator, Numbers n) {
  if (generator.count == 2)
    return generator.name == "band" ? double(n[0]) * (2 * n[1] + 1)
                                    : double(int64_t(1) << n[0]) * n[1];
  if (generator.name == "arrow")
    return 2.0 * n[0];
  double side = n[0];
  if (generator.name == "stencil5" || generator.name == "stencil9")
    return 9 * side * side;
  return 27 * side * side * side;
}

llvm::Expected<Csr> scratch::bench::generate(llvm::StringRef name) {
  const Generator *generator = find(name);
  llvm::SmallVector<llvm::StringRef> words;
  name.split(words, ':');
  auto wrong = [&](const llvm::Twine &found) {
    return llvm::createStringError(name + ": found " + found + ", expected one of " +
                                   generatorSyntax());
  };
  if (!generator)
    return wrong("no such generator");
  if (words.size() != size_t(generator->count) + 1)
    return wrong(llvm::Twine(words.size() - 1) + " numbers");
  llvm::SmallVector<int64_t> numbers;
  for (int k = 0; k < generator->count; ++k) {
    int64_t number;
    auto [parameter, most] = generator->parameters[k];
    if (words[k + 1].getAsInteger(10, number) || number < 1 || number > most)
      return llvm::createStringError(name + ": found " + parameter + " '" + words[k + 1] +
                                     "', expected 1 to " + llvm::Twine(most));
    numbers.push_back(number);
  }
  if (expectedEntries(*generator, numbers) > kMostEntries)
    return llvm::createStringError(name + ": found more than 2^31 entries, expected fewer");
  return compressed(generator->make(numbers));
}
