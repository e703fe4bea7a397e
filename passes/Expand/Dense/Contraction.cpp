//===- Contraction.cpp - which linalg ops are dense products --------------===//
#include "passes/Expand/Dense/Contraction.h"

#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace scratch;

/// A block argument, as it is or widened.
static Value widenedFrom(Value value) {
  auto widen = value.getDefiningOp<arith::ExtFOp>();
  return widen ? widen.getIn() : value;
}

/// sum + a * c, and nothing else.
static bool multipliesAndAdds(Block &body) {
  bool plain = body.getNumArguments() == 3 &&
               llvm::all_of(body.without_terminator(), [](Operation &op) {
                 return isa<arith::ExtFOp, arith::MulFOp, arith::AddFOp>(op);
               });
  if (!plain)
    return false;
  Value yielded = body.getTerminator()->getOperand(0);
  auto add = yielded.getDefiningOp<arith::AddFOp>();
  if (!add)
    return false;
  Value sum = body.getArgument(2);
  Value product = add.getLhs() == sum ? add.getRhs() : add.getLhs();
  auto multiply = product.getDefiningOp<arith::MulFOp>();
  if (!multiply || (add.getLhs() != sum && add.getRhs() != sum))
    return false;
  Value first = body.getArgument(0), second = body.getArgument(1);
  Value left = widenedFrom(multiply.getLhs()), right = widenedFrom(multiply.getRhs());
  return (left == first && right == second) || (left == second && right == first);
}

/// Of the result's type, or of bf16 where sums are f32.
static bool isDense(Value value, Type element) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && !type.getEncoding() &&
         (type.getElementType() == element ||
          (type.getElementType().isBF16() && element.isF32()));
}

static std::optional<SmallVector<unsigned>> plainLoops(AffineMap map) {
  SmallVector<unsigned> loops;
  for (AffineExpr result : map.getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (!dim || llvm::is_contained(loops, dim.getPosition()))
      return std::nullopt;
    loops.push_back(dim.getPosition());
  }
  return loops;
}

/// Coefficients of the loops, then a constant, of every result of a map.
static std::optional<SmallVector<SmallVector<int64_t>>> linearIndex(AffineMap map) {
  SmallVector<SmallVector<int64_t>> index;
  for (AffineExpr result : map.getResults()) {
    SmallVector<int64_t> flat;
    // Quotients and remainders would show as further columns. Nothing is read
    // backwards, so that the last iteration reads the largest index.
    if (map.getNumSymbols() || failed(getFlattenedAffineExpr(result, map.getNumDims(), 0, &flat)) ||
        flat.size() != map.getNumDims() + 1 ||
        llvm::any_of(flat, [](int64_t coefficient) { return coefficient < 0; }))
      return std::nullopt;
    index.push_back(std::move(flat));
  }
  return index;
}

/// Gives loops their parts; `match.a` and `match.c` are the inputs `a` and `1 - a`.
static bool assignParts(DenseContraction &match, unsigned a) {
  linalg::LinalgOp op = match.op;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto cLoops = plainLoops(maps[1 - a]);
  auto aIndex = linearIndex(maps[a]);
  auto result = plainLoops(maps[2]);
  if (!cLoops || !aIndex || !result || result->empty())
    return false;
  match.a = op.getDpsInputs()[a], match.c = op.getDpsInputs()[1 - a];
  match.cLoops = *cLoops, match.aIndex = *aIndex;
  match.column = result->back();
  if (!llvm::is_contained(*cLoops, match.column))
    return false;
  match.rows.assign(result->begin(), std::prev(result->end()));
  match.depth.clear();
  for (unsigned loop = 0; loop < op.getNumLoops(); ++loop) {
    bool inC = llvm::is_contained(*cLoops, loop);
    if (llvm::is_contained(match.rows, loop) ? inC : !inC)
      return false;
    if (inC && loop != match.column)
      match.depth.push_back(loop);
  }
  // Along vectors, `a` is either constant or contiguous.
  match.columnInA = false;
  for (auto [dimension, index] : llvm::enumerate(match.aIndex)) {
    int64_t coefficient = index[match.column];
    bool last = dimension + 1 == match.aIndex.size();
    if (coefficient != 0 && (!last || coefficient != 1))
      return false;
    match.columnInA |= coefficient != 0;
  }
  return true;
}

std::optional<DenseContraction> scratch::matchDenseContraction(Operation *operation) {
  auto op = dyn_cast<linalg::LinalgOp>(operation);
  if (!op || !op.hasPureTensorSemantics() || op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1)
    return std::nullopt;
  DenseContraction match;
  match.op = op;
  match.init = op.getDpsInits()[0];
  auto type = dyn_cast<RankedTensorType>(match.init.getType());
  if (!type || !(type.getElementType().isF32() || type.getElementType().isF64()) ||
      !isDense(match.init, type.getElementType()) ||
      !llvm::all_of(op.getDpsInputs(),
                    [&](Value value) { return isDense(value, type.getElementType()); }) ||
      !multipliesAndAdds(*op.getBlock()) || op.getNumReductionLoops() == 0)
    return std::nullopt;
  // Vectors along the last dimension of the result: of the input that has it.
  if (assignParts(match, 0) || assignParts(match, 1))
    return match;
  return std::nullopt;
}
