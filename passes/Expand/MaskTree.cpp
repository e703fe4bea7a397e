//===- MaskTree.cpp - a mask expression: leaves and a formula -------------===//
#include "passes/Expand/MaskTree.h"

#include "passes/Expand/StorageOrder.h"

using namespace mlir;
using namespace scratch;

/// All results of mask.from below `mask`, each once, in order of first use.
static LogicalResult collectLeaves(Operation *op, Value mask, SmallVectorImpl<Value> &leaves) {
  if (llvm::is_contained(leaves, mask))
    return success();
  if (mask.getDefiningOp<MaskFromOp>()) {
    leaves.push_back(mask);
    return success();
  }
  Operation *combine = mask.getDefiningOp();
  if (!isa_and_nonnull<MaskAndOp, MaskOrOp, MaskNotOp>(combine))
    return op->emitError("mask must be built from mask.from, mask.and, mask.or and mask.not "
                         "in the same function");
  for (Value operand : combine->getOperands())
    if (failed(collectLeaves(op, operand, leaves)))
      return failure();
  return success();
}

/// The formula on a given set of leaves, at compile time.
static bool evaluate(Value mask, ArrayRef<Value> leaves, unsigned bits) {
  if (auto both = mask.getDefiningOp<MaskAndOp>())
    return evaluate(both.getLhs(), leaves, bits) && evaluate(both.getRhs(), leaves, bits);
  if (auto either = mask.getDefiningOp<MaskOrOp>())
    return evaluate(either.getLhs(), leaves, bits) || evaluate(either.getRhs(), leaves, bits);
  if (auto negated = mask.getDefiningOp<MaskNotOp>())
    return !evaluate(negated.getInput(), leaves, bits);
  return bits >> (llvm::find(leaves, mask) - leaves.begin()) & 1;
}

FailureOr<MaskTree> MaskTree::open(LoopBuilder &b, Operation *op, Value mask, bool complement,
                                   bool columnMajor) {
  MaskTree tree;
  tree.root = mask;
  tree.complement = complement;
  if (!mask)
    return tree;
  if (failed(collectLeaves(op, mask, tree.leafValues)))
    return failure();
  if (tree.leafValues.size() > kMaxLeaves)
    return op->emitError("mask has ") << tree.leafValues.size() << " leaves, expected at most "
                                      << kMaxLeaves;
  // At least one leaf bit is needed to take part?
  tree.bounded = evaluate(mask, tree.leafValues, 0) == complement;
  for (Value value : tree.leafValues) {
    auto from = value.getDefiningOp<MaskFromOp>();
    if (from.repeats())
      return op->emitError("takes masks of whole matrices, found one that repeats ")
             << from.getTensor().getType();
    Leaf leaf;
    leaf.byValue = from.getSource() == MaskSource::Value;
    Value tensor = from.getTensor();
    bool sparse = static_cast<bool>(sparse_tensor::getSparseTensorEncoding(tensor.getType()));
    if (sparse || columnMajor) {
      // A dense mask has no columns to walk: its non-zero entries are taken.
      FailureOr<Value> stored = inStorageOrder(b, op, tensor, columnMajor);
      if (failed(stored))
        return failure();
      leaf.sparse = openSparse(b, *stored);
    } else {
      leaf.dense = openDense(b, tensor);
    }
    tree.leaves.push_back(leaf);
  }
  return tree;
}

Value MaskTree::emitFormula(LoopBuilder &b, Value mask, Value bits) const {
  if (auto both = mask.getDefiningOp<MaskAndOp>())
    return b.bitAnd(emitFormula(b, both.getLhs(), bits), emitFormula(b, both.getRhs(), bits));
  if (auto either = mask.getDefiningOp<MaskOrOp>())
    return b.bitOr(emitFormula(b, either.getLhs(), bits), emitFormula(b, either.getRhs(), bits));
  if (auto negated = mask.getDefiningOp<MaskNotOp>())
    return arith::XOrIOp::create(b, emitFormula(b, negated.getInput(), bits), b.bit(true));
  int64_t leaf = llvm::find(leafValues, mask) - leafValues.begin();
  Value bit = b.bitAnd(bits, b.integer(int64_t(1) << leaf, bits.getType()));
  return b.notEqual(bit, b.integer(0, bits.getType()));
}

void MaskTree::emitFormula(LoopBuilder &b, Region &region) const {
  OpBuilder::InsertionGuard guard(b);
  Block *block = b.createBlock(&region, region.end(), {b.getIntegerType(8)}, {b.getLoc()});
  Value passes = emitFormula(b, root, block->getArgument(0));
  if (complement)
    passes = arith::XOrIOp::create(b, passes, b.bit(true));
  YieldOp::create(b, ValueRange{passes});
}

Value MaskTree::entriesOfRows(LoopBuilder &b, Value first, Value last, Value range) const {
  Value total = b.index(0);
  for (const Leaf &leaf : leaves)
    total = b.add(total, leaf.dense ? b.mul(b.sub(last, first), range)
                                    : b.sub(b.loadIndex(leaf.sparse.positions, last),
                                            b.loadIndex(leaf.sparse.positions, first)));
  return total;
}

Value MaskTree::entriesOfRow(LoopBuilder &b, Value major, Value range) const {
  return entriesOfRows(b, major, b.add(major, b.index(1)), range);
}

void MaskTree::emitMarks(LoopBuilder &b, Value tile, Value major) const {
  for (auto [number, leaf] : llvm::enumerate(leaves)) {
    if (leaf.dense) {
      MarkDenseOp::create(b, tile, number, leaf.dense, major);
      continue;
    }
    auto [first, last] = leaf.sparse.segment(b, major);
    MarkOp::create(b, tile, number, leaf.sparse.coordinates,
                   leaf.byValue ? leaf.sparse.values : Value(), first, last);
  }
}
