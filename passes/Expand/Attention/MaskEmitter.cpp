//===- MaskEmitter.cpp - mask formulas as IR ------------------------------===//
#include "passes/Expand/Attention/MaskEmitter.h"

#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Operands.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;
using Leaf = MaskFormula::Leaf;

void scratch::checkReads(LoopBuilder &b, Region &region, ValueRange extents) {
  if (region.empty())
    return;
  auto numbers = region.front().getArguments().take_back(extents.size());
  for (auto read : region.getOps<tensor::ExtractOp>())
    for (auto [d, index] : llvm::enumerate(read.getIndices()))
      for (auto [number, expected] : llvm::zip(numbers, extents))
        if (index == number) {
          Value found = extent(b, read.getTensor(), d);
          FailOp::create(b, b.lessEqual(expected, found), SCRATCH_SHAPE_MISMATCH,
                         "attention: extent of a tensor that a region reads", found, expected);
        }
}

LoopBuilder::Values scratch::cloneBody(LoopBuilder &b, Region &region, ValueRange arguments) {
  IRMapping map;
  Block &body = region.front();
  map.map(body.getArguments(), arguments);
  for (Operation &op : body.without_terminator()) {
    if (auto read = dyn_cast<tensor::ExtractOp>(op)) {
      LoopBuilder::Values at;
      for (Value index : read.getIndices())
        at.push_back(map.lookupOrDefault(index));
      map.map(read.getResult(), b.load(openDense(b, read.getTensor()), at));
      continue;
    }
    b.clone(op, map);
  }
  LoopBuilder::Values results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(map.lookupOrDefault(value));
  return results;
}

Value scratch::clampTokens(LoopBuilder &b, Value number) {
  constexpr int64_t kMost = int64_t(1) << 29;
  return arith::MaxSIOp::create(b, arith::MinSIOp::create(b, number, b.index(kMost)),
                                b.index(-kMost));
}

ScalarDomain::ScalarDomain(LoopBuilder &b, const MaskFormula &formula, Value batch, Value head)
    : b(b), formula(formula), batch(batch), head(head) {
  for (const MaskFormula::Parameter &parameter : formula.parameters) {
    Value value = parameter.single;
    if (!value)
      value = arith::IndexCastOp::create(
          b, b.getIndexType(),
          b.load(parameter.buffer, {parameter.perHead ? head : batch}));
    if (parameter.then)
      value = parameter.then(b, value);
    parameters.push_back(clampTokens(b, value));
  }
}

/// An entry of a table as a number: bytes are flags, others signed.
static Value entry(LoopBuilder &b, const MaskFormula::Table &table, Value batch, Value head,
                   Value at) {
  SmallVector<Value> indices;
  if (table.perBatch)
    indices.push_back(batch);
  if (table.perHead)
    indices.push_back(head);
  indices.push_back(at);
  Value value = b.load(table.buffer, indices);
  if (value.getType().isInteger(8))
    return b.toIndex(value);
  return arith::IndexCastOp::create(b, b.getIndexType(), value);
}

Value ScalarDomain::lookup(unsigned table, Value at) {
  return entry(b, formula.tables[table], batch, head, at);
}

ScalarDomain::Interval ScalarDomain::lookupRange(unsigned number, Interval at) {
  const MaskFormula::Table &table = formula.tables[number];
  Value first = lookup(number, at.low);
  if (table.sorted)
    return {first, lookup(number, at.high)};
  auto ends = b.loop(b.add(at.low, b.index(1)), b.add(at.high, b.index(1)), {first, first},
                     [&](Value k, ValueRange before) {
                       Value value = lookup(number, k);
                       return LoopBuilder::Values{min(before[0], value), max(before[1], value)};
                     });
  return {ends[0], ends[1]};
}

LoopBuilder::Values ScalarDomain::indices(const Leaf &leaf, Value i, Value last) {
  auto type = cast<MemRefType>(leaf.buffer.getType());
  LoopBuilder::Values at;
  Value leading[] = {leaf.perHead ? head : batch, head};
  for (int64_t d = 0; d + 2 < type.getRank(); ++d)
    at.push_back(leading[d]);
  at.push_back(i);
  at.push_back(last);
  // What has one entry repeats it.
  for (auto [d, index] : llvm::enumerate(at))
    if (type.getDimSize(d) == 1)
      index = b.index(0);
  return at;
}

static Value isSet(LoopBuilder &b, Value value) {
  Type type = value.getType();
  if (isa<FloatType>(type))
    return arith::CmpFOp::create(
        b, arith::CmpFPredicate::UNE, value,
        arith::ConstantOp::create(b, b.getZeroAttr(type)));
  return b.notEqual(value, b.integer(0, type));
}

