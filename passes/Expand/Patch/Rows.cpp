//===- Rows.cpp - gather and scatter rows ---------------------------------===//
//
// Tensors are seen as rows of one size: batches x rows of the whole, batches x
// numbers of what is picked. Gathering is parallel over the picked rows. Scattering
// is parallel over batches and ranges of columns: a worker puts all rows of its
// range in their order, so that repeated numbers need no locks and give the same
// bits for every thread count.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Patch/Patch.h"

#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;

/// Columns that one worker scatters at a time.
static constexpr int64_t kColumns = 256;

namespace {
/// The numbers of a gather or scatter, and how its two tensors lie.
struct Picks {
  Value ids;                  ///< memref<?xi32>, all numbers in a row
  Value batches, perBatch;    ///< picked rows are batches * perBatch
  Value rows, size;           ///< of the whole, per batch
  bool shared;                ///< every batch has the same numbers
  bool padded;
  StringRef name;

  Value numberOf(LoopBuilder &b, Value batch, Value n) const {
    Value at = shared ? n : b.add(b.mul(batch, perBatch), n);
    return b.load(ids, {at});
  }
  /// Runs `body(row of the whole)` where a number names one; fails the call on a
  /// number outside.
  void withRow(LoopBuilder &b, Value batch, Value n, function_ref<void(Value)> body,
               function_ref<void()> otherwise) const {
    // A negative number is a large one when taken as unsigned.
    Value number = numberOf(b, batch, n), id = b.toIndex(number);
    Value inside = b.less(id, rows);
    Value fine = inside;
    if (padded)
      fine = b.bitOr(fine, b.equal(number, b.integer(-1, b.getI32Type())));
    FailOp::create(b, fine, SCRATCH_INVALID_ARGUMENT, name, id, rows);
    b.ifElse(
        inside,
        [&] {
          body(b.add(b.mul(batch, rows), id));
        },
        [&] {
          otherwise();
        });
  }
};
} // namespace

/// All dimensions but the last `kept` become one.
static Value collapse(LoopBuilder &b, Value buffer, int64_t kept) {
  int64_t rank = cast<MemRefType>(buffer.getType()).getRank();
  if (rank == kept + 1)
    return buffer;
  SmallVector<ReassociationIndices> groups(1);
  for (int64_t d = 0; d < rank - kept; ++d)
    groups[0].push_back(d);
  for (int64_t d = rank - kept; d < rank; ++d)
    groups.push_back({d});
  return memref::CollapseShapeOp::create(b, buffer, groups);
}

static Value product(LoopBuilder &b, ArrayRef<Value> factors) {
  Value all = b.index(1);
  for (Value factor : factors)
    all = b.mul(all, factor);
  return all;
}

static SmallVector<Value> extents(LoopBuilder &b, Value tensor) {
  SmallVector<Value> all;
  for (int64_t d = 0; d < cast<RankedTensorType>(tensor.getType()).getRank(); ++d)
    all.push_back(extent(b, tensor, d));
  return all;
}

/// `shape` receives the extents of what is picked.
static Picks open(LoopBuilder &b, StringRef name, Value whole, Value ids, int64_t pickedRank,
                  bool padded, SmallVectorImpl<Value> &shape) {
  SmallVector<Value> of = extents(b, whole), numbers = extents(b, ids);
  Picks picks;
  size_t leading = of.size() - 2;
  picks.shared = leading && pickedRank == int64_t(leading + numbers.size() + 1);
  picks.padded = padded;
  picks.name = name;
  picks.rows = of[leading];
  picks.size = of[leading + 1];
  picks.batches = product(b, ArrayRef(of).take_front(leading));
  if (picks.shared) {
    shape.append(of.begin(), of.begin() + leading);
  } else {
    for (size_t d = 0; d < leading; ++d)
      checkExtents(b, numbers[d], of[d], name);
  }
  picks.perBatch = product(b, ArrayRef(numbers).drop_front(picks.shared ? 0 : leading));
  shape.append(numbers);
  shape.push_back(picks.size);
  picks.ids = collapse(b, openDense(b, ids), 0);
  return picks;
}

static Value allocate(LoopBuilder &b, RankedTensorType type, ArrayRef<Value> shape,
                      StringRef what) {
  SmallVector<Value> sizes;
  for (auto [d, size] : llvm::enumerate(shape))
    if (type.isDynamicDim(d))
      sizes.push_back(size);
    else
      checkExtents(b, size, b.index(type.getDimSize(d)), what);
  return AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()), sizes,
                            /*zeroed=*/false);
}

static Value zeroOf(LoopBuilder &b, Type element) {
  return arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element)));
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

