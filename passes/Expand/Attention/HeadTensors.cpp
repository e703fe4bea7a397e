//===- HeadTensors.cpp - queries, keys and values, and packing them -------===//
#include "passes/Expand/Attention/HeadTensors.h"

#include "passes/Emission/ShortFloats.h"
#include "passes/Emission/Transpose.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;
/// Token numbers fit 32-bit lanes together with offsets (see MaskEmitter.cpp).
static constexpr int64_t kMostTokens = int64_t(1) << 26;

HeadTensor scratch::openHeads(LoopBuilder &b, Value tensor, Layout layout) {
  return {openDense(b, tensor), layout == Layout::Bhsd};
}

AttentionExtents AttentionExtents::open(LoopBuilder &b, Value q, Value k, Value v,
                                        Layout layout) {
  unsigned heads = layout == Layout::Bhsd ? 1 : 2, sequence = 3 - heads;
  AttentionExtents e;
  e.batches = extent(b, q, 0);
  e.queryHeads = extent(b, q, heads);
  e.keyHeads = extent(b, k, heads);
  e.queries = extent(b, q, sequence);
  e.keys = extent(b, k, sequence);
  e.size = extent(b, q, 3);
  e.valueSize = extent(b, v, 3);
  checkExtents(b, extent(b, k, 0), e.batches, "attention: batches of key");
  checkExtents(b, extent(b, v, 0), e.batches, "attention: batches of value");
  checkExtents(b, extent(b, k, 3), e.size, "attention: head size of key");
  checkExtents(b, extent(b, v, heads), e.keyHeads, "attention: heads of value");
  checkExtents(b, extent(b, v, sequence), e.keys, "attention: length of value");
  Value some = arith::MaxUIOp::create(b, e.keyHeads, b.index(1));
  checkExtents(b, arith::RemUIOp::create(b, e.queryHeads, some), b.index(0),
               "attention: query heads beyond a multiple of key heads");
  for (Value tokens : {e.queries, e.keys})
    FailOp::create(b, b.lessEqual(tokens, b.index(kMostTokens)), SCRATCH_INVALID_ARGUMENT,
                   "attention: tokens", tokens, b.index(kMostTokens));
  e.shared = arith::MaxUIOp::create(
      b, arith::DivUIOp::create(b, e.queryHeads, some), b.index(1));
  return e;
}

static Value zeroF32(LoopBuilder &b) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(0.0f));
}

namespace {
/// What panels are made of.
struct PanelItems {
  Value depth; ///< items of a token
  Value none;  ///< stands where there is no token
  /// Items that `vectorAt` reads, from the first on.
  Value inVectors;
  function_ref<Value(Value batch, Value head, Value token, Value at)> itemAt;
  /// As many items of a token as a vector has lanes, from `at` on.
  function_ref<Value(Value batch, Value head, Value token, Value at)> vectorAt;
};
} // namespace

/// Panels of `width` places, [panel][depth][place]. Squares of places and items are
/// turned in registers; what they leave goes one by one.
static Value packInPanels(LoopBuilder &b, const HeadLists &lists, int64_t width, int64_t lanes,
                          const PanelItems &items) {
  Value zero = b.index(0);
  Value panels = arith::CeilDivUIOp::create(b, lists.places, b.index(width));
  Value total = b.mul(b.mul(lists.batches, lists.heads), panels);
  Value packed =
      AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic, width}, items.none.getType()),
                         ValueRange{total, items.depth}, /*zeroed=*/false);
  Value squares = b.bitAnd(items.inVectors, b.index(-lanes));
  parallelRows(b, countIfOk(b, total), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value panel = arith::RemUIOp::create(b, number, panels);
      Value rest = arith::DivUIOp::create(b, number, panels);
      Value batch = arith::DivUIOp::create(b, rest, lists.heads);
      Value list = arith::RemUIOp::create(b, rest, lists.heads), head = lists.headOf(b, list);
      Value firstPlace = b.mul(panel, b.index(width));
      Value live = b.min(b.sub(lists.places, firstPlace), b.index(width));
      auto tokenAt = [&](Value k) {
        return lists.order.tokenAt(b, batch, list, b.add(firstPlace, k));
      };
      auto oneByOne = [&](Value from, Value to, Value depth) {
        b.loop(from, to, [&](Value k) {
          Value token = tokenAt(k);
          b.loop(depth, items.depth, [&](Value d) {
            b.store(items.itemAt(batch, head, token, d), packed, {number, d, k});
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
            rows.push_back(items.vectorAt(batch, head, token, d));
          for (auto [at, column] : llvm::enumerate(transpose(b, rows)))
            vector::StoreOp::create(b, column, packed,
                                    ValueRange{number, b.add(d, b.index(at)), k});
        }, lanes);
      }, lanes);
      oneByOne(zero, turned, squares);
      oneByOne(turned, live, zero);
      b.loop(live, b.index(width), [&](Value k) {
        b.loop(zero, items.depth, [&](Value d) { b.store(items.none, packed, {number, d, k}); });
      });
    });
  });
  return packed;
}

