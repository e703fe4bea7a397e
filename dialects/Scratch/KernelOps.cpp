//===- KernelOps.cpp - verifiers and canonicalisations of the products ----===//
//
// The labels (spgemm_c1, ...) are those of KernelOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace scratch;
using sparse_tensor::SparseTensorType;

//===----------------------------------------------------------------------===//
// Formats and shapes
//===----------------------------------------------------------------------===//

/// CSR or CSC: a matrix with a dense level over a compressed one, each
/// coordinate at most once per row.
static bool isCompressedMatrix(RankedTensorType type) {
  auto encoding = sparse_tensor::getSparseTensorEncoding(type);
  if (!encoding || type.getRank() != 2)
    return false;
  SparseTensorType matrix(type);
  return matrix.getLvlRank() == 2 && matrix.isPermutation() &&
         sparse_tensor::isDenseLT(matrix.getLvlType(0)) &&
         sparse_tensor::isCompressedLT(matrix.getLvlType(1)) &&
         sparse_tensor::isUniqueLT(matrix.getLvlType(1)) && !encoding.isSlice();
}

static LogicalResult verifySparseMatrix(Operation *op, StringRef name, Type type) {
  if (isCompressedMatrix(cast<RankedTensorType>(type)))
    return success();
  return op->emitOpError("expected ")
         << name << " to be a sparse matrix in CSR or CSC with unique coordinates, found "
         << type;
}

static LogicalResult verifyDense(Operation *op, StringRef name, Type type, int64_t rank) {
  auto tensor = cast<RankedTensorType>(type);
  if (!sparse_tensor::getSparseTensorEncoding(type) && tensor.getRank() == rank)
    return success();
  return op->emitOpError("expected ")
         << name << " to be a dense tensor of rank " << rank << ", found " << type;
}

static bool agree(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

static LogicalResult verifyShape(Operation *op, StringRef name, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> expected) {
  if (shape.size() != expected.size())
    return op->emitOpError("expected ")
           << name << " of " << expected.size() << " dimensions, found " << shape.size();
  for (auto [found, want] : llvm::zip_equal(shape, expected))
    if (!agree(found, want)) {
      InFlightDiagnostic diagnostic = op->emitOpError("expected ") << name << " of shape ";
      auto print = [&](ArrayRef<int64_t> sizes) {
        llvm::interleave(
            sizes,
            [&](int64_t size) {
              if (ShapedType::isDynamic(size))
                diagnostic << "?";
              else
                diagnostic << size;
            },
            [&] { diagnostic << "x"; });
      };
      print(expected);
      diagnostic << ", found ";
      print(shape);
      return diagnostic;
    }
  return success();
}

/// `columns of lhs equal rows of rhs`, naming both shapes.
static LogicalResult verifyInner(Operation *op, Type lhs, int64_t lhsInner, Type rhs,
                                 int64_t rhsInner) {
  if (agree(lhsInner, rhsInner))
    return success();
  return op->emitOpError("columns of lhs ")
         << lhs << " (" << lhsInner << ") differ from rows of rhs " << rhs << " ("
         << rhsInner << ")";
}

//===----------------------------------------------------------------------===//
// Semirings and epilogues
//===----------------------------------------------------------------------===//

static LogicalResult verifyOperatorRegion(Operation *op, StringRef name, Region &region,
                                          TypeRange arguments, Type result) {
  if (region.empty())
    return op->emitOpError("custom semiring needs a region '") << name << "'";
  Block &block = region.front();
  if (block.getArgumentTypes() != arguments)
    return op->emitOpError("region '")
           << name << "' takes " << block.getArgumentTypes() << ", expected " << arguments;
  YieldOp yield = YieldOp::endOf(block);
  if (!yield || yield.getNumOperands() != 1 || yield.getOperand(0).getType() != result)
    return op->emitOpError("region '") << name << "' must yield one " << result;
  return success();
}

static LogicalResult verifySemiring(KernelOpInterface kernel, Type lhs, Type rhs,
                                    Type result) {
  Operation *op = kernel;
  for (Type type : {lhs, rhs, result})
    if (!type.isF32() && !type.isF64() && !type.isSignlessInteger(8) &&
        !type.isSignlessInteger(32) && !type.isSignlessInteger(64))
      return op->emitOpError("expected elements of type f32, f64, i8, i32 or i64, found ")
             << type;
  SemiringAttr semiring = kernel.getSemiring();
  if (semiring.isCustom()) {
    if (failed(verifyOperatorRegion(op, "multiply", kernel.getMultiply(), {lhs, rhs}, result)) ||
        failed(verifyOperatorRegion(op, "add", kernel.getAdd(), {result, result}, result)))
      return failure();
    TypedAttr identity = kernel.getIdentityAttr();
    if (!identity || identity.getType() != result)
      return op->emitOpError("custom semiring needs an attribute 'identity' of type ") << result;
    return success();
  }
  if (!kernel.getMultiply().empty() || !kernel.getAdd().empty() || kernel.getIdentityAttr())
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind())
           << " brings its own operators; regions and identity belong to semiring<custom>";
  SemiringOperator multiply = semiring.getMultiply();
  auto check = [&](bool read, StringRef name, Type type) -> LogicalResult {
    if (!read || type == result)
      return success();
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind()) << " expects " << name << " elements of type "
           << result << ", found " << type;
  };
  if (failed(check(readsLeft(multiply), "lhs", lhs)) ||
      failed(check(readsRight(multiply), "rhs", rhs)))
    return failure();
  bool logical = multiply == SemiringOperator::op_and ||
                 semiring.getAdd() == SemiringOperator::op_or;
  if (logical && !result.isSignlessInteger(8))
    return op->emitOpError("semiring ")
           << stringify(semiring.getKind()) << " works on booleans (i8), found " << result;
  return success();
}

