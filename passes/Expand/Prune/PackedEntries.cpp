//===- PackedEntries.cpp - the entries of packed weights, in order --------===//
#include "passes/Expand/Prune/PackedEntries.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

PackedEntries::PackedEntries(LoopBuilder &b, PackingAttr packing, ValueRange parts, Value rows,
                             Value columns)
    : packing(packing), columns(columns), panelCount(rows) {
  values = openDense(b, parts.back());
  indices = openDense(b, parts[parts.size() - 2]);
  auto check = [&](unsigned part, Value expected, StringRef what) {
    checkExtents(b, extent(b, parts[part], 0), expected, what);
  };
  if (packing.getKind() == PackingKind::Block) {
    height = packing.getSizes()[0];
    width = packing.getSizes()[1];
    std::optional<int64_t> known = getConstantIntValue(columns);
    mayBeCut = width > 1 && !(known && *known % width == 0);
    panelCount = arith::CeilDivUIOp::create(b, rows, b.index(height));
  }
  if (packing.getKind() == PackingKind::NM) {
    Value m = b.index(packing.getSizes()[1]);
    Value groups = arith::DivUIOp::create(b, columns, m);
    checkExtents(b, b.mul(groups, m), columns, "packed_matmul: columns in whole groups");
    Value bits = b.mul(groups, b.index(packing.getGroupBits()));
    check(0, b.mul(rows, arith::CeilDivUIOp::create(b, bits, b.index(8))),
          "packed_matmul: bytes of indices");
    check(1, b.mul(rows, b.mul(groups, b.index(packing.getSizes()[0]))),
          "packed_matmul: values of groups");
    return;
  }
  if (packing.getKind() == PackingKind::Fixed) {
    Value size = b.mul(rows, b.index(packing.getSizes()[0]));
    check(0, size, "packed_matmul: columns of entries");
    check(1, size, "packed_matmul: values of entries");
    return;
  }
  positionBuffer = openDense(b, parts[0]);
  check(0, b.add(panelCount, b.index(1)), "packed_matmul: positions");
  if (packing.getKind() == PackingKind::Bitmap)
    check(1, b.mul(rows, arith::CeilDivUIOp::create(b, columns, b.index(8))),
          "packed_matmul: bytes of the bitmap");
}

Value PackedEntries::isCut(LoopBuilder &b) const {
  if (!mayBeCut)
    return {};
  return b.notEqual(arith::RemUIOp::create(b, columns, b.index(width)), b.index(0));
}

Values PackedEntries::walkBlocks(LoopBuilder &b, Value panel, ValueRange sums, PlaceBody body) const {
  Value begin = b.loadIndex(positionBuffer, panel);
  Value end = b.loadIndex(positionBuffer, b.add(panel, b.index(1)));
  auto column = [&](Value block, Value c, ValueRange before) {
    Value k = b.add(b.mul(b.loadIndex(indices, block), b.index(width)), c);
    Value at = b.mul(b.add(b.mul(block, b.index(width)), c), b.index(height));
    Values inPanel;
    for (int64_t r = 0; r < height; ++r)
      inPanel.push_back(r ? b.add(at, b.index(r)) : at);
    return body(k, inPanel, before);
  };
  auto whole = [&](Value stop) {
    return b.loop(begin, stop, sums, [&](Value block, ValueRange before) {
      Values now(before);
      for (int64_t c = 0; c < width; ++c)
        now = column(block, b.index(c), now);
      return now;
    });
  };
  if (!mayBeCut)
    return whole(end);
  // Only the last block of a panel can be cut by the border.
  Value uncut = arith::DivUIOp::create(b, columns, b.index(width));
  Value rest = arith::RemUIOp::create(b, columns, b.index(width));
  Value last = b.ifElse(
      b.less(begin, end), {b.getIndexType()},
      [&] { return Values{b.loadIndex(indices, b.sub(end, b.index(1)))}; },
      [&] { return Values{b.index(0)}; })[0];
  Value cut = b.bitAnd(b.less(begin, end), b.lessEqual(uncut, last));
  Values now = whole(b.sub(end, b.cast(cut, b.getIndexType())));
  return b.loop(b.index(0), b.select(cut, rest, b.index(0)), now, [&](Value c, ValueRange before) {
    return column(b.sub(end, b.index(1)), c, before);
  });
}

