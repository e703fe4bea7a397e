//===- DescribeKernel.cpp - from an operation to a problem ----------------===//
//
// Stage: select. The only place of the strategy that reads operations.
//
//===----------------------------------------------------------------------===//
#include "passes/Strategy/DescribeKernel.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;
using sparse_tensor::SparseTensorType;

static std::optional<int64_t> known(int64_t extent) {
  return ShapedType::isDynamic(extent) ? std::nullopt : std::optional<int64_t>(extent);
}

/// Width of stored indices; an encoding says 0 for `index`.
static unsigned storedBits(unsigned width) { return width ? width : 64; }

static bool isOrdered(SparseTensorType matrix) {
  return sparse_tensor::isOrderedLT(matrix.getLvlType(matrix.getLvlRank() - 1));
}

/// Distinct tensors that a mask is made of. A mask that comes from elsewhere (an
/// argument) counts as one.
static unsigned countLeaves(Value mask) {
  DenseSet<Value> leaves;
  SmallVector<Value> todo{mask};
  while (!todo.empty()) {
    Value node = todo.pop_back_val();
    Operation *op = node.getDefiningOp();
    if (auto leaf = dyn_cast_or_null<MaskFromOp>(op))
      leaves.insert(leaf.getTensor());
    else if (isa_and_nonnull<MaskAndOp, MaskOrOp, MaskNotOp>(op))
      todo.append(op->operand_begin(), op->operand_end());
    else
      leaves.insert(node);
  }
  return leaves.size();
}

/// Whether a mask is the entries of one sparse matrix, in order.
static bool isOrderedMatrix(Value mask) {
  auto leaf = mask.getDefiningOp<MaskFromOp>();
  return leaf && sparse_tensor::getSparseTensorEncoding(leaf.getTensor().getType()) &&
         isOrdered(SparseTensorType(cast<RankedTensorType>(leaf.getTensor().getType())));
}

static void describeSpgemm(SpgemmOp op, KernelProblem &problem) {
  problem.kernel = KernelKind::Spgemm;
  RankedTensorType lhs = op.getLhs().getType(), result = op.getType();
  bool columnMajor = !SparseTensorType(result).isIdentity();
  problem.rows = known(result.getDimSize(columnMajor ? 1 : 0));
  problem.columns = known(result.getDimSize(columnMajor ? 0 : 1));
  problem.inner = known(lhs.getDimSize(1));
  // The loops run on exchanged operands where columns come first.
  SparseTensorType first(columnMajor ? op.getRhs().getType() : lhs);
  SparseTensorType walked(columnMajor ? lhs : op.getRhs().getType());
  auto isConverted = [&](SparseTensorType matrix) { return matrix.isIdentity() == columnMajor; };
  problem.columnsOfRight = isConverted(walked);
  problem.orderedOperands = isConverted(walked) || isOrdered(walked);
  problem.orderedLeft = isConverted(first) || isOrdered(first);
  if (op.getMask()) {
    problem.mask = op.getComplement() ? MaskUse::Complement : MaskUse::Plain;
    problem.maskLeaves = countLeaves(op.getMask());
    problem.maskIsMatrix = !op.getComplement() && isOrderedMatrix(op.getMask());
  }
  problem.addsTo = op.getInit() != nullptr;
  op.getEpilogue().walk([&](Operation *stage) {
    problem.dropsEntries |= isa<KeepOp, TopKOp>(stage);
  });
}

static void describeSparseDense(KernelKind kind, RankedTensorType lhs, RankedTensorType result,
                                KernelProblem &problem) {
  problem.kernel = kind;
  problem.rows = known(lhs.getDimSize(0));
  problem.inner = known(lhs.getDimSize(1));
  problem.columns = result.getRank() == 2 ? known(result.getDimSize(1)) : 1;
  problem.orderedOperands = isOrdered(SparseTensorType(lhs));
}

static void describeSddmm(SddmmOp op, KernelProblem &problem) {
  problem.kernel = KernelKind::Sddmm;
  RankedTensorType sample = op.getSample().getType();
  problem.rows = known(sample.getDimSize(0));
  problem.columns = known(sample.getDimSize(1));
  problem.inner = known(op.getLhs().getType().getDimSize(1));
  problem.orderedOperands = isOrdered(SparseTensorType(sample));
}

KernelProblem scratch::describe(KernelOpInterface kernel) {
  KernelProblem problem;
  TypeSwitch<Operation *>(kernel)
      .Case([&](SpgemmOp op) { describeSpgemm(op, problem); })
      .Case([&](SpgemmExecuteOp op) {
        describeSparseDense(KernelKind::SpgemmExecute, op.getLhs().getType(),
                            op.getPattern().getType(), problem);
      })
      .Case([&](SpmmOp op) {
        describeSparseDense(KernelKind::Spmm, op.getLhs().getType(), op.getType(), problem);
      })
      .Case([&](SpmvOp op) {
        describeSparseDense(KernelKind::Spmv, op.getLhs().getType(), op.getType(), problem);
      })
      .Case([&](SddmmOp op) { describeSddmm(op, problem); });

  auto result = cast<RankedTensorType>(kernel->getResult(0).getType());
  problem.elementBytes = (result.getElementTypeBitWidth() + 7) / 8;
  auto stored = sparse_tensor::getSparseTensorEncoding(result);
  if (!stored)
    stored = sparse_tensor::getSparseTensorEncoding(kernel->getOperand(0).getType());
  problem.positionBits = storedBits(stored.getPosWidth());
  problem.coordinateBits = storedBits(stored.getCrdWidth());

  SemiringAttr semiring = kernel.getSemiring();
  problem.semiring = semiring.getKind();
  if (!semiring.isCustom()) {
    problem.readsLeft = readsLeft(semiring.getMultiply());
    problem.readsRight = readsRight(semiring.getMultiply());
  }
  return problem;
}
