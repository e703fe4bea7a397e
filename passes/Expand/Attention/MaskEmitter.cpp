//===- MaskEmitter.cpp - mask formulas as IR ------------------------------===//
#include "passes/Expand/Attention/MaskEmitter.h"

#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Operands.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
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

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

/// Numbers of tokens are kept within 2^29: sums of a few of them fit 32 bits and
/// no comparison with a token's number changes.
static Value clamped(LoopBuilder &b, Value number) {
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
    parameters.push_back(clamped(b, value));
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

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

LaneDomain::LaneDomain(ScalarDomain &scalars, Value key, int64_t lanes)
    : scalars(scalars), b(scalars.b), key(key), lanes(lanes) {
  auto type = VectorType::get({lanes}, b.getI32Type());
  SmallVector<int32_t> numbers(lanes);
  std::iota(numbers.begin(), numbers.end(), 0);
  Value iota = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, ArrayRef<int32_t>(numbers)));
  Value base = arith::IndexCastOp::create(b, b.getI32Type(), key);
  steps = b.add(splat(base), iota);
}

bool LaneDomain::covers(const MaskFormula &formula, int64_t lanes) {
  if (formula.keyOrder.tokens && !formula.leaves.empty())
    return false; // keys side by side are not so in memory
  return llvm::all_of(formula.leaves, [&](const Leaf &leaf) {
    switch (leaf.kind) {
    case Leaf::Kind::Dense:
      return true;
    case Leaf::Kind::Packed: // vectors start at multiples of their length
      return 32 % lanes == 0;
    case Leaf::Kind::Blocks:
      return leaf.refined || leaf.block[1] % lanes == 0;
    case Leaf::Kind::Region:
      return false;
    }
    llvm_unreachable("unknown leaf");
  });
}

Value LaneDomain::splat(Value scalar) {
  return vector::BroadcastOp::create(b, VectorType::get({lanes}, scalar.getType()), scalar);
}

Value LaneDomain::vectorOf(Number number) {
  if (number.isVector)
    return number.value;
  return splat(arith::IndexCastOp::create(b, b.getI32Type(), number.value));
}

template <class Op> LaneDomain::Number LaneDomain::combine(Number a, Number c) {
  if (!a.isVector && !c.isVector)
    return {Op::create(b, a.value, c.value)};
  return {Op::create(b, vectorOf(a), vectorOf(c)), true};
}

LaneDomain::Number LaneDomain::add(Number a, Number c) { return combine<arith::AddIOp>(a, c); }
LaneDomain::Number LaneDomain::sub(Number a, Number c) { return combine<arith::SubIOp>(a, c); }
LaneDomain::Number LaneDomain::times(Number a, Number c) { return combine<arith::MulIOp>(a, c); }
LaneDomain::Number LaneDomain::min(Number a, Number c) { return combine<arith::MinSIOp>(a, c); }
LaneDomain::Number LaneDomain::max(Number a, Number c) { return combine<arith::MaxSIOp>(a, c); }
LaneDomain::Number LaneDomain::floorDiv(Number a, Number c) {
  return combine<arith::FloorDivSIOp>(a, c);
}
LaneDomain::Number LaneDomain::mul(Number a, int64_t factor) {
  if (factor == 1)
    return a;
  Number product = times(a, number(factor));
  // A multiple of a parameter may be more than a lane holds.
  if (!a.isVector && factor != -1)
    product.value = clamped(b, product.value);
  return product;
}

LaneDomain::Number LaneDomain::lookup(unsigned number, Number at) {
  if (!at.isVector)
    return {scalars.lookup(number, at.value)};
  const MaskFormula::Table &table = scalars.formula.tables[number];
  Type element = cast<MemRefType>(table.buffer.getType()).getElementType();
  auto type = VectorType::get({lanes}, element);
  LoopBuilder::Values indices;
  if (table.perBatch)
    indices.push_back(scalars.batch);
  if (table.perHead)
    indices.push_back(scalars.head);
  Value loaded;
  if (at.value == steps) { // the keys themselves: consecutive entries
    indices.push_back(key);
    loaded = vector::LoadOp::create(b, type, table.buffer, indices);
  } else {
    loaded = arith::ConstantOp::create(b, b.getZeroAttr(type));
    for (int64_t lane = 0; lane < lanes; ++lane) {
      Value index = vector::ExtractOp::create(b, at.value, lane);
      indices.push_back(arith::IndexCastOp::create(b, b.getIndexType(), index));
      Value entry = b.load(table.buffer, indices);
      indices.pop_back();
      loaded = vector::InsertOp::create(b, entry, loaded, lane);
    }
  }
  if (element.isInteger(8))
    loaded = arith::ExtUIOp::create(b, VectorType::get({lanes}, b.getI32Type()), loaded);
  return {loaded, true};
}

Value LaneDomain::compare(arith::CmpIPredicate predicate, Number a, Number c) {
  if (!a.isVector && !c.isVector)
    return splat(arith::CmpIOp::create(b, predicate, a.value, c.value));
  return arith::CmpIOp::create(b, predicate, vectorOf(a), vectorOf(c));
}

Value LaneDomain::lessEqual(Number a, Number c) {
  return compare(arith::CmpIPredicate::sle, a, c);
}
Value LaneDomain::equal(Number a, Number c) { return compare(arith::CmpIPredicate::eq, a, c); }

Value LaneDomain::element(unsigned number, Number i, Number j) {
  const Leaf &leaf = scalars.formula.leaves[number];
  auto entryAt = [&](Value column) {
    Value token = scalars.formula.queryOrder.tokenAt(b, scalars.batch, scalars.head, i.value);
    return scalars.indices(leaf, token, column);
  };
  switch (leaf.kind) {
  case Leaf::Kind::Dense: {
    Type element = cast<MemRefType>(leaf.buffer.getType()).getElementType();
    if (cast<MemRefType>(leaf.buffer.getType()).getShape().back() == 1)
      return splat(scalars.element(number, i.value, key));
    auto type = VectorType::get({lanes}, element);
    if (element.isInteger(1)) { // bytes in memory, bits in a vector: one by one
      Value live = truth(false);
      for (int64_t lane = 0; lane < lanes; ++lane) {
        Value j = b.add(key, b.index(lane));
        Value bit = b.load(leaf.buffer, entryAt(j));
        live = vector::InsertOp::create(b, bit, live, lane);
      }
      return live;
    }
    Value loaded = vector::LoadOp::create(b, type, leaf.buffer, entryAt(key));
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    if (isa<FloatType>(element))
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, loaded, zero);
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, loaded, zero);
  }
  case Leaf::Kind::Blocks:
    if (leaf.refined)
      return mask::evaluate(*this, *leaf.refined, i, j);
    return splat(scalars.element(number, i.value, key));
  case Leaf::Kind::Packed: {
    Value word = b.load(leaf.buffer, entryAt(b.shiftRight(key, 5)));
    Value bits = arith::ShRUIOp::create(
        b, word, b.cast(b.bitAnd(key, b.index(31)), b.getI32Type()));
    SmallVector<int32_t> masks;
    for (int64_t lane = 0; lane < lanes; ++lane)
      masks.push_back(int32_t(1u << lane));
    auto type = VectorType::get({lanes}, b.getI32Type());
    Value select = arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, ArrayRef<int32_t>(masks)));
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, b.bitAnd(splat(bits), select),
                                 zero);
  }
  case Leaf::Kind::Region:
    break;
  }
  llvm_unreachable("covers() excludes this leaf");
}
