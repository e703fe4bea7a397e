//===- Execute.cpp - SpGEMM on a structure known before -------------------===//
//
// Stage: expand. The second half of plan and execute: the pattern says where the
// result's entries lie, so nothing is bounded, counted, scanned or sorted, and
// rows are written where they belong (KnownRows.h).
//
// Operands of another structure than planned for are refused: their fingerprints
// are compared first, which reads their structure once.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Destination.h"
#include "passes/Expand/Epilogue.h"
#include "passes/Expand/Fingerprint.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Spgemm/KnownRows.h"
#include "passes/Expand/StorageOrder.h"

#include "passes/Emission/Semiring.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

namespace {
class KnownProduct {
public:
  KnownProduct(LoopBuilder &b, SpgemmExecuteOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()),
        columnMajor(isColumnMajor(op.getPattern().getType())) {
    semiring.swapped = columnMajor;
  }
  FailureOr<Value> expand();

private:
  void checkKey();
  void openResult(Value total);
  void placeRow(Value row);
  void finishRow(Value row);

  LoopBuilder &b;
  SpgemmExecuteOp op;
  SemiringEmitter semiring;
  RankedTensorType resultType;
  bool columnMajor;
  SparseOperand pattern, lhs, rhs; ///< in the roles of A and B after the exchange
  Value positions, coordinates, values;
};
} // namespace

/// The caller's operands, not converted ones: they are what was planned for.
void KnownProduct::checkKey() {
  Value key = openDense(b, op.getKey());
  int64_t at = 0;
  static constexpr const char *texts[] = {
      "extent of lhs", "other extent of lhs", "entries of lhs", "structure of lhs",
      "extent of rhs", "other extent of rhs", "entries of rhs", "structure of rhs"};
  for (Value matrix : {op.getLhs(), op.getRhs()})
    for (Value word : emitFingerprint(b, openSparse(b, matrix))) {
      Value planned = b.load(key, b.index(at));
      std::string text = std::string("spgemm_execute: ") + texts[at++] + " as planned";
      FailOp::create(b, b.equal(word, planned), SCRATCH_INVALID_STRUCTURE, text,
                     b.toIndex(word), b.toIndex(planned));
    }
}

/// A matrix of its own, or the numbers alone: those stand where the pattern's coordinates do.
void KnownProduct::openResult(Value total) {
  if (!op.givesNumbers()) {
    positions = AllocateOp::create(b, positionsType(resultType),
                                   ValueRange{b.add(lhs.majors, b.index(1))}, false);
    coordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
    values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
    return;
  }
  coordinates = pattern.coordinates;
  Value entries = total;
  if (!resultType.isDynamicDim(0)) {
    entries = b.index(resultType.getDimSize(0));
    checkExtents(b, total, entries, "spgemm_execute: entries of pattern");
  }
  if (op.getOuts())
    checkExtents(b, extent(b, op.getOuts(), 0), total, "spgemm_execute: extent of outs");
  values = bufferOfDestination(b, op, op.getOuts());
  if (!values)
    values = AllocateOp::create(
        b, MemRefType::get(resultType.getShape(), resultType.getElementType()),
        resultType.isDynamicDim(0) ? ValueRange{entries} : ValueRange{}, false);
}

void KnownProduct::placeRow(Value row) {
  Value next = b.add(row, b.index(1));
  if (!op.givesNumbers())
    b.storeIndex(b.loadIndex(pattern.positions, next), positions, next);
}

void KnownProduct::finishRow(Value row) {
  auto [first, last] = pattern.segment(b, row);
  emitSparseEpilogue(b, op.getEpilogue(),
                     {coordinates, values, first, b.sub(last, first), row, columnMajor});
}

FailureOr<Value> KnownProduct::expand() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  checkKey();
  Value first = columnMajor ? op.getRhs() : op.getLhs(), second = columnMajor ? op.getLhs() : op.getRhs();
  FailureOr<Value> left = inStorageOrder(b, op, first, columnMajor);
  FailureOr<Value> right = inStorageOrder(b, op, second, columnMajor);
  if (failed(left) || failed(right))
    return failure();
  pattern = openSparse(b, op.getPattern());
  lhs = openSparse(b, *left);
  rhs = openSparse(b, *right);
  checkExtents(b, rhs.majors, lhs.minors, "spgemm_execute: inner extent of rhs");
  checkExtents(b, pattern.majors, lhs.majors, "spgemm_execute: extent of pattern");
  checkExtents(b, pattern.minors, rhs.minors, "spgemm_execute: other extent of pattern");

  Value rows = countIfOk(b, lhs.majors), zero = b.index(0);
  Value total = b.ifElse(
      StatusOp::create(b), {b.getIndexType()},
      [&] { return LoopBuilder::Values{b.loadIndex(pattern.positions, rows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  openResult(total);
  KnownStructure known{op, semiring, pattern, lhs, rhs, coordinates, values};
  KnownRows knownRows(b, known);
  if (!op.givesNumbers())
    b.ifThen(StatusOp::create(b), [&] { b.storeIndex(zero, positions, zero); });
  knownRows.compute([&](Value row) {
    placeRow(row);
    finishRow(row);
  });
  recordCount(b, "result_nnz", 0, total);
  if (op.givesNumbers())
    return asTensor(b, resultType, values);
  Value height = columnMajor ? rhs.minors : lhs.majors, width = columnMajor ? lhs.majors : rhs.minors;
  return Value(AssembleOp::create(b, resultType, positions, coordinates, values, height, width));
}

FailureOr<Value> scratch::expandSpgemmExecute(LoopBuilder &b, SpgemmExecuteOp op) {
  return KnownProduct(b, op).expand();
}
