//===- FetchAhead.cpp - entries that no near cache holds ------------------===//
#include "passes/Expand/FetchAhead.h"

using namespace mlir;
using namespace scratch;

/// How a matrix that no near cache holds is fetched: of so many entries at least, how far ahead
/// (some 200 ns of latency at 15 bytes per ns, or twice that), and how near. Fetching past the end
/// is harmless.
struct Fetching {
  int64_t from, ahead;
  uint32_t locality; ///< of llvm.prefetch
};
/// AMD: from 12 MB with f64, past the caches: a stencil of 27 points, 46 million entries, 17.8 ms
/// (Zen 5 in C; 19.1 half as far ahead, 21.3 a quarter, 21.2 without); from the third cache 7 points,
/// 18 MB, 0.61 ms instead of 0.90, and nothing or a tenth lost on less. Intel: from 1.5
/// MB on, into the first cache: 3 to 16 % between the second cache and memory; from memory a stencil
/// of 27 points, 89 million entries, takes 81 ms (95 when fetched into the second cache), of 7
/// points 64 (71).
static constexpr Fetching kPastCaches{1 << 20, 1024, 0}, kFirstCache{1 << 17, 512, 3};

/// Intel's processors gather as fast as they load, AMD's do not.
static const Fetching &fetchingFor(const VectorProducts &products) {
  return products.gatherFast() ? kFirstCache : kPastCaches;
}

Value FetchAhead::pays() const {
  Value entries = b.loadIndex(lhs.positions, lhs.majors);
  return b.lessEqual(b.index(fetchingFor(products).from), entries);
}

void FetchAhead::behind(Value p) const {
  if (!enabled)
    return;
  const Fetching &fetching = fetchingFor(products);
  Value later = b.add(p, b.index(fetching.ahead));
  auto fetch = [&](Value buffer) {
    memref::PrefetchOp::create(b, buffer, ValueRange{later}, /*isWrite=*/false, fetching.locality,
                               /*isDataCache=*/true);
  };
  fetch(lhs.coordinates);
  if (semiring.readsLeft())
    fetch(lhs.values);
}
