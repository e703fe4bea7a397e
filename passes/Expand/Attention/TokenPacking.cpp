//===- TokenPacking.cpp - the forms in which tiles read tokens ------------===//
#include "passes/Expand/Attention/TokenPacking.h"

#include "passes/Emission/ShortFloats.h"
#include "passes/Emission/Transpose.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;

static Value quotient(LoopBuilder &b, Value a, Value c) {
  return arith::DivUIOp::create(b, a, c);
}

static Value remainder(LoopBuilder &b, Value a, Value c) {
  return arith::RemUIOp::create(b, a, c);
}

static Value zeroF32(LoopBuilder &b) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(0.0f));
}

static Type elementOf(const HeadLists &lists) {
  return cast<MemRefType>(lists.tensor.buffer.getType()).getElementType();
}

//===----------------------------------------------------------------------===//
// All units, or one
//===----------------------------------------------------------------------===//

Value TokenPacking::allocate(LoopBuilder &b, Value count) const {
  SmallVector<Value> sizes{count};
  if (type.isDynamicDim(1))
    sizes.push_back(size);
  return AllocateOp::create(b, type, sizes, /*zeroed=*/false);
}

Value TokenPacking::packAll(LoopBuilder &b, Value wanted) const {
  Value total = b.mul(lists, units);
  if (wanted)
    total = b.select(wanted, total, b.index(0));
  Value buffer = allocate(b, total), safe = countIfOk(b, total);
  auto packEach = [&] {
    parallelRows(b, safe, [&](Value first, Value last) {
      b.loop(first, last, [&](Value number) {
        pack(b, quotient(b, number, units), remainder(b, number, units), buffer, number);
      });
    });
  };
  if (wanted) // Workers are not woken for nothing.
    b.ifThen(b.less(b.index(0), safe), packEach);
  else
    packEach();
  return buffer;
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

namespace {
/// What panels are made of.
struct PanelItems {
  Value depth; ///< items of a token
  Value none;  ///< stands where there is no token
  /// Items that `vectorAt` reads, from the first on.
  Value inVectors;
  using ItemAt =
      std::function<Value(LoopBuilder &b, Value batch, Value head, Value token, Value at)>;
  ItemAt itemAt;
  ItemAt vectorAt; ///< as many items of a token as a vector has lanes, from `at` on
};
} // namespace

/// Squares of places and items are turned in registers; what they leave goes one by one.
static void packPanel(LoopBuilder &b, const HeadLists &lists, int64_t width, int64_t lanes,
                      const PanelItems &items, Value number, Value panel, Value packed, Value at) {
  Value zero = b.index(0), squares = b.bitAnd(items.inVectors, b.index(-lanes));
  Value batch = quotient(b, number, lists.heads);
  Value list = remainder(b, number, lists.heads), head = lists.headOf(b, list);
  Value firstPlace = b.mul(panel, b.index(width));
  Value live = b.min(b.sub(lists.places, firstPlace), b.index(width));
  auto tokenAt = [&](Value k) {
    return lists.order.tokenAt(b, batch, list, b.add(firstPlace, k));
  };
  auto oneByOne = [&](Value from, Value to, Value depth) {
    b.loop(from, to, [&](Value k) {
      Value token = tokenAt(k);
      b.loop(depth, items.depth, [&](Value d) {
        b.store(items.itemAt(b, batch, head, token, d), packed, {at, d, k});
      });
    });
  };
  Value turned = b.bitAnd(live, b.index(-lanes));
  b.loop(zero, turned, [&](Value k) {
    LoopBuilder::Values tokens;
    for (int64_t lane = 0; lane < lanes; ++lane)
      tokens.push_back(tokenAt(b.add(k, b.index(lane))));
    b.loop(zero, squares, [&](Value d) {
      LoopBuilder::Values rows;
      for (Value token : tokens)
        rows.push_back(items.vectorAt(b, batch, head, token, d));
      for (auto [offset, column] : llvm::enumerate(transpose(b, rows)))
        vector::StoreOp::create(b, column, packed,
                                ValueRange{at, b.add(d, b.index(offset)), k});
    }, lanes);
  }, lanes);
  oneByOne(zero, turned, squares);
  oneByOne(turned, live, zero);
  b.loop(live, b.index(width), [&](Value k) {
    b.loop(zero, items.depth, [&](Value d) { b.store(items.none, packed, {at, d, k}); });
  });
}

static TokenPacking packingOf(LoopBuilder &b, const HeadLists &lists, int64_t width,
                              int64_t lanes, const PanelItems &items) {
  return {MemRefType::get({kDynamic, kDynamic, width}, items.none.getType()),
          b.mul(lists.batches, lists.heads),
          arith::CeilDivUIOp::create(b, lists.places, b.index(width)), items.depth, width,
          [=](LoopBuilder &b, Value list, Value unit, Value buffer, Value at) {
            packPanel(b, lists, width, lanes, items, list, unit, buffer, at);
          }};
}

/// As many entries of a token as a vector has lanes, as f32.
static Value loadF32(LoopBuilder &b, const HeadLists &lists, int64_t lanes, ValueRange at) {
  Type element = elementOf(lists);
  Value entries = vector::LoadOp::create(b, VectorType::get({lanes}, element),
                                         lists.tensor.buffer, at);
  if (element.isF32())
    return entries;
  return arith::ExtFOp::create(b, VectorType::get({lanes}, b.getF32Type()), entries);
}

TokenPacking scratch::packingOfPanels(LoopBuilder &b, const HeadLists &lists, int64_t width,
                                      int64_t lanes) {
  return packingOf(
      b, lists, width, lanes,
      {lists.size, zeroF32(b), lists.size,
       [=](LoopBuilder &b, Value batch, Value head, Value token, Value d) {
         return emitToF32(b, b.load(lists.tensor.buffer, lists.tensor.at(batch, head, token, d)));
       },
       [=](LoopBuilder &b, Value batch, Value head, Value token, Value d) {
         return loadF32(b, lists, lanes, lists.tensor.at(batch, head, token, d));
       }});
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

/// Two bf16 as one word, the first in the lower half.
static Value pairOf(LoopBuilder &b, Value first, Value second) {
  auto bits = [&](Value entry) {
    return b.cast(arith::BitcastOp::create(b, b.getI16Type(), entry).getResult(), b.getI32Type());
  };
  return b.bitOr(bits(first), b.shiftLeft(bits(second), 16));
}

static Value zeroBf16(LoopBuilder &b) {
  return arith::ConstantOp::create(b, b.getFloatAttr(b.getBF16Type(), 0.0));
}

/// `load()` where `inside`, else zero.
static Value loadInside(LoopBuilder &b, Value inside, function_ref<Value()> load) {
  return b.ifElse(
      inside, {b.getBF16Type()}, [&] { return LoopBuilder::Values{load()}; },
      [&] { return LoopBuilder::Values{zeroBf16(b)}; })[0];
}

Value scratch::loadPair(LoopBuilder &b, const HeadTensor &tensor, Value batch, Value head,
                        Value token, Value d, Value size) {
  Value first = b.mul(d, b.index(2)), second = b.add(first, b.index(1));
  auto entry = [&](Value at) { return b.load(tensor.buffer, tensor.at(batch, head, token, at)); };
  return pairOf(b, entry(first),
                loadInside(b, b.less(second, size), [&] { return entry(second); }));
}

TokenPacking scratch::packingOfPairedPanels(LoopBuilder &b, const HeadLists &lists,
                                            int64_t width, int64_t lanes) {
  Value two = b.index(2);
  return packingOf(
      b, lists, width, lanes,
      {arith::CeilDivUIOp::create(b, lists.size, two), b.integer(0, b.getI32Type()),
       quotient(b, lists.size, two),
       [=](LoopBuilder &b, Value batch, Value head, Value token, Value d) {
         return loadPair(b, lists.tensor, batch, head, token, d, lists.size);
       },
       [=](LoopBuilder &b, Value batch, Value head, Value token, Value d) -> Value {
         Value row = vector::LoadOp::create(
             b, VectorType::get({2 * lanes}, b.getBF16Type()), lists.tensor.buffer,
             lists.tensor.at(batch, head, token, b.mul(d, b.index(2))));
         return vector::BitCastOp::create(b, VectorType::get({lanes}, b.getI32Type()), row);
       }});
}

TokenPacking scratch::packingOfPairedRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes) {
  Value two = b.index(2), paddedSize = b.roundUp(lists.size, lanes);
  auto pack = [=](LoopBuilder &b, Value number, Value unit, Value packed, Value at) {
    Value batch = quotient(b, number, lists.heads);
    Value list = remainder(b, number, lists.heads), head = lists.headOf(b, list);
    Value place = b.mul(unit, b.index(2)), next = b.add(place, b.index(1));
    Value some = b.less(next, lists.places);
    Value token = lists.order.tokenAt(b, batch, list, place);
    Value other = lists.order.tokenAt(b, batch, list, b.select(some, next, place));
    b.loop(b.index(0), lists.size, [&](Value d) {
      auto entry = [&](Value t) {
        return b.load(lists.tensor.buffer, lists.tensor.at(batch, head, t, d));
      };
      Value second = b.select(some, entry(other), zeroBf16(b));
      b.store(pairOf(b, entry(token), second), packed, {at, d});
    });
    b.loop(lists.size, paddedSize,
           [&](Value d) { b.store(b.integer(0, b.getI32Type()), packed, {at, d}); });
  };
  return {MemRefType::get({kDynamic, kDynamic}, b.getI32Type()),
          b.mul(lists.batches, lists.heads),
          arith::CeilDivUIOp::create(b, lists.places, two), paddedSize, 2, pack};
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

TokenPacking scratch::packingOfRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes) {
  Value paddedSize = b.roundUp(lists.size, lanes);
  auto pack = [=](LoopBuilder &b, Value number, Value unit, Value packed, Value at) {
    Value batch = quotient(b, number, lists.heads);
    Value list = remainder(b, number, lists.heads), head = lists.headOf(b, list);
    Value token = lists.order.tokenAt(b, batch, list, unit);
    Value whole = b.bitAnd(lists.size, b.index(-lanes));
    b.loop(b.index(0), whole, [&](Value d) {
      Value entries = loadF32(b, lists, lanes, lists.tensor.at(batch, head, token, d));
      vector::StoreOp::create(b, entries, packed, ValueRange{at, d});
    }, lanes);
    b.loop(whole, lists.size, [&](Value d) {
      Value entry = b.load(lists.tensor.buffer, lists.tensor.at(batch, head, token, d));
      b.store(emitToF32(b, entry), packed, {at, d});
    });
    b.loop(lists.size, paddedSize, [&](Value d) { b.store(zeroF32(b), packed, {at, d}); });
  };
  int64_t known = cast<MemRefType>(lists.tensor.buffer.getType()).getDimSize(3);
  int64_t padded = known == kDynamic ? kDynamic : llvm::alignTo(known, lanes);
  return {MemRefType::get({kDynamic, padded}, b.getF32Type()),
          b.mul(lists.batches, lists.heads), lists.places, paddedSize, 1, pack};
}

bool scratch::areRowsInPlace(const HeadLists &lists, int64_t lanes) {
  auto type = cast<MemRefType>(lists.tensor.buffer.getType());
  bool whole = !type.isDynamicDim(3) && type.getDimSize(3) % lanes == 0;
  return type.getElementType().isF32() && whole && lists.tensor.headsFirst && !lists.order.tokens;
}

/// Queries that read a row of values before it is worth copying to where its vectors do not
/// straddle cache lines.
static constexpr int64_t kReaders = 128;

/// Of lists that are in place.
static Value rowsInPlace(LoopBuilder &b, const HeadLists &lists, MemRefType type) {
  Value rows = memref::CollapseShapeOp::create(b, lists.tensor.buffer,
                                               SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
  return memref::CastOp::create(b, type, rows); // How many there are may be known.
}

Value scratch::areRowsWorthCopying(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                                   Value readers) {
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, lists.tensor.buffer);
  Value straddle = b.notEqual(remainder(b, address, b.index(4 * lanes)), b.index(0));
  return b.bitAnd(straddle, b.lessEqual(b.index(kReaders), readers));
}

TokenRows scratch::openRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                            Value readers) {
  TokenPacking packing = packingOfRows(b, lists, lanes);
  if (!areRowsInPlace(lists, lanes)) {
    Value packed = packing.packAll(b);
    return {packed, packing.size, packed};
  }
  Value copied = areRowsWorthCopying(b, lists, lanes, readers);
  Value copy = packing.packAll(b, copied), rows = rowsInPlace(b, lists, packing.type);
  Value chosen = b.ifElse(
      copied, {packing.type}, [&] { return LoopBuilder::Values{copy}; },
      [&] { return LoopBuilder::Values{rows}; })[0];
  return {chosen, packing.size, copy};
}
