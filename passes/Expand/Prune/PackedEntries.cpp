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

Value PackedEntries::steps(LoopBuilder &b) const {
  if (!positionBuffer) // of N entries per group, or K per row: all that are stored
    return memref::DimOp::create(b, values, 0);
  // Where the call failed before, nothing may be read.
  Value stored = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return Values{b.loadIndex(positionBuffer, panelCount)}; },
      [&] { return Values{b.index(0)}; })[0];
  return b.mul(stored, b.index(width));
}

Value PackedEntries::isCut(LoopBuilder &b) const {
  if (!mayBeCut)
    return {};
  return b.notEqual(arith::RemUIOp::create(b, columns, b.index(width)), b.index(0));
}

Values PackedEntries::walkSteps(LoopBuilder &b, Value begin, Value end, ValueRange carried,
                                ValueRange sums, int64_t chains, Step step) const {
  size_t kept = carried.size(), each = sums.size() / chains;
  Values state(carried);
  llvm::append_range(state, sums);
  auto take = [&](Value from, Value to, int64_t sets) {
    state = b.loop(
        from, to, state,
        [&](Value at, ValueRange before) {
          Values along(before.take_front(kept)), after;
          for (int64_t set = 0; set < sets; ++set)
            llvm::append_range(after, step(set ? b.add(at, b.index(set)) : at, along,
                                           before.slice(kept + set * each, each)));
          llvm::append_range(after, before.drop_front(kept + sets * each));
          along.append(after);
          return along;
        },
        sets);
  };
  if (chains > 1) {
    Value whole = b.sub(end, arith::RemUIOp::create(b, b.sub(end, begin), b.index(chains)));
    take(begin, whole, chains);
    begin = whole;
  }
  take(begin, end, 1);
  return Values(llvm::drop_begin(state, kept));
}

