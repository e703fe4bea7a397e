//===- Pack.cpp - weights under a mask, in the formats of #scratch.packing ===//
//
// Stage: expand. Formats of varying length count first, then fill: every row (or
// row of blocks) is one worker's, so that the parts never depend on threads.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// The largest distance that one entry of `delta` spans.
static constexpr int64_t kLargestDelta = 255;
/// Zeros behind the values of `bitmap`: expand_lanes reads whole vectors.
static constexpr int64_t kBitmapPadding = 16;

namespace {
class Packer {
public:
  Packer(LoopBuilder &b, PackOp op, const MaskGrids &masks) : b(b), op(op), masks(masks) {}
  Values pack();

private:
  using Body = function_ref<Values(Value j, ValueRange carried)>;
  /// `body` on the kept entries of a row, in ascending columns.
  Values keptOf(Value row, ValueRange start, Body body);
  Value newBuffer(Type element, Value size) {
    return AllocateOp::create(b, bufferOf(element), ValueRange{size}, true);
  }
  /// Positions for `lines` lines from what `count` says of each; sets `total`.
  Value positionsOf(Value lines, function_ref<Value(Value line)> count);
  void forLines(Value lines, function_ref<void(Value line)> body);
  Value ceil(Value a, int64_t by) { return arith::CeilDivUIOp::create(b, a, b.index(by)); }
  Value increment(Value a) { return b.add(a, b.index(1)); }
  Value countKept(Value row) {
    return keptOf(row, {zero}, [&](Value, ValueRange n) { return Values{increment(n[0])}; })[0];
  }
  /// Sets bits of a zeroed byte buffer.
  void orByte(Value bits, Value bytes, Value at) {
    b.store(b.bitOr(b.load(bytes, at), b.cast(b.cast(bits, b.getI64Type()), b.getI8Type())), bytes,
            at);
  }

  Values csr();
  Values block();
  Values groups();
  Values bitmap();
  Values delta();
  Values fixed();

  LoopBuilder &b;
  PackOp op;
  const MaskGrids &masks;
  Value rows, columns, weights, zero, total;
  Type element;
};
} // namespace

Values Packer::keptOf(Value row, ValueRange start, Body body) {
  return b.loop(zero, columns, start, [&](Value j, ValueRange carried) {
    SmallVector<Value> before(carried);
    return b.ifElse(
        masks.holds(b, op.getMask(), row, j), start.getTypes(), [&] { return body(j, before); },
        [&] { return Values(before); });
  });
}

void Packer::forLines(Value lines, function_ref<void(Value)> body) {
  parallelRows(b, countIfOk(b, lines),
               [&](Value first, Value last) { b.loop(first, last, body); });
}

Value Packer::positionsOf(Value lines, function_ref<Value(Value)> count) {
  Value positions = newBuffer(b.getI32Type(), increment(lines));
  forLines(lines, [&](Value line) { b.storeIndex(count(line), positions, increment(line)); });
  total = emitPrefixSum(b, positions, lines, "pack: stored entries");
  return positions;
}

Values Packer::csr() {
  Value positions = positionsOf(rows, [&](Value row) { return countKept(row); });
  Value coordinates = newBuffer(b.getI32Type(), total), values = newBuffer(element, total);
  forLines(rows, [&](Value row) {
    keptOf(row, {b.loadIndex(positions, row)}, [&](Value j, ValueRange at) {
      b.storeIndex(j, coordinates, at[0]);
      b.store(b.load(weights, {row, j}), values, at[0]);
      return Values{increment(at[0])};
    });
  });
  return {positions, coordinates, values};
}

