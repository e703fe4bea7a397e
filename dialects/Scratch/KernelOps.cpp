//===- KernelOps.cpp - verifiers of the products --------------------------===//
//
// The labels (spgemm_c1, ...) are those of KernelOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Extents.h"
#include "dialects/Scratch/KernelOperands.h"
#include "dialects/Scratch/KernelRegions.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;
using sparse_tensor::SparseTensorType;

//===----------------------------------------------------------------------===//
// spgemm
//===----------------------------------------------------------------------===//

LogicalResult SpgemmOp::verify() {
  Type lhs = getLhs().getType(), rhs = getRhs().getType(), result = getType();
  // (spgemm_c1)
  if (failed(verifySparseMatrix(*this, "lhs", lhs)) ||
      failed(verifySparseMatrix(*this, "rhs", rhs)) ||
      failed(verifySparseMatrix(*this, "result", result)))
    return failure();
  // (spgemm_c2)
  if (failed(verifyInner(*this, lhs, shapeOf(lhs)[1], rhs, shapeOf(rhs)[0])))
    return failure();
  int64_t expected[] = {shapeOf(lhs)[0], shapeOf(rhs)[1]};
  if (failed(verifyShape(*this, "result", shapeOf(result), expected)))
    return failure();
  if (getMask() && failed(verifyShape(*this, "mask", getMask().getType().getShape(), expected)))
    return failure();
  if (getComplement() && !getMask())
    return emitOpError("complement needs a mask");
  // (spgemm_c5)
  if (Value init = getInit()) {
    if (failed(verifySparseMatrix(*this, "init", init.getType())) ||
        failed(verifyShape(*this, "init", shapeOf(init.getType()), expected)))
      return failure();
    if (elementOf(init.getType()) != elementOf(result))
      return emitOpError("expected init of elements ")
             << elementOf(result) << ", found " << elementOf(init.getType());
  }
  // (spgemm_c3)
  if (failed(verifySemiring(*this, elementOf(lhs), elementOf(rhs), elementOf(result))))
    return failure();
  return verifyEpilogue(*this, /*keepIsLegal=*/true, /*reduceIsLegal=*/true);
}

//===----------------------------------------------------------------------===//
// fold
//===----------------------------------------------------------------------===//

LogicalResult FoldOp::verify() {
  // (fold_c1)
  Type matrix = getMatrix().getType(), element = elementOf(matrix), result = getType();
  if (failed(verifySparseMatrix(*this, "matrix", matrix)))
    return failure();
  // (fold_c2)
  if (getOver() == FoldOver::All) {
    if (result == element)
      return success();
    return emitOpError("over all expects a result of type ") << element << ", found " << result;
  }
  int64_t extent = shapeOf(matrix)[getOver() == FoldOver::Rows ? 0 : 1];
  auto vector = dyn_cast<RankedTensorType>(result);
  if (!vector || vector.getRank() != 1 || vector.getEncoding() ||
      vector.getElementType() != element || vector.getDimSize(0) != extent)
    return emitOpError("over ") << stringifyFoldOver(getOver()) << " expects a result of type "
                                << RankedTensorType::get({extent}, element) << ", found "
                                << result;
  return success();
}

//===----------------------------------------------------------------------===//
// spmm, spmv
//===----------------------------------------------------------------------===//

LogicalResult SpmmOp::verify() {
  Type lhs = getLhs().getType(), rhs = getRhs().getType(), result = getType();
  // (spmm_c1)
  if (failed(verifySparseMatrix(*this, "lhs", lhs)) ||
      failed(verifyDense(*this, "rhs", rhs, 2)) ||
      failed(verifyDense(*this, "init", getInit().getType(), 2)))
    return failure();
  // (spmm_c2)
  if (failed(verifyInner(*this, lhs, shapeOf(lhs)[1], rhs, shapeOf(rhs)[0])) ||
      failed(verifyShape(*this, "init", shapeOf(result), {shapeOf(lhs)[0], shapeOf(rhs)[1]})))
    return failure();
  // (spmm_c3)
  if (failed(verifySemiring(*this, elementOf(lhs), elementOf(rhs), elementOf(result))))
    return failure();
  return verifyEpilogue(*this, /*keepIsLegal=*/false, /*reduceIsLegal=*/false);
}

