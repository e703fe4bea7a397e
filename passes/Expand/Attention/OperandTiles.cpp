//===- OperandTiles.cpp - keys or values, tile by tile --------------------===//
#include "passes/Expand/Attention/OperandTiles.h"

using namespace mlir;
using namespace scratch;

OperandTiles OperandTiles::inPlace(TokenRows rows, Value places) {
  OperandTiles tiles;
  tiles.places = places;
  tiles.all = rows.buffer;
  tiles.owned = rows.owned;
  return tiles;
}

OperandTiles OperandTiles::packed(LoopBuilder &b, const TokenPacking &packing, Value alone) {
  OperandTiles tiles;
  tiles.packing = packing;
  tiles.alone = alone;
  tiles.owned = tiles.all =
      packing.packAll(b, arith::XOrIOp::create(b, alone, b.bit(true)));
  return tiles;
}

Value OperandTiles::allocate(LoopBuilder &b, int64_t tokens) const {
  if (!packing)
    return {};
  return packing->allocate(b, b.select(alone, b.index(tokens / packing->tokens), b.index(0)));
}

OperandTiles::Tile OperandTiles::open(LoopBuilder &b, Value own, Value list, Value firstToken,
                                      Value count) const {
  if (!packing)
    return {all, b.add(b.mul(list, places), firstToken)};
  Value tokens = b.index(packing->tokens), zero = b.index(0);
  Value first = arith::DivUIOp::create(b, firstToken, tokens);
  b.ifThen(alone, [&] {
    b.loop(zero, arith::CeilDivUIOp::create(b, count, tokens),
           [&](Value unit) { packing->pack(b, list, b.add(first, unit), own, unit); });
  });
  Value buffer = b.ifElse(
      alone, {packing->type}, [&] { return LoopBuilder::Values{own}; },
      [&] { return LoopBuilder::Values{all}; })[0];
  return {buffer, b.select(alone, zero, b.add(b.mul(list, packing->units), first))};
}

void OperandTiles::release(LoopBuilder &b) const {
  if (owned)
    ReleaseOp::create(b, owned);
}