Values PackedEntries::walkGroups(LoopBuilder &b, Value row, ValueRange sums, PlaceBody body) const {
  int64_t n = packing.getSizes()[0], m = packing.getSizes()[1];
  int64_t bits = packing.getGroupBits(), indexBits = packing.getIndexBits();
  Value groups = arith::CeilDivUIOp::create(b, columns, b.index(m));
  Value rowBytes =
      b.mul(row, arith::CeilDivUIOp::create(b, b.mul(groups, b.index(bits)), b.index(8)));
  Value rowValues = b.mul(row, b.mul(groups, b.index(n)));
  return b.loop(b.index(0), groups, sums, [&](Value group, ValueRange before) {
    Values now(before);
    Value bit = b.mul(group, b.index(bits));
    Value byte = b.loadIndex(indices, b.add(rowBytes, b.shiftRight(bit, 3)));
    Value code = arith::ShRUIOp::create(b, byte, b.bitAnd(bit, b.index(7)));
    for (int64_t i = 0; i < n; ++i) {
      Value index = b.bitAnd(i ? b.shiftRight(code, i * indexBits) : code, b.index(m - 1));
      Value at = b.add(rowValues, b.add(b.mul(group, b.index(n)), b.index(i)));
      now = body(b.add(b.mul(group, b.index(m)), index), {at}, now);
    }
    return now;
  });
}

Values PackedEntries::walkBits(LoopBuilder &b, Value row, ValueRange sums, PlaceBody body) const {
  Value bytes = arith::CeilDivUIOp::create(b, columns, b.index(8));
  Values start{b.loadIndex(positionBuffer, row)};
  llvm::append_range(start, sums);
  Values end = b.loop(b.index(0), bytes, start, [&](Value n, ValueRange carried) {
    Value byte = b.cast(b.load(indices, b.add(b.mul(row, bytes), n)), b.getI32Type());
    Values state{byte};
    llvm::append_range(state, carried);
    Value none = b.integer(0, b.getI32Type());
    Values after = b.whileLoop(
        state, [&](ValueRange now) { return b.notEqual(now[0], none); },
        [&](ValueRange now) {
          Value lowest = math::CountTrailingZerosOp::create(b, now[0]);
          Value k = b.add(b.mul(n, b.index(8)), b.toIndex(lowest));
          Value left = b.bitAnd(now[0], b.sub(now[0], b.integer(1, b.getI32Type())));
          Values next{left, b.add(now[1], b.index(1))};
          llvm::append_range(next, body(k, {now[1]}, now.drop_front(2)));
          return next;
        });
    return Values(llvm::drop_begin(after));
  });
  return Values(llvm::drop_begin(end));
}

Values PackedEntries::walkDeltas(LoopBuilder &b, Value row, ValueRange sums, PlaceBody body) const {
  Values start{b.index(0)}; // the column before the first, counted from 1
  llvm::append_range(start, sums);
  Value begin = b.loadIndex(positionBuffer, row);
  Value stop = b.loadIndex(positionBuffer, b.add(row, b.index(1)));
  Values end = b.loop(begin, stop, start, [&](Value p, ValueRange carried) {
    Value next = b.add(carried[0], b.loadIndex(indices, p));
    Values now{next};
    llvm::append_range(now, body(b.sub(next, b.index(1)), {p},
                                 carried.drop_front()));
    return now;
  });
  return Values(llvm::drop_begin(end));
}

Values PackedEntries::walk(LoopBuilder &b, Value panel, ValueRange sums, Body body) const {
  return walkPlaces(b, panel, sums, [&](Value k, ArrayRef<Value> places, ValueRange before) {
    Values loaded;
    for (Value place : places)
      loaded.push_back(b.load(values, place));
    return body(k, loaded, before);
  });
}

Values PackedEntries::walkPlaces(LoopBuilder &b, Value panel, ValueRange sums,
                                 PlaceBody body) const {
  switch (packing.getKind()) {
  case PackingKind::Csr:
    return b.loop(b.loadIndex(positionBuffer, panel),
                  b.loadIndex(positionBuffer, b.add(panel, b.index(1))), sums,
                  [&](Value p, ValueRange before) {
                    return body(b.loadIndex(indices, p), {p}, before);
                  });
  case PackingKind::Fixed: {
    Value perRow = b.index(packing.getSizes()[0]), begin = b.mul(panel, perRow);
    return b.loop(begin, b.add(begin, perRow), sums, [&](Value p, ValueRange before) {
      return body(b.loadIndex(indices, p), {p}, before);
    });
  }
  case PackingKind::Block:
    return walkBlocks(b, panel, sums, body);
  case PackingKind::NM:
    return walkGroups(b, panel, sums, body);
  case PackingKind::Bitmap:
    return walkBits(b, panel, sums, body);
  case PackingKind::Delta:
    return walkDeltas(b, panel, sums, body);
  }
  llvm_unreachable("unknown packing");
}
