//===- PlanOps.cpp - verifiers of products planned before -----------------===//
//
// The labels (spgemm_plan_c1, ...) are those of PlanOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Extents.h"
#include "dialects/Scratch/KernelOperands.h"
#include "dialects/Scratch/KernelRegions.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

static RankedTensorType planType(MLIRContext *context) {
  return RankedTensorType::get({ShapedType::kDynamic}, Builder(context).getI8Type());
}

LogicalResult FingerprintOp::verify() {
  // (fingerprint_c1)
  for (Type matrix : getMatrices().getTypes())
    if (failed(verifySparseMatrix(*this, "matrix", matrix)))
      return failure();
  RankedTensorType key = getKey().getType();
  int64_t words = 4 * getMatrices().size();
  if (key.getRank() != 1 || key.getDimSize(0) != words || key.getEncoding())
    return emitOpError("expected a dense result of ")
           << words << " words, four for each matrix, found " << key;
  return success();
}

LogicalResult SpgemmPlanOp::verify() {
  Type pattern = getPattern().getType(), lhs = getLhs().getType(), rhs = getRhs().getType();
  // (spgemm_plan_c1)
  if (failed(verifySparseMatrix(*this, "pattern", pattern)) ||
      failed(verifySparseMatrix(*this, "lhs", lhs)) ||
      failed(verifySparseMatrix(*this, "rhs", rhs)))
    return failure();
  if (getType() != planType(getContext()))
    return emitOpError("expected the plan to be ") << planType(getContext()) << ", found " << getType();
  // (spgemm_plan_c2)
  if (failed(verifyInner(*this, lhs, shapeOf(lhs)[1], rhs, shapeOf(rhs)[0])))
    return failure();
  int64_t expected[] = {shapeOf(lhs)[0], shapeOf(rhs)[1]};
  return verifyShape(*this, "pattern", shapeOf(pattern), expected);
}

bool SpgemmExecuteOp::givesNumbers() {
  return getType().getRank() == 1 && !getType().getEncoding();
}

LogicalResult SpgemmExecuteOp::verify() {
  Type pattern = getPattern().getType(), lhs = getLhs().getType(), rhs = getRhs().getType(),
       result = getType();
  // (spgemm_execute_c1)
  if (failed(verifySparseMatrix(*this, "pattern", pattern)) ||
      failed(verifySparseMatrix(*this, "lhs", lhs)) ||
      failed(verifySparseMatrix(*this, "rhs", rhs)))
    return failure();
  bool numbers = givesNumbers();
  if (!numbers && failed(verifySparseMatrix(*this, "result", result)))
    return failure();
  if (!numbers && sparse_tensor::getSparseTensorEncoding(pattern) !=
                      sparse_tensor::getSparseTensorEncoding(result))
    return emitOpError("result ") << result << " is not stored like pattern " << pattern;
  auto key = cast<RankedTensorType>(getKey().getType());
  auto fingerprint = RankedTensorType::get({8}, Builder(getContext()).getI64Type());
  if (key != fingerprint && key != planType(getContext()))
    return emitOpError("expected key to be ")
           << fingerprint << " or " << planType(getContext()) << ", found " << key;
  // (spgemm_execute_c2)
  if (failed(verifyInner(*this, lhs, shapeOf(lhs)[1], rhs, shapeOf(rhs)[0])))
    return failure();
  int64_t expected[] = {shapeOf(lhs)[0], shapeOf(rhs)[1]};
  if (failed(verifyShape(*this, "pattern", shapeOf(pattern), expected)) ||
      (!numbers && failed(verifyShape(*this, "result", shapeOf(result), expected))))
    return failure();
  // (spgemm_execute_c4)
  if (getOuts() && (!numbers || getOuts().getType() != result))
    return emitOpError("expected outs and the result to be dense vectors of one type, found ")
           << getOuts().getType() << " and " << result;
  // (spgemm_execute_c3)
  if (failed(verifySemiring(*this, elementOf(lhs), elementOf(rhs), elementOf(result))))
    return failure();
  return verifyEpilogue(*this, /*keepIsLegal=*/false, /*reduceIsLegal=*/true);
}