LogicalResult SpmvOp::verify() {
  Type lhs = getLhs().getType(), rhs = getRhs().getType(), result = getType();
  // (spmv_c1)
  if (failed(verifySparseMatrix(*this, "lhs", lhs)) ||
      failed(verifyDense(*this, "rhs", rhs, 1)) ||
      failed(verifyDense(*this, "init", getInit().getType(), 1)))
    return failure();
  // (spmv_c2)
  if (!agree(shapeOf(lhs)[1], shapeOf(rhs)[0]))
    return emitOpError("columns of lhs ")
           << lhs << " (" << shapeOf(lhs)[1] << ") differ from the length of rhs " << rhs
           << " (" << shapeOf(rhs)[0] << ")";
  if (failed(verifyShape(*this, "init", shapeOf(result), {shapeOf(lhs)[0]})))
    return failure();
  // (spmv_c3)
  if (failed(verifySemiring(*this, elementOf(lhs), elementOf(rhs), elementOf(result))))
    return failure();
  return verifyEpilogue(*this, /*keepIsLegal=*/false, /*reduceIsLegal=*/false);
}

//===----------------------------------------------------------------------===//
// sddmm
//===----------------------------------------------------------------------===//

LogicalResult SddmmOp::verify() {
  Type sample = getSample().getType(), lhs = getLhs().getType(), rhs = getRhs().getType(),
       result = getType();
  // (sddmm_c1)
  if (failed(verifySparseMatrix(*this, "sample", sample)) ||
      failed(verifySparseMatrix(*this, "result", result)) ||
      failed(verifyDense(*this, "lhs", lhs, 2)) || failed(verifyDense(*this, "rhs", rhs, 2)))
    return failure();
  if (sparse_tensor::getSparseTensorEncoding(sample) !=
      sparse_tensor::getSparseTensorEncoding(result))
    return emitOpError("result ") << result << " is not stored like sample " << sample;
  // (sddmm_c2)
  unsigned inner = getTransposed() ? 1 : 0;
  if (failed(verifyInner(*this, lhs, shapeOf(lhs)[1], rhs, shapeOf(rhs)[inner])) ||
      failed(verifyShape(*this, "sample", shapeOf(sample), {shapeOf(lhs)[0], shapeOf(rhs)[1 - inner]})) ||
      failed(verifyShape(*this, "result", shapeOf(result), shapeOf(sample))))
    return failure();
  // (sddmm_c3)
  if (!getPatternOnly() && elementOf(sample) != elementOf(result))
    return emitOpError("sample elements ")
           << elementOf(sample) << " differ from result elements " << elementOf(result);
  if (!getPatternOnly() && getSemiring().isCustom())
    return emitOpError("custom semiring needs pattern_only: its multiply has no rule for the factor");
  if (failed(verifySemiring(*this, elementOf(lhs), elementOf(rhs), elementOf(result))))
    return failure();
  return verifyEpilogue(*this, /*keepIsLegal=*/false, /*reduceIsLegal=*/true);
}

//===----------------------------------------------------------------------===//
// assemble
//===----------------------------------------------------------------------===//

LogicalResult AssembleOp::verify() {
  if (failed(verifySparseMatrix(*this, "result", getType())))
    return failure();
  // (assemble_c1)
  SparseTensorType matrix{cast<RankedTensorType>(getType())};
  auto check = [&](StringRef name, Value buffer, Type element) -> LogicalResult {
    auto type = cast<MemRefType>(buffer.getType());
    if (type.getRank() == 1 && type.getElementType() == element)
      return success();
    return emitOpError("expected ")
           << name << " of type memref<?x" << element << ">, found " << type;
  };
  if (failed(check("positions", getPositions(), matrix.getPosType())) ||
      failed(check("coordinates", getCoordinates(), matrix.getCrdType())) ||
      failed(check("values", getValues(), matrix.getElementType())))
    return failure();
  return success();
}
