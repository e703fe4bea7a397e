//===- SharedHash.cpp - values in the table, written back by a scan -------===//
//
// Stage: map (PIUMA). The table's values are merged where they lie. To write a
// tile back, threads scan equal parts of the table: each entry takes the next
// place of its row by an atomic, is stored, and its slot is freed.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

namespace {
class SharedHash final : public TeamTable {
public:
  explicit SharedHash(AccumulatorCreateOp op) : TeamTable(op) {}

private:
  void prepare(LoopBuilder &b, const Range &entries) override {
    fill(b, layout.values, slotsOf(b, entries), semiring.identity);
  }

  void merge(LoopBuilder &b, Value slot, Value isNew, Value, Value product) override {
    Value row = rowNumber;
    b.ifThen(isNew, [&] {
      PostOp::create(b, Combine::Addi, b.integer(1, b.getI64Type()), counts, row);
    });
    add(b, held, slot, product);
  }

  void write(LoopBuilder &b, AppendOp op, const Rows &rows) override {
    // Counts become places.
    placeRows(b, op, rows,
              [&](Value row, Value at, Value) { b.storeIndex(at, counts, row); });
    barrier(b);
    auto share = [&](Value thread) -> Value {
      return arith::DivUIOp::create(b, b.mul(slots, thread), workers);
    };
    Value free = b.integer(-1, b.getI64Type());
    b.loop(share(me), share(b.add(me, b.index(1))), [&](Value slot) {
      Value tag = b.load(tags, slot);
      b.ifThen(b.notEqual(tag, free), [&] {
        emitSlot(b, op, slot, tag);
        b.store(free, tags, slot);
      });
    });
    barrier(b);
    Value zero = b.integer(0, b.getI64Type());
    b.loop(rows.from, rows.to, [&](Value row) { b.store(zero, counts, row); });
  }

  void emitSlot(LoopBuilder &b, AppendOp op, Value slot, Value tag) {
    Type i64 = b.getI64Type();
    auto store = [&] {
      Value row = b.toIndex(b.shiftRight(tag, 32));
      Value place = b.toIndex(
          AtomicOp::create(b, i64, Combine::Addi, b.integer(1, i64), counts, row));
      Type index = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
      Value column = b.bitAnd(tag, b.integer(0xffffffff, i64));
      b.store(b.cast(column, index), op.getCoordinates(), place);
      b.store(b.load(held.values, slot), op.getValues(), place);
      b.store(identity(b), held.values, slot);
    };
    if (!masked())
      return store();
    Type i32 = b.getI32Type();
    Value present = b.bitAnd(b.load(states, slot), b.integer(0x80, i32));
    b.ifThen(b.notEqual(present, b.integer(0, i32)), store);
    b.store(b.integer(0, i32), states, slot);
  }
};
} // namespace

std::unique_ptr<Accumulator> piuma::makeSharedHash(AccumulatorCreateOp op) {
  return std::make_unique<SharedHash>(op);
}
