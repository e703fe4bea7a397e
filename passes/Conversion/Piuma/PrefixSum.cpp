//===- PrefixSum.cpp - prefix sums by all threads -------------------------===//
//
// Stage: map (PIUMA). Every thread sums a block, a collective tells it what comes
// before, and it sums once more while it stores.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/PrefixSum.h"

#include "dialects/Piuma/Piuma.h"
#include "passes/Emission/LoopBuilder.h"

using namespace mlir;
using namespace scratch;

void scratch::lowerPrefixSum(PrefixSumOp op) {
  LoopBuilder b(op.getLoc(), op);
  auto spmd = piuma::SpmdOp::create(b);
  b.createBlock(&spmd.getBody());
  auto identity = [&](piuma::Identity what) -> Value {
    return piuma::IdentityOp::create(b, b.getIndexType(), what);
  };
  Value me = identity(piuma::Identity::Thread), threads = identity(piuma::Identity::Threads);
  auto share = [&](Value thread) -> Value {
    return arith::DivUIOp::create(b, b.mul(op.getCount(), thread), threads);
  };
  Value zero = b.index(0), buffer = op.getBuffer();
  Value first = share(me), last = share(b.add(me, b.index(1)));
  auto step = [&](Value at, Value sum) { return b.add(sum, b.loadIndex(buffer, at)); };
  Value own = b.loop(first, last, {zero}, [&](Value at, ValueRange sum) {
    return LoopBuilder::Values{step(at, sum[0])};
  })[0];
  Value before = piuma::ScanOp::create(b, b.getI64Type(), piuma::TeamScope::All,
                                       b.cast(own, b.getI64Type()));
  b.loop(first, last, {b.toIndex(before)}, [&](Value at, ValueRange sum) {
    Value after = step(at, sum[0]);
    b.storeIndex(after, buffer, at);
    return LoopBuilder::Values{after};
  });
  piuma::ReturnOp::create(b);
  op.erase();
}
