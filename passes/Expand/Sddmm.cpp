//===- Sddmm.cpp - a dense product, sampled at a sparse pattern -----------===//
//
// Stage: expand. Every stored entry of the sample is one dot product of a row of
// lhs with a column of rhs; rhs is transposed into a buffer first (unless it is
// stored so), which makes both contiguous: k * n moves against k * nnz products.
// A columns-first sample is the same with the two matrices exchanged.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Vectors that one dot product sums side by side.
static constexpr int64_t kVectors = 4;
/// Columns moved together by the transposition: one cache line of 8-byte values
/// read, and as many lines written.
static constexpr int64_t kTransposeBlock = 16;

namespace {
class SampledProduct {
public:
  SampledProduct(LoopBuilder &b, SddmmOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), length(vectorLength(op, semiring)) {}
  FailureOr<Value> expand();

private:
  Value transpose(Value matrix, Value rows, Value columns);
  Value dot(Value majorRow, Value minorRow);
  Value products(Value left, Value right, Value majorRow, Value minorRow, Value k, Type type);

  LoopBuilder &b;
  SddmmOp op;
  SemiringEmitter semiring;
  int64_t length;
  Value majorMatrix, minorMatrix, inner;
};
} // namespace

/// columns x rows copy of a rows x columns matrix.
Value SampledProduct::transpose(Value matrix, Value rows, Value columns) {
  Type element = cast<MemRefType>(matrix.getType()).getElementType();
  auto type = MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, element);
  Value copy = AllocateOp::create(b, type, ValueRange{columns, rows}, false);
  parallelRows(b, countIfOk(b, columns), [&](Value first, Value last) {
    b.loop(
        first, last,
        [&](Value block) {
          Value stop = b.min(b.add(block, b.index(kTransposeBlock)), last);
          b.loop(b.index(0), rows, [&](Value row) {
            b.loop(block, stop, [&](Value column) {
              b.store(b.load(matrix, {row, column}), copy, {column, row});
            });
          });
        },
        kTransposeBlock);
  });
  return copy;
}

Value SampledProduct::products(Value left, Value right, Value majorRow, Value minorRow, Value k,
                               Type type) {
  auto load = [&](Value matrix, Value row) -> Value {
    if (auto vector = dyn_cast<VectorType>(type))
      return vector::LoadOp::create(b, vector, matrix, ValueRange{row, k});
    return b.load(matrix, {row, k});
  };
  Value x = semiring.readsLeft() ? load(left, majorRow) : Value();
  Value y = semiring.readsRight() ? load(right, minorRow) : Value();
  return semiring.multiply(b, x, y, type);
}

Value SampledProduct::dot(Value majorRow, Value minorRow) {
  Value done = b.index(0);
  Value total = semiring.getIdentity(b, semiring.element);
  auto upTo = [&](int64_t vectors) {
    auto type = VectorType::get({length}, semiring.element);
    int64_t width = vectors * length;
    Value stop = b.bitAnd(inner, b.index(-width));
    LoopBuilder::Values start(vectors, semiring.getIdentity(b, type));
    auto sums = b.loop(
        done, stop, start,
        [&](Value k, ValueRange before) {
          LoopBuilder::Values after;
          for (int64_t v = 0; v < vectors; ++v) {
            Value at = v ? b.add(k, b.index(v * length)) : k;
            after.push_back(semiring.add(
                b, before[v], products(majorMatrix, minorMatrix, majorRow, minorRow, at, type)));
          }
          return after;
        },
        width);
    Value folded = sums[0];
    for (int64_t v = 1; v < vectors; ++v)
      folded = semiring.add(b, folded, sums[v]);
    total = semiring.add(b, total, reduceLanes(b, semiring, folded));
    done = stop;
  };
  if (length > 1)
    upTo(kVectors);
  return b.loop(done, inner, {total}, [&](Value k, ValueRange before) {
    return LoopBuilder::Values{
        semiring.add(b, before[0],
                     products(majorMatrix, minorMatrix, majorRow, minorRow, k, semiring.element))};
  }).front();
}

FailureOr<Value> SampledProduct::expand() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  RankedTensorType type = op.getType();
  bool columnMajor = isColumnMajor(type);
  SparseOperand sample = openSparse(b, op.getSample());
  unsigned innerOfRhs = op.getTransposed() ? 1 : 0;
  inner = extent(b, op.getLhs(), 1);
  checkExtents(b, extent(b, op.getRhs(), innerOfRhs), inner, "sddmm: rows of rhs");
  Value rows = columnMajor ? sample.minors : sample.majors;
  Value columns = columnMajor ? sample.majors : sample.minors;
  checkExtents(b, extent(b, op.getLhs(), 0), rows, "sddmm: rows of lhs");
  checkExtents(b, extent(b, op.getRhs(), 1 - innerOfRhs), columns, "sddmm: columns of rhs");
  Value left = openDense(b, op.getLhs());
  Value right = openDense(b, op.getRhs());
  Value copy;
  if (!op.getTransposed())
    right = copy = transpose(right, inner, columns);
  majorMatrix = columnMajor ? right : left;
  minorMatrix = columnMajor ? left : right;
  semiring.swapped = columnMajor;

  Value zero = b.index(0), one = b.index(1);
  Value safeRows = countIfOk(b, sample.majors);
  Value stored = sample.entries(b);
  Value positions =
      AllocateOp::create(b, positionsType(type), ValueRange{b.add(sample.majors, one)}, false);
  Value coordinates = AllocateOp::create(b, coordinatesType(type), ValueRange{stored}, false);
  Value values = AllocateOp::create(b, valuesType(type), ValueRange{stored}, false);
  safeRows = countIfOk(b, sample.majors);
  b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  Value starts =
      partitionByEntries(b, sample.positions, safeRows, b.add(inner, b.index(8)), 4);
  SemiringEmitter factor = SemiringEmitter::of(op);
  parallelChunks(
      b, starts, [] { return LoopBuilder::Values(); },
      [&](Value chunk, Value first, Value last, ValueRange) {
        b.loop(first, last, [&](Value major) {
          auto [begin, end] = sample.segment(b, major);
          b.loop(begin, end, [&](Value p) {
            Value stored = b.load(sample.coordinates, p);
            Value value = dot(major, b.toIndex(stored));
            if (!op.getPatternOnly())
              value = factor.multiply(b, b.load(sample.values, p), value, factor.element);
            b.store(stored, coordinates, p);
            b.store(value, values, p);
          });
          b.storeIndex(end, positions, b.add(major, one));
          emitSparseEpilogue(b, op.getEpilogue(),
                             {coordinates, values, begin, b.sub(end, begin), major, columnMajor});
        });
        recordCount(b, "chunks", 0, one);
        Value entries =
            b.sub(b.loadIndex(sample.positions, last), b.loadIndex(sample.positions, first));
        recordCount(b, "products", 0, b.mul(entries, inner));
        recordCount(b, "result_nnz", 0, entries);
      },
      [](ValueRange) {});
  ReleaseOp::create(b, starts);
  if (copy)
    ReleaseOp::create(b, copy);
  return Value(AssembleOp::create(b, type, positions, coordinates, values, rows, columns));
}

FailureOr<Value> scratch::expandSddmm(LoopBuilder &b, SddmmOp op) {
  return SampledProduct(b, op).expand();
}
