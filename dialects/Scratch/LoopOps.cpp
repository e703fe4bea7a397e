//===- LoopOps.cpp - verifiers of level 2 ---------------------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

static LogicalResult verifyYields(Operation *op, StringRef name, Region &region, TypeRange types) {
  YieldOp yield = YieldOp::endOf(region.front());
  if (!yield)
    return op->emitOpError("region '") << name << "' must end in a scratch.yield";
  if (yield.getOperandTypes() != types)
    return op->emitOpError("region '")
           << name << "' yields (" << yield.getOperandTypes() << "), expected (" << types << ")";
  return success();
}

static LogicalResult verifyArguments(Operation *op, StringRef name, Region &region,
                                     TypeRange types) {
  if (region.getArgumentTypes() != types)
    return op->emitOpError("region '")
           << name << "' takes (" << region.getArgumentTypes() << "), expected (" << types << ")";
  return success();
}

LogicalResult ParallelOp::verify() {
  if (!getChunks() == !getRows())
    return emitOpError("expected either chunks or rows");
  if (getSetup().getNumArguments() != 0)
    return emitOpError("region 'setup' takes no arguments");
  YieldOp setup = YieldOp::endOf(getSetup().front());
  if (!setup)
    return emitOpError("region 'setup' must end in a scratch.yield");
  SmallVector<Type> state(setup.getOperandTypes());
  SmallVector<Type> arguments(3, IndexType::get(getContext()));
  arguments.append(state);
  if (failed(verifyArguments(*this, "body", getBody(), arguments)) ||
      failed(verifyArguments(*this, "teardown", getTeardown(), state)) ||
      failed(verifyYields(*this, "body", getBody(), {})) ||
      failed(verifyYields(*this, "teardown", getTeardown(), {})))
    return failure();
  return success();
}

LogicalResult AccumulatorCreateOp::verify() {
  Type element = getAccumulator().getType().getElement();
  if (getSemiring().isCustom()) {
    TypedAttr identity = getIdentityAttr();
    if (getAdd().empty() || !identity || identity.getType() != element)
      return emitOpError("custom semiring needs a region 'add' and an identity of type ")
             << element;
    if (failed(verifyArguments(*this, "add", getAdd(), {element, element})) ||
        failed(verifyYields(*this, "add", getAdd(), {element})))
      return failure();
  } else if (!getAdd().empty() || getIdentityAttr()) {
    return emitOpError("semiring ")
           << stringify(getSemiring().getKind()) << " brings its own add";
  }
  if (getKnown() && !getFormula().empty())
    return emitOpError("known coordinates take part without a formula");
  if (!getFormula().empty()) {
    Type byte = IntegerType::get(getContext(), 8), bit = IntegerType::get(getContext(), 1);
    if (failed(verifyArguments(*this, "formula", getFormula(), {byte})) ||
        failed(verifyYields(*this, "formula", getFormula(), {bit})))
      return failure();
  }
  return success();
}

LogicalResult TileOp::verify() {
  AccumulatorType type = getAccumulator().getType();
  SmallVector<Type, 1> tile{
      TileType::get(getContext(), type.getKind(), type.getIndex(), type.getElement())};
  if (failed(verifyArguments(*this, "accumulate", getAccumulate(), tile)) ||
      failed(verifyArguments(*this, "drain", getDrain(), tile)) ||
      failed(verifyYields(*this, "accumulate", getAccumulate(), {})) ||
      failed(verifyYields(*this, "drain", getDrain(), getResultTypes())))
    return failure();
  return success();
}

/// A rank-1 buffer of integers or indices of any width.
static LogicalResult verifyCoordinates(Operation *op, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1 && type.getElementType().isIntOrIndex())
    return success();
  return op->emitOpError("expected coordinates of rank 1 and an integer type, found ") << type;
}

/// A rank-1 buffer with elements of one type.
static LogicalResult verifyBuffer(Operation *op, StringRef name, Value buffer, Type element) {
  auto type = cast<MemRefType>(buffer.getType());
  if (type.getRank() == 1 && type.getElementType() == element)
    return success();
  return op->emitOpError("expected ")
         << name << " of rank 1 and element type " << element << ", found " << type;
}

LogicalResult MarkOp::verify() {
  if (getLeaf() > 5)
    return emitOpError("expected a leaf below 6, found ") << getLeaf();
  return verifyCoordinates(*this, getCoordinates());
}

LogicalResult MarkDenseOp::verify() {
  if (getLeaf() > 5)
    return emitOpError("expected a leaf below 6, found ") << getLeaf();
  if (cast<MemRefType>(getMatrix().getType()).getRank() != 2)
    return emitOpError("expected a matrix, found ") << getMatrix().getType();
  return success();
}