static LogicalResult verifyEpilogue(KernelOpInterface kernel, bool keepIsLegal,
                                    bool reduceIsLegal) {
  Operation *op = kernel;
  if (kernel.getEpilogue().empty())
    return success();
  Block &block = kernel.getEpilogue().front();
  if (block.getNumArguments() != 0)
    return op->emitOpError("epilogue takes no arguments");
  for (Operation &stage : block) {
    if (isa<KeepOp, TopKOp>(stage) && !keepIsLegal)
      return stage.emitOpError("drops entries, but the pattern of ")
             << op->getName() << "'s result is fixed";
    if (isa<ReduceOp>(stage) && !reduceIsLegal)
      return stage.emitOpError("folds a sparse row, but the result of ")
             << op->getName() << " is dense";
    if (!isa<MapOp, KeepOp, ReduceOp, TopKOp, YieldOp>(stage) && !isPure(&stage))
      return stage.emitOpError("expected an epilogue stage (map, keep, reduce, top_k)");
  }
  YieldOp yield = YieldOp::endOf(block);
  if (!yield || yield.getNumOperands() != 0)
    return op->emitOpError("epilogue must end in a scratch.yield of nothing");
  return success();
}

static Type elementOf(Type type) { return cast<RankedTensorType>(type).getElementType(); }
static ArrayRef<int64_t> shapeOf(Type type) { return cast<RankedTensorType>(type).getShape(); }

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

namespace {

/// BEFORE  %n = scratch.mask.not %m
///         scratch.spgemm %a, %b mask(%n)
/// AFTER   scratch.spgemm %a, %b mask(%m, complement)
struct FoldComplementedMask : OpRewritePattern<SpgemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SpgemmOp op, PatternRewriter &rewriter) const override {
    auto complement = op.getMask() ? op.getMask().getDefiningOp<MaskNotOp>() : nullptr;
    if (!complement)
      return rewriter.notifyMatchFailure(op, "mask is not a complement");
    rewriter.modifyOpInPlace(op, [&] {
      op.getMaskMutable().assign(complement.getInput());
      op.setComplement(!op.getComplement());
    });
    return success();
  }
};

/// Stages that do nothing: a map that yields its value, a keep that yields true.
/// True for every semiring, since a stage sees finished values only.
template <typename Kernel>
struct DropIdleStages : OpRewritePattern<Kernel> {
  using OpRewritePattern<Kernel>::OpRewritePattern;
  LogicalResult matchAndRewrite(Kernel op, PatternRewriter &rewriter) const override {
    if (op.getEpilogue().empty())
      return rewriter.notifyMatchFailure(op, "no epilogue");
    SmallVector<Operation *> idle;
    for (Operation &stage : op.getEpilogue().front()) {
      if (auto map = dyn_cast<MapOp>(stage)) {
        Block &body = map.getBody().front();
        if (body.getTerminator()->getOperand(0) == body.getArgument(0))
          idle.push_back(&stage);
      } else if (auto keep = dyn_cast<KeepOp>(stage)) {
        if (matchPattern(keep.getBody().front().getTerminator()->getOperand(0), m_One()))
          idle.push_back(&stage);
      }
    }
    bool empties = op.getEpilogue().front().getOperations().size() == idle.size() + 1;
    if (idle.empty() && !empties)
      return rewriter.notifyMatchFailure(op, "every stage does something");
    for (Operation *stage : idle)
      rewriter.eraseOp(stage);
    if (empties) {
      Block *block = &op.getEpilogue().front();
      rewriter.eraseOp(block->getTerminator());
      rewriter.eraseBlock(block);
    }
    return success();
  }
};

} // namespace

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
  if (key.getRank() != 1 || key.getDimSize(0) != 8 || !key.getElementType().isInteger(64) ||
      key.getEncoding())
    return emitOpError("expected key to be a tensor<8xi64>, found ") << key;
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

void SpgemmExecuteOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<DropIdleStages<SpgemmExecuteOp>>(context);
}

//===----------------------------------------------------------------------===//
// fingerprint, fold
//===----------------------------------------------------------------------===//

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

void SpgemmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldComplementedMask, DropIdleStages<SpgemmOp>>(context);
}

void SpmmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SpmmOp>>(context);
}

void SpmvOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SpmvOp>>(context);
}

void SddmmOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropIdleStages<SddmmOp>>(context);
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
