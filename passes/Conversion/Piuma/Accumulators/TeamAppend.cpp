//===- TeamAppend.cpp - where a team's rows go in the result --------------===//
//
// Stage: map (PIUMA). Threads count the entries of their rows; a scan tells each
// where its first one lies in the tile, and the ledger where the tile lies in the
// result. Tiles are dealt in ascending order, so that waiting for the one before
// ends. The turn changes hands by compare-exchange, which orders the base.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Accumulators/TeamTable.h"

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

/// The remote atomic that merges like a semiring's add, if there is one.
static std::optional<Combine> combineOf(SemiringOperator add, bool real) {
  switch (add) {
  case SemiringOperator::op_plus:
    return real ? Combine::Addf : Combine::Addi;
  case SemiringOperator::op_min:
    return real ? Combine::Minf : Combine::Minsi;
  case SemiringOperator::op_max:
    return real ? Combine::Maxf : Combine::Maxsi;
  case SemiringOperator::op_or:
    return Combine::Ori;
  case SemiringOperator::op_and:
    return Combine::Andi;
  default:
    return std::nullopt;
  }
}

void TeamTable::add(LoopBuilder &b, const Cells &to, Value at, Value product) {
  bool custom = semiring.semiring.isCustom();
  if (!custom && semiring.semiring.getAdd() == SemiringOperator::op_any) {
    StoreOp::create(b, product, to.values, at);
    return;
  }
  std::optional<Combine> combine;
  if (!custom)
    combine = combineOf(semiring.semiring.getAdd(), isa<FloatType>(element));
  if (combine) {
    PostOp::create(b, *combine, product, to.values, at);
    return;
  }
  Type bits = cast<MemRefType>(to.bits.getType()).getElementType();
  auto asBits = [&](Value value) -> Value {
    return bits == element ? value : arith::BitcastOp::create(b, bits, value);
  };
  auto asValue = [&](Value value) -> Value {
    return bits == element ? value : arith::BitcastOp::create(b, element, value);
  };
  Value first = LoadOp::create(b, bits, to.bits, at);
  b.whileLoop(
      {first, b.bit(true)}, [&](ValueRange old) { return old[1]; },
      [&](ValueRange old) {
        Value sum = asBits(semiring.add(b, asValue(old[0]), product));
        Value found = CasOp::create(b, bits, old[0], sum, to.bits, at);
        return LoopBuilder::Values{found, b.notEqual(found, old[0])};
      });
}

/// Where a tile of `total` entries begins; every thread of the team asks.
Value TeamTable::placeTile(LoopBuilder &b, AppendOp op, Value total) {
  Type i64 = b.getI64Type();
  Value turn = b.index(0), base = b.index(1), ledger = op.getLedger();
  Value number = b.cast(op.getNumber(), i64);
  auto passTurn = [&](Value to) -> Value {
    return CasOp::create(b, i64, number, to, ledger, turn);
  };
  Value begin = b.ifElse(
      isLeader(b), {i64},
      [&] {
        b.whileLoop(
            {passTurn(number)}, [&](ValueRange found) { return b.notEqual(found[0], number); },
            [&](ValueRange) { return LoopBuilder::Values{passTurn(number)}; });
        Value here = LoadOp::create(b, i64, ledger, base);
        StoreOp::create(b, b.add(here, total), ledger, base);
        passTurn(b.add(number, b.integer(1, i64)));
        return LoopBuilder::Values{here};
      },
      [&] { return LoopBuilder::Values{b.integer(0, i64)}; })[0];
  return b.toIndex(BroadcastOp::create(b, i64, TeamScope::Core, begin));
}

void TeamTable::placeRows(LoopBuilder &b, AppendOp op, const Rows &rows,
                          function_ref<void(Value, Value, Value)> each) {
  Value one = b.index(1);
  b.loop(rows.from, rows.to, {rows.at}, [&](Value row, ValueRange at) {
    Value count = b.loadIndex(counts, row);
    Value end = b.add(at[0], count);
    Value number = b.add(op.getFirst(), row);
    b.ifThen(b.less(number, op.getWhole()),
             [&] { b.storeIndex(end, op.getPositions(), b.add(number, one)); });
    each(row, at[0], count);
    return LoopBuilder::Values{end};
  });
}

void TeamTable::append(LoopBuilder &b, AppendOp op) {
  b.ifElse(direct, [&] { appendDirect(b, op); }, [&] { appendRows(b, op); });
  barrier(b);
  mark(b, kPrepare);
}

void TeamTable::resetDeals(LoopBuilder &b) {
  b.ifThen(isLeader(b), [&] {
    b.loop(b.index(0), b.index(deals), [&](Value counter) {
      StoreOp::create(b, b.integer(0, b.getI64Type()), counters, counter);
    });
  });
}

void TeamTable::appendRows(LoopBuilder &b, AppendOp op) {
  Type i64 = b.getI64Type();
  Value height = b.sub(op.getLast(), op.getFirst());
  auto share = [&](Value thread) -> Value {
    return arith::DivUIOp::create(b, b.mul(height, thread), workers);
  };
  Rows rows;
  rows.from = share(me);
  rows.to = share(b.add(me, b.index(1)));
  Value own = b.loop(rows.from, rows.to, {b.index(0)}, [&](Value row, ValueRange sum) {
                 return LoopBuilder::Values{b.add(sum[0], b.loadIndex(counts, row))};
               })[0];
  Value before = ScanOp::create(b, i64, TeamScope::Core, b.cast(own, i64));
  Value total = ReduceOp::create(b, i64, Combine::Addi, TeamScope::Core, b.cast(own, i64));
  rows.at = b.add(placeTile(b, op, total), b.toIndex(before));
  resetDeals(b);
  write(b, op, rows);
}
