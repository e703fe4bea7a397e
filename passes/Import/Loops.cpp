//===- Loops.cpp - loops and accesses of a contraction --------------------===//
#include "passes/Import/Loops.h"

using namespace mlir;
using namespace scratch;

std::optional<Loops> Loops::of(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op->getNumResults() != 1)
    return std::nullopt;
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (reductions.size() != 1 || !result.isProjectedPermutation() ||
      result.getNumResults() + 1 != op.getNumLoops() ||
      op.getNumParallelLoops() != result.getNumResults())
    return std::nullopt;
  Loops loops;
  loops.k = reductions[0];
  if (result.isFunctionOfDim(loops.k) || result.getNumResults() > 2 || result.getNumResults() == 0)
    return std::nullopt;
  loops.i = result.getDimPosition(0);
  if (result.getNumResults() == 2)
    loops.j = result.getDimPosition(1);
  return loops;
}

bool scratch::isReadAt(linalg::LinalgOp op, OpOperand &operand, ArrayRef<unsigned> loops) {
  AffineMap map = op.getMatchingIndexingMap(&operand);
  if (!map.isProjectedPermutation() || map.getNumResults() != loops.size())
    return false;
  for (auto [number, loop] : llvm::enumerate(loops))
    if (map.getDimPosition(number) != loop)
      return false;
  return true;
}

OpOperand *scratch::inputReadAt(linalg::LinalgOp op, ArrayRef<unsigned> loops) {
  OpOperand *found = nullptr;
  for (OpOperand *input : op.getDpsInputOperands())
    if (isReadAt(op, *input, loops)) {
      if (found)
        return nullptr;
      found = input;
    }
  return found;
}