Values PackedEntries::walkBlocks(LoopBuilder &b, Value panel, ValueRange sums, PlaceBody body,
                                 int64_t chains) const {
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
    return walkSteps(b, begin, stop, {}, sums, chains,
                     [&](Value block, Values &, ValueRange before) {
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
  return walkSteps(b, b.index(0), b.select(cut, rest, b.index(0)), {}, now, /*chains=*/1,
                   [&](Value c, Values &, ValueRange all) {
                     size_t each = sums.size() / chains;
                     Values after = column(b.sub(end, b.index(1)), c, all.take_front(each));
                     llvm::append_range(after, all.drop_front(each));
                     return after;
                   });
}

Values PackedEntries::group(LoopBuilder &b, Value row, Value number, ValueRange sums,
                            PlaceBody body) const {
  int64_t n = packing.getSizes()[0], m = packing.getSizes()[1];
  int64_t bits = packing.getGroupBits(), indexBits = packing.getIndexBits();
  Value groups = arith::CeilDivUIOp::create(b, columns, b.index(m));
  Value rowBytes =
      b.mul(row, arith::CeilDivUIOp::create(b, b.mul(groups, b.index(bits)), b.index(8)));
  Value rowValues = b.mul(row, b.mul(groups, b.index(n)));
  Values now(sums);
  Value bit = b.mul(number, b.index(bits));
  Value byte = b.loadIndex(indices, b.add(rowBytes, b.shiftRight(bit, 3)));
  Value code = arith::ShRUIOp::create(b, byte, b.bitAnd(bit, b.index(7)));
  for (int64_t i = 0; i < n; ++i) {
    Value index = b.bitAnd(i ? b.shiftRight(code, i * indexBits) : code, b.index(m - 1));
    Value at = b.add(rowValues, b.add(b.mul(number, b.index(n)), b.index(i)));
    now = body(b.add(b.mul(number, b.index(m)), index), {at}, now);
  }
  return now;
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

Values PackedEntries::walk(LoopBuilder &b, Value panel, ValueRange sums, Body body,
                           int64_t chains) const {
  return walkPlaces(
      b, panel, sums,
      [&](Value k, ArrayRef<Value> places, ValueRange before) {
        Values loaded;
        for (Value place : places)
          loaded.push_back(b.load(values, place));
        return body(k, loaded, before);
      },
      chains);
}

Values PackedEntries::walkPlaces(LoopBuilder &b, Value panel, ValueRange sums, PlaceBody body,
                                 int64_t chains) const {
  Value begin, end;
  if (positionBuffer) {
    begin = b.loadIndex(positionBuffer, panel);
    end = b.loadIndex(positionBuffer, b.add(panel, b.index(1)));
  }
  auto byColumns = [&] {
    return walkSteps(b, begin, end, {}, sums, chains, [&](Value p, Values &, ValueRange before) {
      return body(b.loadIndex(indices, p), {p}, before);
    });
  };
  switch (packing.getKind()) {
  case PackingKind::Csr:
    return byColumns();
  case PackingKind::Fixed: {
    Value perRow = b.index(packing.getSizes()[0]);
    begin = b.mul(panel, perRow), end = b.add(begin, perRow);
    return byColumns();
  }
  case PackingKind::Block:
    return walkBlocks(b, panel, sums, body, chains);
  case PackingKind::NM: {
    Value groups = arith::CeilDivUIOp::create(b, columns, b.index(packing.getSizes()[1]));
    return walkSteps(b, b.index(0), groups, {}, sums, chains,
                     [&](Value number, Values &, ValueRange before) {
                       return group(b, panel, number, before, body);
                     });
  }
  case PackingKind::Bitmap: {
    size_t each = sums.size() / chains;
    Values after = walkBits(b, panel, sums.take_front(each), body);
    llvm::append_range(after, sums.drop_front(each));
    return after;
  }
  case PackingKind::Delta: // carried: the column before, counted from 1
    return walkSteps(b, begin, end, {b.index(0)}, sums, chains,
                     [&](Value p, Values &column, ValueRange before) {
                       column[0] = b.add(column[0], b.loadIndex(indices, p));
                       return body(b.sub(column[0], b.index(1)), {p}, before);
                     });
  }
  llvm_unreachable("unknown packing");
}

bool PackedEntries::hasPieces() const {
  return llvm::is_contained({PackingKind::Csr, PackingKind::Fixed, PackingKind::NM},
                            packing.getKind());
}

Value PackedEntries::firstPlace(LoopBuilder &b, Value panel) const {
  switch (packing.getKind()) {
  case PackingKind::Csr:
    return b.loadIndex(positionBuffer, panel);
  case PackingKind::Fixed:
    return b.mul(panel, b.index(packing.getSizes()[0]));
  default: // n_m: the group
    return b.index(0);
  }
}

Values PackedEntries::walkPiece(LoopBuilder &b, Value panel, Value place, Value stop,
                                ValueRange sums, Body body) const {
  auto withValue = [&](Value k, ArrayRef<Value> places, ValueRange before) {
    return body(k, {b.load(values, places[0])}, before);
  };
  if (packing.getKind() == PackingKind::NM) {
    Value end = arith::CeilDivUIOp::create(b, stop, b.index(packing.getSizes()[1]));
    Values after{end};
    llvm::append_range(after, walkSteps(b, place, end, {}, sums, 1,
                                        [&](Value number, Values &, ValueRange before) {
                                          return group(b, panel, number, before, withValue);
                                        }));
    return after;
  }
  Value end = packing.getKind() == PackingKind::Csr
                  ? b.loadIndex(positionBuffer, b.add(panel, b.index(1)))
                  : b.mul(b.add(panel, b.index(1)), b.index(packing.getSizes()[0]));
  Values state{place};
  llvm::append_range(state, sums);
  return b.whileLoop(
      state,
      [&](ValueRange now) {
        return b.ifElse(
            b.less(now[0], end), {b.getI1Type()},
            [&] { return Values{b.less(b.loadIndex(indices, now[0]), stop)}; },
            [&] { return Values{b.bit(false)}; })[0];
      },
      [&](ValueRange now) {
        Values next{b.add(now[0], b.index(1))};
        llvm::append_range(next, withValue(b.loadIndex(indices, now[0]), {now[0]},
                                           now.drop_front()));
        return next;
      });
}