Value ScalarDomain::element(unsigned number, Value i, Value j) {
  const Leaf &leaf = formula.leaves[number];
  if (leaf.refined)
    return mask::evaluate(*this, *leaf.refined, i, j);
  i = formula.queryOrder.tokenAt(b, batch, head, i);
  j = formula.keyOrder.tokenAt(b, batch, head, j);
  switch (leaf.kind) {
  case Leaf::Kind::Dense:
    return isSet(b, b.load(leaf.buffer, indices(leaf, i, j)));
  case Leaf::Kind::Blocks:
    return isSet(b, b.load(leaf.buffer,
                           {arith::DivUIOp::create(b, i, b.index(leaf.block[0])),
                            arith::DivUIOp::create(b, j, b.index(leaf.block[1]))}));
  case Leaf::Kind::Packed: {
    Value word = b.load(leaf.buffer, indices(leaf, i, b.shiftRight(j, 5)));
    Value bit = arith::ShRUIOp::create(
        b, word, b.cast(b.bitAnd(j, b.index(31)), b.getI32Type()));
    return arith::TruncIOp::create(b, b.getI1Type(), bit);
  }
  case Leaf::Kind::Region:
    return cloneBody(b, const_cast<MaskRegionOp &>(leaf.region).getBody(),
                     {batch, head, i, j})[0];
  }
  llvm_unreachable("unknown leaf");
}

/// Any and all of a rectangle of a dense leaf.
ScalarDomain::Answer ScalarDomain::scan(const Leaf &leaf, Interval query, Interval key) {
  auto isFull = [&](Value entry, Value set) {
    return leaf.refined ? b.equal(entry, b.integer(TileMap::kFull, b.getI8Type())) : set;
  };
  Value one = b.index(1), yes = b.bit(true), no = b.bit(false);
  Value rowEnd = b.add(query.high, one), columnEnd = b.add(key.high, one);
  auto overRows = b.loop(query.low, rowEnd, {no, yes}, [&](Value i, ValueRange outer) {
    return b.loop(key.low, columnEnd, outer, [&](Value j, ValueRange inner) {
      Value entry = b.load(leaf.buffer, indices(leaf, i, j)), set = isSet(b, entry);
      return LoopBuilder::Values{b.bitOr(inner[0], set), b.bitAnd(inner[1], isFull(entry, set))};
    });
  });
  return {overRows[0], overRows[1]};
}

/// Least and largest token of places.
ScalarDomain::Interval ScalarDomain::tokens(const TokenOrder &order, Interval places) {
  if (!order.tokens)
    return places;
  auto at = [&](Value place) { return order.tokenAt(b, batch, head, place); };
  Value first = at(places.low);
  if (order.sorted)
    return {first, at(places.high)};
  auto ends = b.loop(b.add(places.low, b.index(1)), b.add(places.high, b.index(1)),
                     {first, first}, [&](Value k, ValueRange before) {
                       Value token = at(k);
                       return LoopBuilder::Values{min(before[0], token), max(before[1], token)};
                     });
  return {ends[0], ends[1]};
}

ScalarDomain::Answer ScalarDomain::opaque(unsigned number, Interval query, Interval key) {
  // A rectangle around the tokens: what is true of it is true of them.
  query = tokens(formula.queryOrder, query);
  key = tokens(formula.keyOrder, key);
  const Leaf &leaf = formula.leaves[number];
  Value one = b.index(1);
  switch (leaf.kind) {
  case Leaf::Kind::Region:
    return {b.bit(true), b.bit(false)};
  case Leaf::Kind::Dense:
    return scan(leaf, query, key);
  case Leaf::Kind::Blocks: {
    auto scaled = [&](Interval x, int64_t by) {
      return Interval{arith::DivUIOp::create(b, x.low, b.index(by)),
                      arith::DivUIOp::create(b, x.high, b.index(by))};
    };
    return scan(leaf, scaled(query, leaf.block[0]), scaled(key, leaf.block[1]));
  }
  case Leaf::Kind::Packed:
    break;
  }
  // Words of every row, with what lies outside the tile cut off at the ends.
  Type i32 = b.getI32Type();
  Value none = b.integer(0, i32), every = b.integer(-1, i32);
  Value first = b.shiftRight(key.low, 5), last = b.shiftRight(key.high, 5);
  auto low5 = [&](Value j) { return b.cast(b.bitAnd(j, b.index(31)), i32); };
  Value fromLow = arith::ShLIOp::create(b, every, low5(key.low));
  Value toHigh = arith::ShRUIOp::create(b, every, b.sub(b.integer(31, i32), low5(key.high)));
  auto overRows = b.loop(
      query.low, b.add(query.high, one), {none, every}, [&](Value i, ValueRange outer) {
        return b.loop(first, b.add(last, one), outer, [&](Value w, ValueRange inner) {
          Value word = b.load(leaf.buffer, indices(leaf, i, w));
          Value inside = b.bitAnd(b.select(b.equal(w, first), fromLow, every),
                                  b.select(b.equal(w, last), toHigh, every));
          Value outside = arith::XOrIOp::create(b, inside, every);
          return LoopBuilder::Values{b.bitOr(inner[0], b.bitAnd(word, inside)),
                                     b.bitAnd(inner[1], b.bitOr(word, outside))};
        });
      });
  return {b.notEqual(overRows[0], none), b.equal(overRows[1], every)};
}