Values Packer::block() {
  int64_t height = op.getPacking().getSizes()[0], width = op.getPacking().getSizes()[1];
  Value down = ceil(rows, height), across = ceil(columns, width);
  // `body` on the entries of a block that the mask holds.
  auto inBlock = [&](Value u, Value v, ValueRange start,
                     function_ref<Values(Value, Value, ValueRange)> body) {
    Value top = b.mul(u, b.index(height)), left = b.mul(v, b.index(width));
    Value bottom = b.min(b.add(top, b.index(height)), rows);
    Value right = b.min(b.add(left, b.index(width)), columns);
    return b.loop(top, bottom, start, [&](Value i, ValueRange outer) {
      return b.loop(left, right, outer, [&](Value j, ValueRange carried) {
        SmallVector<Value> before(carried);
        return b.ifElse(
            masks.holds(b, op.getMask(), i, j), start.getTypes(),
            [&] { return body(i, j, before); }, [&] { return Values(before); });
      });
    });
  };
  auto isStored = [&](Value u, Value v) {
    return inBlock(u, v, {zero}, [&](Value, Value, ValueRange) { return Values{b.index(1)}; })[0];
  };
  Value positions = positionsOf(down, [&](Value u) {
    return b.loop(zero, across, {zero}, [&](Value v, ValueRange n) {
      return Values{b.add(n[0], isStored(u, v))};
    })[0];
  });
  Value coordinates = newBuffer(b.getI32Type(), total);
  Value values = newBuffer(element, b.mul(total, b.index(height * width)));
  forLines(down, [&](Value u) {
    b.loop(zero, across, {b.loadIndex(positions, u)}, [&](Value v, ValueRange at) {
      Value block = at[0];
      return b.ifElse(
          b.notEqual(isStored(u, v), zero), {b.getIndexType()},
          [&] {
            b.storeIndex(v, coordinates, block);
            inBlock(u, v, {}, [&](Value i, Value j, ValueRange) {
              Value r = b.sub(i, b.mul(u, b.index(height)));
              Value c = b.sub(j, b.mul(v, b.index(width)));
              Value inside = b.add(b.mul(c, b.index(height)), r);
              b.store(b.load(weights, {i, j}), values,
                      b.add(b.mul(block, b.index(height * width)), inside));
              return Values();
            });
            return Values{increment(block)};
          },
          [&] { return Values{block}; });
    });
  });
  return {positions, coordinates, values};
}

Values Packer::groups() {
  PackingAttr packing = op.getPacking();
  int64_t n = packing.getSizes()[0], m = packing.getSizes()[1];
  Value groups = ceil(columns, m);
  Value bytesPerRow = ceil(b.mul(groups, b.index(packing.getGroupBits())), 8);
  Value indices = newBuffer(b.getI8Type(), b.mul(rows, bytesPerRow));
  Value values = newBuffer(element, b.mul(rows, b.mul(groups, b.index(n))));
  forLines(rows, [&](Value row) {
    keptOf(row, {zero}, [&](Value j, ValueRange at) {
      // The guarantee: entry number `at` of the row is in group at / N.
      Value group = arith::DivUIOp::create(b, at[0], b.index(n));
      Value number = arith::RemUIOp::create(b, at[0], b.index(n));
      Value bit = b.add(b.mul(group, b.index(packing.getGroupBits())),
                        b.mul(number, b.index(packing.getIndexBits())));
      Value index = arith::RemUIOp::create(b, j, b.index(m));
      orByte(arith::ShLIOp::create(b, index, b.bitAnd(bit, b.index(7))), indices,
             b.add(b.mul(row, bytesPerRow), b.shiftRight(bit, 3)));
      b.store(b.load(weights, {row, j}), values,
              b.add(b.mul(row, b.mul(groups, b.index(n))), at[0]));
      return Values{increment(at[0])};
    });
  });
  return {indices, values};
}

