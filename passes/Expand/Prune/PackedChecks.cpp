//===- PackedChecks.cpp - stored coordinates of packed weights, checked ---===//
//
// Stage: expand. Parts come from callers, who may have made them anywhere: before
// a product reads through them, positions must ascend within the parts, columns
// lie within the weights, and deltas and bits add up to no more. A worker counts
// what is wrong in its share; any is a status, and the product does nothing.
// Formats without coordinates (n_m: indices within a group) have nothing to check.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/PackedEntries.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

void scratch::trustParts(PackOp pack) {
  auto weights = cast<RankedTensorType>(pack.getWeights().getType());
  for (Operation *user : pack->getUsers()) {
    auto matmul = dyn_cast<PackedMatmulOp>(user);
    if (!matmul || matmul.getPacking() != pack.getPacking() || !weights.hasStaticShape() ||
        !llvm::equal(matmul.getParts(), pack.getParts()))
      continue;
    auto rhs = cast<RankedTensorType>(matmul.getRhs().getType());
    auto init = cast<RankedTensorType>(matmul.getInit().getType());
    bool turned = matmul.getTransposed();
    if (rhs.getDimSize(0) == weights.getDimSize(turned ? 0 : 1) &&
        init.getDimSize(0) == weights.getDimSize(turned ? 1 : 0))
      matmul->setAttr(kTrustedParts, UnitAttr::get(pack.getContext()));
  }
}

/// Sums `wrongOf` over [0, count) in shares; more than none is a failure.
static void expectNoneWrong(LoopBuilder &b, Value count, StringRef what,
                            function_ref<Value(Value)> wrongOf) {
  parallelRows(b, countIfOk(b, count), [&](Value first, Value last) {
    Value zero = b.index(0);
    Value wrong = b.loop(first, last, {zero}, [&](Value at, ValueRange before) {
      return Values{b.add(before[0], b.cast(wrongOf(at), b.getIndexType()))};
    })[0];
    FailOp::create(b, b.equal(wrong, zero), SCRATCH_INVALID_STRUCTURE, what, wrong, zero);
  });
}

void PackedEntries::check(LoopBuilder &b, Operation *op) const {
  if (op->hasAttr(kTrustedParts) || packing.getKind() == PackingKind::NM)
    return;
  Value zero = b.index(0), one = b.index(1);
  Value places = memref::DimOp::create(b, indices, 0), held = memref::DimOp::create(b, values, 0);
  bool bitmap = packing.getKind() == PackingKind::Bitmap;
  if (positionBuffer) {
    // Stored entries that both parts have; expand_lanes reads up to 16 values at a time.
    Value room = height * width > 1
                     ? Value(arith::DivUIOp::create(b, held, b.index(height * width)))
                     : held;
    if (bitmap)
      room = b.select(b.less(room, b.index(16)), zero, b.sub(room, b.index(16)));
    else
      room = b.min(room, places);
    expectNoneWrong(b, panelCount, "packed weights: positions out of order or range",
                    [&](Value panel) {
                      Value from = b.loadIndex(positionBuffer, panel);
                      Value to = b.loadIndex(positionBuffer, b.add(panel, one));
                      return b.bitOr(b.less(to, from), b.less(room, to));
                    });
  }
  switch (packing.getKind()) {
  case PackingKind::Csr:
  case PackingKind::Fixed:
  case PackingKind::Block: {
    Value bound = width > 1 ? Value(arith::CeilDivUIOp::create(b, columns, b.index(width)))
                            : columns;
    // Compared as stored: a loop that the code generator can turn into vectors.
    Value limit = b.cast(b.min(bound, b.index(largest(b.getI32Type()))), b.getI32Type());
    parallelRows(b, countIfOk(b, places), [&](Value first, Value last) {
      Value wrong = b.loop(first, last, {b.integer(0, b.getI32Type())},
                           [&](Value at, ValueRange before) {
                             Value outside = b.lessEqual(limit, b.load(indices, at));
                             return Values{b.add(before[0], b.cast(outside, b.getI32Type()))};
                           })[0];
      FailOp::create(b, b.equal(wrong, b.integer(0, b.getI32Type())), SCRATCH_INVALID_STRUCTURE,
                     "packed weights: columns out of range", b.toIndex(wrong), zero);
    });
    return;
  }
  case PackingKind::Delta:
    expectNoneWrong(b, panelCount, "packed weights: rows whose deltas leave the matrix",
                    [&](Value row) {
                      Value stop = b.loadIndex(positionBuffer, b.add(row, one));
                      Values sum = b.loop(
                          b.loadIndex(positionBuffer, row), stop, {zero, b.bit(false)},
                          [&](Value p, ValueRange before) {
                            Value step = b.loadIndex(indices, p);
                            return Values{b.add(before[0], step),
                                          b.bitOr(before[1], b.equal(step, zero))};
                          });
                      return b.bitOr(sum[1], b.less(columns, sum[0]));
                    });
    return;
  case PackingKind::Bitmap:
    expectNoneWrong(
        b, panelCount, "packed weights: rows whose bits and positions differ", [&](Value row) {
          Value bytes = arith::CeilDivUIOp::create(b, columns, b.index(8));
          Value begin = b.mul(row, bytes);
          // Eight bytes at a time, then one by one.
          Type i64 = b.getI64Type();
          auto eight = VectorType::get({8}, b.getI8Type()), word = VectorType::get({1}, i64);
          Value whole = b.bitAnd(bytes, b.index(-8));
          Value count = b.loop(
              zero, whole, {zero},
              [&](Value n, ValueRange before) {
                Value part = vector::LoadOp::create(b, eight, indices, ValueRange{b.add(begin, n)});
                Value bits = vector::ExtractOp::create(
                    b, vector::BitCastOp::create(b, word, part), 0);
                return Values{b.add(before[0], b.toIndex(math::CtPopOp::create(b, bits)))};
              },
              8)[0];
          count = b.loop(whole, bytes, {count}, [&](Value n, ValueRange before) {
            Value byte = b.cast(b.load(indices, b.add(begin, n)), b.getI32Type());
            return Values{b.add(before[0], b.toIndex(math::CtPopOp::create(b, byte)))};
          })[0];
          Value stored = b.sub(b.loadIndex(positionBuffer, b.add(row, one)),
                               b.loadIndex(positionBuffer, row));
          // No bit behind the last column.
          Value rest = b.bitAnd(columns, b.index(7));
          Value last = b.ifElse(
              b.notEqual(rest, zero), {b.getIndexType()},
              [&] {
                Value byte = b.loadIndex(indices, b.add(begin, b.sub(bytes, one)));
                return Values{arith::ShRUIOp::create(b, byte, rest)};
              },
              [&] { return Values{zero}; })[0];
          return b.bitOr(b.notEqual(count, stored), b.notEqual(last, zero));
        });
    return;
  case PackingKind::NM:
    return;
  }
}
