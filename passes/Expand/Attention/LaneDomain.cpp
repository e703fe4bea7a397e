//===- LaneDomain.cpp - a mask asked of a vector of keys ----------------===//
#include "passes/Expand/Attention/MaskEmitter.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Leaf = MaskFormula::Leaf;

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
    product.value = clampTokens(b, product.value);
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
