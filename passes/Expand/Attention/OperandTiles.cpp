//===- OperandTiles.cpp - keys or values, tile by tile --------------------===//
#include "passes/Expand/Attention/OperandTiles.h"

using namespace mlir;
using namespace scratch;

OperandTiles OperandTiles::packed(LoopBuilder &b, const HeadLists &lists,
                                  const TokenPacking &packing, const TileStores &stores) {
  OperandTiles tiles;
  tiles.lists = lists;
  tiles.packing = packing;
  tiles.stores = stores;
  tiles.own = stores.areUsed;
  tiles.owned = tiles.all = packing.packAll(b, arith::XOrIOp::create(b, tiles.own, b.bit(true)));
  return tiles;
}

OperandTiles OperandTiles::rows(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                                const TileStores &stores, Value readers) {
  OperandTiles tiles;
  tiles.lists = lists;
  tiles.packing = packingOfRows(b, lists, lanes);
  tiles.stores = stores;
  tiles.own = b.bitAnd(stores.areUsed, areRowsWorthCopying(b, lists, lanes, readers));
  TokenRows rows = openRows(b, lists, lanes, b.select(stores.areUsed, b.index(0), readers));
  tiles.all = rows.buffer;
  tiles.owned = rows.owned;
  return tiles;
}

OperandTiles::Store OperandTiles::allocate(LoopBuilder &b) const {
  Value slots = b.select(own, stores.slots, b.index(0));
  Value units = b.mul(slots, b.index(stores.tokens / packing.tokens));
  auto names = MemRefType::get({ShapedType::kDynamic}, b.getI64Type());
  return {packing.allocate(b, units),
          AllocateOp::create(b, names, ValueRange{slots}, /*zeroed=*/true)};
}

OperandTiles::Tile OperandTiles::open(LoopBuilder &b, const Store &store, Value list,
                                      Value firstToken, Value count) const {
  Value perTile = b.index(stores.tokens / packing.tokens);
  Value tile = arith::DivUIOp::create(b, firstToken, b.index(stores.tokens));
  Value slot = stores.slotOf(b, tile), stored = b.mul(slot, perTile), first = b.mul(tile, perTile);
  b.ifThen(own, [&] {
    Value name = stores.nameOf(b, list, tile);
    b.ifThen(b.notEqual(b.loadIndex(store.names, slot), name), [&] {
      b.storeIndex(name, store.names, slot);
      Value units = arith::CeilDivUIOp::create(b, count, b.index(packing.tokens));
      b.loop(b.index(0), units, [&](Value unit) {
        packing.pack(b, list, b.add(first, unit), store.units, b.add(stored, unit));
      });
    });
  });
  Value buffer = b.ifElse(
      own, {packing.type}, [&] { return LoopBuilder::Values{store.units}; },
      [&] { return LoopBuilder::Values{all}; })[0];
  return {buffer, b.select(own, stored, b.add(b.mul(list, packing.units), first))};
}

Value OperandTiles::isNextMissing(LoopBuilder &b, const Store &store, Value list,
                                  Value firstToken, bool unstored) const {
  Value tile = arith::DivUIOp::create(b, firstToken, b.index(stores.tokens));
  Value next = b.add(tile, b.index(1)), name = b.add(stores.nameOf(b, list, tile), b.index(1));
  Value slot = stores.slotOf(b, b.select(b.less(next, stores.tiles), next, b.index(0)));
  return b.ifElse(
      own, {b.getI1Type()},
      [&] {
        return LoopBuilder::Values{b.notEqual(b.loadIndex(store.names, slot), name)};
      },
      [&] { return LoopBuilder::Values{b.bit(unstored)}; })[0];
}

/// Elements of a unit of a buffer.
static Value elementsOfUnit(LoopBuilder &b, Value buffer) {
  Value elements = b.index(1);
  for (int64_t d = 1; d < cast<MemRefType>(buffer.getType()).getRank(); ++d)
    elements = b.mul(elements, memref::DimOp::create(b, buffer, d));
  return elements;
}

std::optional<ComingRange> OperandTiles::after(LoopBuilder &b, Value list, Value firstToken,
                                               Value count, Value isAsked) const {
  if (!lists.tensor.headsFirst || lists.order.tokens)
    return std::nullopt;
  Value raw = lists.tensor.buffer, zero = b.index(0), next = b.add(firstToken, count);
  auto rangeOf = [&](Value buffer, Value isAsked, Value from, Value elements) {
    return ComingRange::of(b, buffer, from, b.select(isAsked, elements, zero));
  };
  ComingRange unpacked = rangeOf(raw, b.bitAnd(isAsked, stores.areUsed),
                                 b.mul(b.add(b.mul(list, lists.places), next), lists.size),
                                 b.mul(count, lists.size));
  if (cast<MemRefType>(all.getType()).getElementType() !=
      cast<MemRefType>(raw.getType()).getElementType())
    return unpacked;
  Value tokens = b.index(packing.tokens), unit = elementsOfUnit(b, all);
  Value first = b.add(b.mul(list, packing.units), arith::DivUIOp::create(b, next, tokens));
  ComingRange packed = rangeOf(all, isAsked, b.mul(first, unit),
                               b.mul(arith::DivUIOp::create(b, count, tokens), unit));
  return ComingRange::either(b, stores.areUsed, unpacked, packed);
}

void OperandTiles::release(LoopBuilder &b) const {
  if (owned)
    ReleaseOp::create(b, owned);
}
