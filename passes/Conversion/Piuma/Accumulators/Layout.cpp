//===- Layout.cpp - a team's table in the scratchpad ----------------------===//
//
// Stage: map (PIUMA). One part in sixteen of the scratchpad is for rows. Of the
// rest, an entry of shared_hash costs two slots of tag and value; one of
// fragments costs two slots of tag and place, and a coordinate and a value in
// each of two fragments, so that one is written back while the other fills. A
// column of a tile addressed by column costs a value and a state.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/Layout.h"

#include "passes/Emission/RuntimeCalls.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

static constexpr int64_t kBytesPerRow = 128;
static constexpr int64_t kSlotsPerEntry = 2;
static constexpr int64_t kStateBytes = 4;

TeamLayout piuma::layOut(LoopBuilder &b, ModuleOp module, AccumulatorType type, bool masked) {
  Value bytes = b.toIndex(
      callRuntime(b, module, "scratch_piuma_scratchpad_bytes", b.getI64Type(), {}));
  auto bytesOf = [](Type type) -> int64_t { return type.getIntOrFloatBitWidth() / 8; };
  int64_t valueBytes = bytesOf(type.getElement());
  int64_t columnBytes =
      isa<IndexType>(type.getIndex()) ? 8 : std::max<int64_t>(bytesOf(type.getIndex()), 4);
  bool fragments = type.getKind() == AccumulatorKind::Fragments;
  int64_t slotBytes = 8 + (masked ? kStateBytes : 0) + (fragments ? 4 : valueBytes);
  int64_t entryBytes = kSlotsPerEntry * slotBytes + (fragments ? 2 * (columnBytes + valueBytes) : 0);

  TeamLayout layout;
  layout.rows = arith::DivUIOp::create(b, bytes, b.index(kBytesPerRow));
  layout.counts = b.index(8 * kCounterWords);
  Value at = b.add(layout.counts, b.mul(layout.rows, b.index(8)));
  layout.tags = at;
  // A multiple of 8, so that every part begins at a word.
  layout.entries = b.bitAnd(
      arith::DivUIOp::create(b, b.sub(bytes, at), b.index(entryBytes)), b.index(-8));
  layout.width = b.bitAnd(
      arith::DivUIOp::create(b, b.sub(bytes, at), b.index(valueBytes + kStateBytes)), b.index(-8));
  layout.directStates = b.add(at, b.mul(layout.width, b.index(valueBytes)));
  layout.slots = b.mul(layout.entries, b.index(kSlotsPerEntry));
  auto take = [&](Value count, int64_t each) {
    Value begin = at;
    at = b.add(at, b.mul(count, b.index(each)));
    return begin;
  };
  take(layout.slots, 8);
  if (fragments) {
    Value both = b.mul(layout.entries, b.index(2));
    layout.values = take(both, valueBytes);
    layout.columns = take(both, columnBytes);
    layout.places = take(layout.slots, 4);
  } else {
    layout.values = take(layout.slots, valueBytes);
  }
  if (masked)
    layout.states = take(layout.slots, kStateBytes);
  return layout;
}
