//===- SampledChanges.cpp - how often neighbours differ, by a sample ------===//
#include "passes/Expand/SampledChanges.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kPlaces = 64, kAtOnce = kSampledPairs / kPlaces;

Value scratch::sampledChanges(LoopBuilder &b, Value count, function_ref<Value(Value)> numberAt) {
  Value step = arith::DivUIOp::create(b, count, b.index(kPlaces));
  Value zero = b.index(0), one = b.index(1);
  return b.loop(zero, b.index(kPlaces), {zero}, [&](Value place, ValueRange so) {
    Value from = b.mul(place, step);
    return b.loop(zero, b.index(kAtOnce), so, [&](Value k, ValueRange sum) {
      Value at = b.add(from, k);
      Value changed = b.notEqual(numberAt(at), numberAt(b.add(at, one)));
      return LoopBuilder::Values{b.add(sum[0], b.cast(changed, b.getIndexType()))};
    });
  })[0];
}