Values Packer::bitmap() {
  Value positions = positionsOf(rows, [&](Value row) { return countKept(row); });
  Value bytesPerRow = ceil(columns, 8);
  Value bits = newBuffer(b.getI8Type(), b.mul(rows, bytesPerRow));
  Value values = newBuffer(element, b.add(total, b.index(kBitmapPadding)));
  forLines(rows, [&](Value row) {
    keptOf(row, {b.loadIndex(positions, row)}, [&](Value j, ValueRange at) {
      orByte(arith::ShLIOp::create(b, b.index(1), b.bitAnd(j, b.index(7))), bits,
             b.add(b.mul(row, bytesPerRow), b.shiftRight(j, 3)));
      b.store(b.load(weights, {row, j}), values, at[0]);
      return Values{increment(at[0])};
    });
  });
  return {positions, bits, values};
}

Values Packer::delta() {
  // Columns are numbered from 1 here: the one before the first is 0.
  auto padding = [&](Value j, Value last) -> Value {
    return arith::DivUIOp::create(b, b.sub(j, last), b.index(kLargestDelta));
  };
  Value positions = positionsOf(rows, [&](Value row) {
    return keptOf(row, {zero, zero}, [&](Value j, ValueRange c) {
      Value count = increment(b.add(c[0], padding(j, c[1])));
      return Values{count, increment(j)};
    })[0];
  });
  Value deltas = newBuffer(b.getI8Type(), total), values = newBuffer(element, total);
  forLines(rows, [&](Value row) {
    keptOf(row, {b.loadIndex(positions, row), zero}, [&](Value j, ValueRange c) {
      Value more = padding(j, c[1]), at = b.add(c[0], more);
      b.loop(c[0], at, [&](Value p) {
        b.store(b.integer(-1, b.getI8Type()), deltas, p); // 255; its value is 0
      });
      Value rest = b.sub(b.sub(increment(j), c[1]), b.mul(more, b.index(kLargestDelta)));
      b.store(b.cast(b.cast(rest, b.getI64Type()), b.getI8Type()), deltas, at);
      b.store(b.load(weights, {row, j}), values, at);
      return Values{increment(at), increment(j)};
    });
  });
  return {positions, deltas, values};
}

Values Packer::fixed() {
  // The mask promises K per row: where a row begins is known.
  Value perRow = b.index(op.getPacking().getSizes()[0]), size = b.mul(rows, perRow);
  Value coordinates = newBuffer(b.getI32Type(), size), values = newBuffer(element, size);
  forLines(rows, [&](Value row) {
    keptOf(row, {b.mul(row, perRow)}, [&](Value j, ValueRange at) {
      b.storeIndex(j, coordinates, at[0]);
      b.store(b.load(weights, {row, j}), values, at[0]);
      return Values{increment(at[0])};
    });
  });
  return {coordinates, values};
}

Values Packer::pack() {
  zero = b.index(0);
  rows = extent(b, op.getWeights(), 0);
  columns = extent(b, op.getWeights(), 1);
  checkMaskShape(b, masks, op.getMask(), rows, columns);
  weights = openDense(b, op.getWeights());
  element = cast<RankedTensorType>(op.getWeights().getType()).getElementType();
  Value limit = b.index(largest(b.getI32Type()));
  FailOp::create(b, b.lessEqual(columns, limit), SCRATCH_INDEX_OVERFLOW, "pack: columns", columns,
                 limit);
  Values buffers;
  switch (op.getPacking().getKind()) {
  case PackingKind::Csr:
    buffers = csr();
    break;
  case PackingKind::Block:
    buffers = block();
    break;
  case PackingKind::NM:
    buffers = groups();
    break;
  case PackingKind::Bitmap:
    buffers = bitmap();
    break;
  case PackingKind::Delta:
    buffers = delta();
    break;
  case PackingKind::Fixed:
    buffers = fixed();
    break;
  }
  Values parts;
  for (auto [buffer, part] : llvm::zip_equal(buffers, op.getParts()))
    parts.push_back(asTensor(b, part.getType(), buffer));
  return parts;
}

FailureOr<Values> scratch::expandPack(LoopBuilder &b, PackOp op, MaskGrids &masks) {
  trustParts(op);
  return Packer(b, op, masks).pack();
}
