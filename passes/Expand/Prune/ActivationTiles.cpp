//===- ActivationTiles.cpp - activations by tiles of samples --------------===//
#include "passes/Expand/Prune/ActivationTiles.h"

#include "dialects/Scratch/Scratch.h"
#include "passes/Expand/Operands.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Uses that pay for a copy: a load that misses the first cache and a store.
static constexpr int64_t kUsesWorthACopy = 6;

ActivationTiles scratch::openActivations(LoopBuilder &b, Value flatRhs, Value depth,
                                         Value columns, int64_t lanes, int64_t vectors,
                                         Value uses) {
  ActivationTiles tiles{flatRhs, depth, columns, lanes, vectors, {}, {}};
  if (lanes == 1) {
    tiles.direct = b.bit(true);
    return tiles;
  }
  Value whole = b.equal(arith::RemUIOp::create(b, columns, b.index(lanes)), b.index(0));
  tiles.direct = b.bitAnd(whole, b.lessEqual(columns, b.index(tiles.width())));
  tiles.rare = b.less(uses, b.index(kUsesWorthACopy));
  return tiles;
}

Value ActivationTiles::count(LoopBuilder &b) const {
  return arith::CeilDivUIOp::create(b, columns, b.index(width()));
}

Values ActivationTiles::open(LoopBuilder &b) const {
  if (lanes == 1)
    return {};
  Type element = cast<MemRefType>(rhs.getType()).getElementType();
  Value size = b.select(direct, b.index(1), b.mul(depth, b.index(width())));
  Value copy = AllocateOp::create(b, bufferOf(element), ValueRange{size}, /*zeroed=*/false);
  // The tile that is there, counted from 1.
  Value holds = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{b.index(1)},
                                   /*zeroed=*/true);
  return {copy, holds};
}

void ActivationTiles::close(LoopBuilder &b, ValueRange state) const {
  for (Value buffer : state)
    ReleaseOp::create(b, buffer);
}

ActivationTiles::Tile ActivationTiles::take(LoopBuilder &b, Value number, ValueRange state) const {
  Value zero = b.index(0), column = b.mul(number, b.index(width()));
  if (lanes == 1)
    return {rhs, column, columns};
  Value copy = state[0], holds = state[1], wanted = b.add(number, b.index(1));
  auto type = VectorType::get({lanes}, cast<MemRefType>(rhs.getType()).getElementType());
  Value end = b.min(columns, b.mul(wanted, b.index(width())));
  Value cut = arith::RemUIOp::create(b, b.sub(end, column), b.index(lanes));
  Value inPlace = b.bitOr(direct, b.bitAnd(rare, b.equal(cut, zero)));
  Value has = b.bitOr(inPlace, b.equal(b.loadIndex(holds, zero), wanted));
  b.ifThen(arith::XOrIOp::create(b, has, b.bit(true)), [&] {
    b.storeIndex(wanted, holds, zero);
    Value whole = b.lessEqual(b.mul(wanted, b.index(width())), columns);
    b.loop(zero, depth, [&](Value k) {
      Value from = b.add(b.mul(k, columns), column), to = b.mul(k, b.index(width()));
      b.ifElse(
          whole,
          [&] {
            for (int64_t v = 0; v < vectors; ++v) {
              Value part = vector::LoadOp::create(b, type, rhs,
                                                  ValueRange{b.add(from, b.index(v * lanes))});
              vector::StoreOp::create(b, part, copy, ValueRange{b.add(to, b.index(v * lanes))});
            }
          },
          [&] {
            b.loop(zero, b.min(b.sub(columns, column), b.index(width())), [&](Value v) {
              Value left = b.min(b.sub(b.sub(columns, column), v), b.index(lanes));
              Value mask = vector::CreateMaskOp::create(
                  b, VectorType::get({lanes}, b.getI1Type()), ValueRange{left});
              Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
              Value part = vector::MaskedLoadOp::create(b, type, rhs, ValueRange{b.add(from, v)},
                                                        mask, none);
              vector::StoreOp::create(b, part, copy, ValueRange{b.add(to, v)});
            }, lanes);
          });
    });
  });
  Value flat = b.ifElse(
      inPlace, {rhs.getType()}, [&] { return Values{rhs}; }, [&] { return Values{copy}; })[0];
  return {flat, b.select(inPlace, column, zero), b.select(inPlace, columns, b.index(width()))};
}
