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
#include "passes/Expand/Spgemm/KnownOperands.h"
#include "passes/Expand/Spgemm/KnownRows.h"

#include "passes/Emission/Semiring.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

namespace {
class KnownProduct {
public:
  KnownProduct(LoopBuilder &b, SpgemmExecuteOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()) {
    semiring.swapped = isColumnMajor(op.getPattern().getType());
  }
  FailureOr<Value> expand();

private:
  Value loadKey(Value key, int64_t at, Value otherwise) const;
  void checkKey();
  std::optional<PlacedRows> openPlaces();
  void openResult(Value total);
  void placeRow(Value row);
  void finishRow(Value row);

  LoopBuilder &b;
  SpgemmExecuteOp op;
  SemiringEmitter semiring;
  RankedTensorType resultType;
  KnownOperands known;
  std::optional<PlanBytes> plan; ///< none: the key is a fingerprint
  Value positions, coordinates, values;
};
} // namespace

/// A word of the key; `otherwise` after a failure, since the key may be too short.
Value KnownProduct::loadKey(Value key, int64_t at, Value otherwise) const {
  return b.ifElse(
      StatusOp::create(b), {b.getI64Type()},
      [&] { return LoopBuilder::Values{plan ? plan->loadWord(at) : b.load(key, b.index(at))}; },
      [&] { return LoopBuilder::Values{otherwise}; })[0];
}

/// The caller's operands, not converted ones: they are what was planned for.
void KnownProduct::checkKey() {
  Value key = openDense(b, op.getKey());
  SmallVector<std::pair<StringRef, Value>> matrices{{"lhs", op.getLhs()}, {"rhs", op.getRhs()}};
  if (cast<RankedTensorType>(op.getKey().getType()).getElementType().isInteger(8)) {
    plan.emplace(b, key);
    matrices.push_back({"pattern", op.getPattern()});
    Value size = extent(b, op.getKey(), 0), least = PlanBytes::size(b, b.index(0), b.index(0));
    FailOp::create(b, b.lessEqual(least, size), SCRATCH_SHAPE_MISMATCH,
                   "spgemm_execute: bytes of plan", size, least);
  }
  static constexpr const char *words[] = {"extent", "other extent", "entries", "structure"};
  int64_t at = 0;
  for (auto [name, matrix] : matrices)
    for (auto [what, word] : llvm::zip_equal(words, emitFingerprint(b, matrix))) {
      Value planned = loadKey(key, at++, word);
      FailOp::create(b, b.equal(word, planned), SCRATCH_INVALID_STRUCTURE,
                     ("spgemm_execute: " + Twine(what) + " of " + name + " as planned").str(),
                     b.toIndex(word), b.toIndex(planned));
    }
}

/// Those of the plan, which has as many bytes as they need.
std::optional<PlacedRows> KnownProduct::openPlaces() {
  if (!plan)
    return std::nullopt;
  Value rows = known.lhs.majors;
  Value products = b.toIndex(loadKey({}, PlanBytes::kPlacesAt, b.integer(0, b.getI64Type())));
  Value size = extent(b, op.getKey(), 0), least = PlanBytes::size(b, rows, products);
  FailOp::create(b, b.lessEqual(least, size), SCRATCH_SHAPE_MISMATCH,
                 "spgemm_execute: bytes of plan", size, least);
  return PlacedRows(b, *plan, rows, countIfOk(b, products));
}

/// A matrix of its own, or the numbers alone: those stand where the pattern's coordinates do.
void KnownProduct::openResult(Value total) {
  if (!op.givesNumbers()) {
    positions = AllocateOp::create(b, positionsType(resultType),
                                   ValueRange{b.add(known.lhs.majors, b.index(1))}, false);
    coordinates = AllocateOp::create(b, coordinatesType(resultType), ValueRange{total}, false);
    values = AllocateOp::create(b, valuesType(resultType), ValueRange{total}, false);
    return;
  }
  coordinates = known.pattern.coordinates;
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
    b.storeIndex(b.loadIndex(known.pattern.positions, next), positions, next);
}

void KnownProduct::finishRow(Value row) {
  auto [first, last] = known.pattern.segment(b, row);
  emitSparseEpilogue(b, op.getEpilogue(),
                     {coordinates, values, first, b.sub(last, first), row, known.columnMajor});
}

FailureOr<Value> KnownProduct::expand() {
  if (!op.getStrategyAttr())
    return op.emitError("kernel has no strategy; run select first");
  checkKey();
  FailureOr<KnownOperands> opened = openKnown(b, op, op.getPattern(), op.getLhs(), op.getRhs());
  if (failed(opened))
    return failure();
  known = *opened;
  std::optional<PlacedRows> places = openPlaces();
  const auto &[pattern, lhs, rhs, columnMajor] = known;
  Value zero = b.index(0), total = pattern.entries(b);
  openResult(total);
  KnownStructure structure{op, semiring, pattern, lhs, rhs, coordinates, values, places};
  KnownRows knownRows(b, structure);
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