Value scratch::packPanels(LoopBuilder &b, const HeadLists &lists, int64_t width, int64_t lanes) {
  auto element = cast<MemRefType>(lists.tensor.buffer.getType()).getElementType();
  return packInPanels(
      b, lists, width, lanes,
      {lists.size, zeroF32(b), lists.size,
       [&](Value batch, Value head, Value token, Value d) {
         return emitToF32(b, b.load(lists.tensor.buffer, lists.tensor.at(batch, head, token, d)));
       },
       [&](Value batch, Value head, Value token, Value d) -> Value {
         Value row = vector::LoadOp::create(b, VectorType::get({lanes}, element),
                                            lists.tensor.buffer,
                                            lists.tensor.at(batch, head, token, d));
         if (element.isF32())
           return row;
         return arith::ExtFOp::create(b, VectorType::get({lanes}, b.getF32Type()), row);
       }});
}

/// Queries that read a row of values before it is worth copying to where vectors do not
/// straddle cache lines.
static constexpr int64_t kReaders = 32;

/// Rows as they are, or a copy that begins at a multiple of a vector.
static TokenRows alignRows(LoopBuilder &b, Value rows, Value size, int64_t lanes, Value readers) {
  auto type = cast<MemRefType>(rows.getType());
  Value zero = b.index(0), vectorBytes = b.index(4 * lanes);
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, rows);
  Value straddles = b.notEqual(arith::RemUIOp::create(b, address, vectorBytes), zero);
  Value copied = b.bitAnd(straddles, b.lessEqual(b.index(kReaders), readers));
  Value total = b.select(copied, memref::DimOp::create(b, rows, 0), zero);
  Value copy = AllocateOp::create(b, type, ValueRange{total}, /*zeroed=*/false);
  Value safe = countIfOk(b, total);
  auto vector = VectorType::get({lanes}, b.getF32Type());
  b.ifThen(b.less(zero, safe), [&] {
    parallelRows(b, safe, [&](Value first, Value last) {
      b.loop(first, last, [&](Value row) {
        b.loop(zero, size, [&](Value d) {
          Value entries = vector::LoadOp::create(b, vector, rows, ValueRange{row, d});
          vector::StoreOp::create(b, entries, copy, ValueRange{row, d});
        }, lanes);
      });
    });
  });
  Value chosen = b.ifElse(
      copied, {type}, [&] { return LoopBuilder::Values{copy}; },
      [&] { return LoopBuilder::Values{rows}; })[0];
  return {chosen, size, copy};
}

TokenRows scratch::openRows(LoopBuilder &b, const HeadLists &lists, int64_t lanes,
                            Value readers) {
  auto type = cast<MemRefType>(lists.tensor.buffer.getType());
  Value paddedSize = b.roundUp(lists.size, lanes);
  bool whole = !type.isDynamicDim(3) && type.getDimSize(3) % lanes == 0;
  if (type.getElementType().isF32() && whole && lists.tensor.headsFirst && !lists.order.tokens)
    return alignRows(b,
                     memref::CollapseShapeOp::create(
                         b, lists.tensor.buffer, SmallVector<ReassociationIndices>{{0, 1, 2}, {3}}),
                     paddedSize, lanes, readers);
  Value total = b.mul(b.mul(lists.batches, lists.heads), lists.places);
  Value packed = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getF32Type()),
                                    ValueRange{total, paddedSize}, /*zeroed=*/false);
  parallelRows(b, countIfOk(b, total), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value place = arith::RemUIOp::create(b, number, lists.places);
      Value rest = arith::DivUIOp::create(b, number, lists.places);
      Value batch = arith::DivUIOp::create(b, rest, lists.heads);
      Value list = arith::RemUIOp::create(b, rest, lists.heads), head = lists.headOf(b, list);
      Value token = lists.order.tokenAt(b, batch, list, place);
      b.loop(b.index(0), lists.size, [&](Value d) {
        Value entry = b.load(lists.tensor.buffer, lists.tensor.at(batch, head, token, d));
        b.store(emitToF32(b, entry), packed, {number, d});
      });
      b.loop(lists.size, paddedSize, [&](Value d) { b.store(zeroF32(b), packed, {number, d}); });
    });
  });
  return {packed, paddedSize, packed};
}

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