/// What a built-in multiply reads must be there.
template <typename Op> static LogicalResult verifyOperands(Op op, bool scaled, bool valued) {
  SemiringOperator multiply = op.getSemiring().getMultiply();
  bool left = op.getSwapped() ? readsRight(multiply) : readsLeft(multiply);
  bool right = op.getSwapped() ? readsLeft(multiply) : readsRight(multiply);
  if (left && !scaled)
    return op.emitOpError("multiply ") << stringify(multiply) << " needs a scale";
  if (right && !valued)
    return op.emitOpError("multiply ") << stringify(multiply) << " needs values";
  return success();
}

template <typename Op> static LogicalResult verifyMultiply(Op op) {
  if (!op.getSymbolic())
    return verifyOperands(op, bool(op.getScale()), bool(op.getValues()));
  if (op.getValues() || op.getScale())
    return op.emitOpError("records presence only when symbolic; values and scale have no use");
  return success();
}

/// What both ways to merge a segment ask of their operands.
template <typename Op> static LogicalResult verifySegment(Op op) {
  if (failed(verifyCoordinates(op, op.getCoordinates())))
    return failure();
  if (op.getSymbolic() || !op.getSemiring().isCustom()) {
    if (!op.getMultiply().empty() && !op.getSymbolic())
      return op.emitOpError("semiring ")
             << stringify(op.getSemiring().getKind()) << " brings its own multiply";
    return verifyMultiply(op);
  }
  if (op.getMultiply().empty())
    return op.emitOpError("custom semiring needs a region 'multiply'");
  if (!op.getScale() || !op.getValues())
    return op.emitOpError("custom semiring needs values and scale");
  return verifyYields(op, "multiply", op.getMultiply(), {op.getTile().getType().getElement()});
}

/// What only a window of columns can do.
template <typename Op> static LogicalResult verifyWindow(Op op, bool wanted, StringRef what) {
  AccumulatorKind kind = op.getTile().getType().getKind();
  if (!wanted || kind == AccumulatorKind::Dense || kind == AccumulatorKind::Tiered ||
      kind == AccumulatorKind::Grouped)
    return success();
  return op.emitOpError("'") << what << "' needs a tile of kind dense, grouped or tiered, found "
                             << stringify(kind);
}

LogicalResult AccumulateOp::verify() {
  if (failed(verifyWindow(*this, getUnmasked(), "unmasked")))
    return failure();
  return verifySegment(*this);
}

LogicalResult AccumulateSampledOp::verify() {
  if (failed(verifyCoordinates(*this, getSample())))
    return failure();
  return verifySegment(*this);
}

LogicalResult AccumulateGroupsOp::verify() {
  AccumulatorKind kind = getTile().getType().getKind();
  if (kind != AccumulatorKind::Grouped)
    return emitOpError("expected accumulator 'grouped', found '") << stringify(kind) << "'";
  if (failed(verifyCoordinates(*this, getGroups())) ||
      failed(verifyBuffer(*this, "masks", getMasks(), IntegerType::get(getContext(), 8))))
    return failure();
  if (getSemiring().isCustom())
    return emitOpError("expected a built-in semiring");
  return verifyMultiply(*this);
}

LogicalResult AccumulateBitmapOp::verify() {
  TileType tile = getTile().getType();
  if (tile.getKind() != AccumulatorKind::Blocked)
    return emitOpError("expected accumulator 'blocked', found '") << stringify(tile.getKind()) << "'";
  int64_t lanes = panelLanes(tile.getElement());
  if (!lanes)
    return emitOpError("expected values of 32 or 64 bits, found ") << tile.getElement();
  if (failed(verifyCoordinates(*this, getRows())) ||
      failed(verifyBuffer(*this, "masks", getMasks(), IntegerType::get(getContext(), lanes))))
    return failure();
  if (getSemiring().isCustom())
    return emitOpError("expected a built-in semiring");
  int64_t vectors = getVectors();
  if (vectors < 1 || vectors > kPanelVectors || !llvm::isPowerOf2_64(vectors)) // (accumulate_bitmap_c1)
    return emitOpError("expected a panel of 1, 2, 4, 8 or 16 vectors, found ") << vectors;
  if (getNeutral() && !getValues()) // (accumulate_bitmap_c2)
    return emitOpError("expected values that are neutral, found none");
  return verifyOperands(*this, bool(getScales()), bool(getValues()));
}

LogicalResult DrainOp::verify() {
  if (failed(verifyBuffer(*this, "coordinates", getCoordinates(), getTile().getType().getIndex())) ||
      failed(verifyBuffer(*this, "values", getValues(), getTile().getType().getElement())))
    return failure();
  return success();
}

LogicalResult DrainAlongOp::verify() {
  if (failed(verifyWindow(*this, getDropping(), "dropping")) ||
      failed(verifyCoordinates(*this, getAlong())) ||
      failed(verifyBuffer(*this, "coordinates", getCoordinates(), getTile().getType().getIndex())) ||
      failed(verifyBuffer(*this, "values", getValues(), getTile().getType().getElement())))
    return failure();
  return success();
}

LogicalResult CountAlongOp::verify() { return verifyCoordinates(*this, getAlong()); }