Value scratch::expandGatherRows(LoopBuilder &b, GatherRowsOp op) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  SmallVector<Value> shape;
  Picks picks = open(b, "gather_rows: row number", op.getSource(), op.getIds(), type.getRank(),
                     op.getPadded(), shape);
  Value result = allocate(b, type, shape, "gather_rows: extent of the result");
  Value source = collapse(b, openDense(b, op.getSource()), 1), target = collapse(b, result, 1);
  Value zero = b.index(0), nothing = zeroOf(b, type.getElementType());
  Value safe = arith::MaxUIOp::create(b, picks.perBatch, b.index(1));
  Value total = countIfOk(b, b.mul(picks.batches, picks.perBatch));
  parallelRows(b, total, [&](Value first, Value last) {
    b.loop(first, last, [&](Value r) {
      Value batch = arith::DivUIOp::create(b, r, safe), n = arith::RemUIOp::create(b, r, safe);
      picks.withRow(
          b, batch, n,
          [&](Value row) {
            b.loop(zero, picks.size,
                   [&](Value d) { b.store(b.load(source, {row, d}), target, {r, d}); });
          },
          [&] { b.loop(zero, picks.size, [&](Value d) { b.store(nothing, target, {r, d}); }); });
    });
  });
  return asTensor(b, type, result);
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

/// What every entry of a tensor is, where one constant fills it.
static Value filling(Value tensor) {
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    return fill.getInputs()[0];
  return {};
}

Value scratch::expandScatterRows(LoopBuilder &b, ScatterRowsOp op) {
  auto type = cast<RankedTensorType>(op.getResult().getType());
  auto sourceType = cast<RankedTensorType>(op.getSource().getType());
  SmallVector<Value> shape, found = extents(b, op.getSource());
  Picks picks = open(b, "scatter_rows: row number", op.getInit(), op.getIds(),
                     sourceType.getRank(), op.getPadded(), shape);
  for (auto [size, expected] : llvm::zip(found, shape))
    checkExtents(b, size, expected, "scatter_rows: extent of the source");
  Type element = type.getElementType();
  Value result = allocate(b, type, extents(b, op.getInit()), "scatter_rows: extent of the result");
  Value source = collapse(b, openDense(b, op.getSource()), 1), target = collapse(b, result, 1);
  Value fill = filling(op.getInit());
  Value init = fill ? Value() : collapse(b, openDense(b, op.getInit()), 1);
  // Sums of short floats stay in f32 until all are there.
  bool wide = op.getAdd() && element.isFloat() && element.getIntOrFloatBitWidth() < 32;
  Value sums = target;
  Value allRows = b.mul(picks.batches, picks.rows);
  if (wide)
    sums = AllocateOp::create(
        b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getF32Type()),
        ValueRange{allRows, picks.size}, /*zeroed=*/false);
  auto in = [&](Value value) { return wide ? emitToF32(b, value) : value; };
  Value parts = arith::CeilDivUIOp::create(b, picks.size, b.index(kColumns));
  Value safe = arith::MaxUIOp::create(b, parts, b.index(1));
  parallelRows(b, countIfOk(b, b.mul(picks.batches, parts)), [&](Value first, Value last) {
    b.loop(first, last, [&](Value task) {
      Value batch = arith::DivUIOp::create(b, task, safe);
      Value from = b.mul(arith::RemUIOp::create(b, task, safe), b.index(kColumns));
      Value to = b.min(b.add(from, b.index(kColumns)), picks.size);
      Value firstRow = b.mul(batch, picks.rows), lastRow = b.add(firstRow, picks.rows);
      auto overRows = [&](function_ref<void(Value, Value)> body) {
        b.loop(firstRow, lastRow,
               [&](Value row) { b.loop(from, to, [&](Value d) { body(row, d); }); });
      };
      overRows([&](Value row, Value d) {
        b.store(in(fill ? fill : b.load(init, {row, d})), sums, {row, d});
      });
      b.loop(b.index(0), picks.perBatch, [&](Value n) {
        Value mine = b.add(b.mul(batch, picks.perBatch), n);
        picks.withRow(
            b, batch, n,
            [&](Value row) {
              b.loop(from, to, [&](Value d) {
                Value value = in(b.load(source, {mine, d}));
                if (op.getAdd())
                  value = arith::AddFOp::create(b, b.load(sums, {row, d}), value);
                b.store(value, sums, {row, d});
              });
            },
            [] {});
      });
      if (wide)
        overRows([&](Value row, Value d) {
          b.store(emitFromF32(b, b.load(sums, {row, d}), element), target, {row, d});
        });
    });
  });
  if (wide)
    ReleaseOp::create(b, sums);
  return asTensor(b, type, result);
}