Value scratch::packPanelsInPairs(LoopBuilder &b, const HeadLists &lists, int64_t width,
                                 int64_t lanes) {
  Value two = b.index(2);
  Value pairs = arith::CeilDivUIOp::create(b, lists.size, two);
  return packInPanels(
      b, lists, width, lanes,
      {pairs, b.integer(0, b.getI32Type()), arith::DivUIOp::create(b, lists.size, two),
       [&](Value batch, Value head, Value token, Value d) {
         return loadPair(b, lists.tensor, batch, head, token, d, lists.size);
       },
       [&](Value batch, Value head, Value token, Value d) -> Value {
         Value row = vector::LoadOp::create(
             b, VectorType::get({2 * lanes}, b.getBF16Type()), lists.tensor.buffer,
             lists.tensor.at(batch, head, token, b.mul(d, two)));
         return vector::BitCastOp::create(b, VectorType::get({lanes}, b.getI32Type()), row);
       }});
}

TokenRows scratch::packRowsInPairs(LoopBuilder &b, const HeadLists &lists, int64_t lanes) {
  Value two = b.index(2), one = b.index(1);
  Value paddedSize = b.roundUp(lists.size, lanes);
  Value pairs = arith::CeilDivUIOp::create(b, lists.places, two);
  Value total = b.mul(b.mul(lists.batches, lists.heads), pairs);
  Value packed = AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getI32Type()),
                                    ValueRange{total, paddedSize}, /*zeroed=*/false);
  parallelRows(b, countIfOk(b, total), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value place = b.mul(arith::RemUIOp::create(b, number, pairs), two);
      Value rest = arith::DivUIOp::create(b, number, pairs);
      Value batch = arith::DivUIOp::create(b, rest, lists.heads);
      Value list = arith::RemUIOp::create(b, rest, lists.heads), head = lists.headOf(b, list);
      Value next = b.add(place, one), some = b.less(next, lists.places);
      Value token = lists.order.tokenAt(b, batch, list, place);
      Value other = lists.order.tokenAt(b, batch, list, b.select(some, next, place));
      b.loop(b.index(0), lists.size, [&](Value d) {
        auto entry = [&](Value t) {
          return b.load(lists.tensor.buffer, lists.tensor.at(batch, head, t, d));
        };
        Value second = b.select(some, entry(other), zeroBf16(b));
        b.store(pairOf(b, entry(token), second), packed, {number, d});
      });
      b.loop(lists.size, paddedSize,
             [&](Value d) { b.store(b.integer(0, b.getI32Type()), packed, {number, d}); });
    });
  });
  return {packed, paddedSize, packed};
}

Value scratch::emitScale(LoopBuilder &b, std::optional<APFloat> given, Value size, double unit) {
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  if (given)
    return real(given->convertToDouble() * unit);
  Value root = math::SqrtOp::create(
      b, arith::UIToFPOp::create(b, b.getF32Type(), b.cast(size, b.getI64Type())));
  return arith::DivFOp::create(b, real(unit), root);
}

Value scratch::allocateResult(LoopBuilder &b, Type type, ArrayRef<Value> extents, bool zeroed) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<Value> sizes;
  for (auto [d, extent] : llvm::enumerate(extents))
    if (tensor.isDynamicDim(d))
      sizes.push_back(extent);
    else
      checkExtents(b, extent, b.index(tensor.getDimSize(d)), "attention: extent of the result");
  return AllocateOp::create(b, MemRefType::get(tensor.getShape(), tensor.getElementType()),
                            sizes, zeroed);
}
