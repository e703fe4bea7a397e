//===- PlanBytes.cpp - what a plan consists of ----------------------------===//
#include "passes/Expand/Spgemm/PlanBytes.h"

#include "passes/Expand/Operands.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kWordBytes = 8, kPlaceBytes = 2;

/// Where places begin, if there are any.
static Value placesBegin(LoopBuilder &b, Value rows) {
  return b.mul(b.add(rows, b.index(PlanBytes::kWords + 1)), b.index(kWordBytes));
}

Value PlanBytes::size(LoopBuilder &b, Value rows, Value products) {
  Value all = b.add(placesBegin(b, rows), b.mul(products, b.index(kPlaceBytes)));
  Value none = b.equal(products, b.index(0));
  return b.select(none, b.index(kWords * kWordBytes), all);
}

Value PlanBytes::words() const {
  return memref::ViewOp::create(b, MemRefType::get({kWords}, b.getI64Type()), bytes, b.index(0),
                                ValueRange());
}

Value PlanBytes::loadWord(int64_t at) const { return b.load(words(), b.index(at)); }

void PlanBytes::storeWord(Value word, int64_t at) const { b.store(word, words(), b.index(at)); }

Value PlanBytes::before(Value rows) const {
  return memref::ViewOp::create(b, bufferOf(b.getI64Type()), bytes, b.index(kWords * kWordBytes),
                                ValueRange{b.add(rows, b.index(1))});
}

Value PlanBytes::places(Value rows, Value products) const {
  return memref::ViewOp::create(b, bufferOf(b.getI16Type()), bytes, placesBegin(b, rows),
                                ValueRange{products});
}
