//===- AttentionOps.cpp - verifiers of attention --------------------------===//
//
// The labels (attention_c1, ...) are those of AttentionOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Extents.h"
#include "dialects/Scratch/Scratch.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;

LogicalResult TilingAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t queries,
                                 int64_t keys, int64_t rows, int64_t vectors, int64_t lanes) {
  if (queries <= 0 || keys <= 0 || rows <= 0 || vectors <= 0 || lanes <= 0)
    return emitError() << "expected positive sizes of a tiling";
  // Maxima and sums are folded by turning blocks of four lanes.
  if (lanes < 4 || !llvm::isPowerOf2_64(lanes))
    return emitError() << "expected lanes to be a power of two from 4 on, found " << lanes;
  if (queries % rows)
    return emitError() << "expected queries to be a multiple of rows (" << rows << "), found "
                       << queries;
  if (keys % (vectors * lanes))
    return emitError() << "expected keys to be a multiple of vectors times lanes ("
                       << vectors * lanes << "), found " << keys;
  return success();
}

namespace {
/// Compares extents of two operands and names both.
struct Shapes {
  Operation *op;

  LogicalResult same(StringRef what, StringRef nameA, RankedTensorType a, unsigned dimensionA,
                     StringRef nameB, RankedTensorType b, unsigned dimensionB) {
    int64_t sizeA = a.getDimSize(dimensionA), sizeB = b.getDimSize(dimensionB);
    if (agree(sizeA, sizeB))
      return success();
    return op->emitOpError(what) << " of " << nameA << " " << a << " (" << sizeA
                                << ") differs from that of " << nameB << " " << b << " ("
                                << sizeB << ")";
  }
};
} // namespace

template <class Op> static LogicalResult verifyScore(Op op) {
  if (op.getScore().empty())
    return success();
  Block &body = op.getScore().front();
  Type f32 = Float32Type::get(op.getContext()), index = IndexType::get(op.getContext());
  if (body.getArgumentTypes() != ArrayRef<Type>{f32, index, index, index, index})
    return op.emitOpError("score region takes (")
           << body.getArgumentTypes()
           << "), expected an f32 and batch, head, query and key as index";
  YieldOp yield = YieldOp::endOf(body);
  if (!yield || yield.getNumOperands() != 1 || yield.getOperand(0).getType() != f32)
    return op.emitOpError("score region must yield one f32");
  for (Operation &inner : body.without_terminator())
    if (!isPure(&inner) || inner.getNumRegions())
      return inner.emitOpError("is not a pure operation without regions, as a score region needs");
  return success();
}

template <class Op> static LogicalResult verifyMask(Op op) {
  if (!op.getMask())
    return success();
  MaskType mask = op.getMask().getType();
  RankedTensorType query = op.getQuery().getType(), key = op.getKey().getType();
  if (mask.getGranularity() != MaskGranularity::Element)
    return op.emitOpError("expected a mask of element granularity, found ") << mask;
  unsigned heads = op.headDimension(), sequence = op.sequenceDimension();
  int64_t extents[] = {query.getDimSize(0), query.getDimSize(heads), query.getDimSize(sequence),
                       key.getDimSize(sequence)};
  ArrayRef<int64_t> shape = mask.getShape();
  SmallVector<int64_t> expected(extents + 2, extents + 4);
  if (shape.size() == 4)
    expected.insert(expected.begin(), extents[1]);
  if (shape.size() >= 3)
    expected.insert(expected.begin(), extents[0]);
  if (llvm::all_of(llvm::zip(shape, expected),
                   [](auto pair) { return agree(std::get<0>(pair), std::get<1>(pair)); }))
    return success();
  InFlightDiagnostic diagnostic = op.emitOpError("expected a mask of shape ");
  llvm::interleave(
      expected,
      [&](int64_t size) {
        ShapedType::isDynamic(size) ? diagnostic << "?" : diagnostic << size;
      },
      [&] { diagnostic << "x"; });
  return diagnostic << ", found " << mask;
}

/// (attention_c1) (attention_c2) for `result` of the op's layout.
template <class Op>
static LogicalResult verifyOperands(Op op, StringRef resultName, RankedTensorType result) {
  RankedTensorType query = op.getQuery().getType(), key = op.getKey().getType(),
                   value = op.getValue().getType();
  std::pair<StringRef, RankedTensorType> tensors[] = {
      {"query", query}, {"key", key}, {"value", value}, {resultName, result}};
  Type element = query.getElementType();
  for (auto [name, type] : tensors) {
    if (type.getRank() != 4 || type.getEncoding())
      return op.emitOpError("expected ")
             << name << " to be a dense tensor of rank 4, found " << type;
    if (!type.getElementType().isF32() && !type.getElementType().isBF16() &&
        !type.getElementType().isF16())
      return op.emitOpError("expected ") << name << " of f32, bf16 or f16, found " << type;
    if (type.getElementType() != element)
      return op.emitOpError("elements of ")
             << name << " " << type << " differ from those of query " << query;
  }
  unsigned heads = op.headDimension(), sequence = op.sequenceDimension();
  Shapes shapes{op};
  if (failed(shapes.same("batch", "key", key, 0, "query", query, 0)) ||
      failed(shapes.same("batch", "value", value, 0, "query", query, 0)) ||
      failed(shapes.same("head size", "key", key, 3, "query", query, 3)) ||
      failed(shapes.same("number of heads", "value", value, heads, "key", key, heads)) ||
      failed(shapes.same("length", "value", value, sequence, "key", key, sequence)) ||
      failed(shapes.same("batch", resultName, result, 0, "query", query, 0)) ||
      failed(shapes.same("number of heads", resultName, result, heads, "query", query, heads)) ||
      failed(shapes.same("length", resultName, result, sequence, "query", query, sequence)) ||
      failed(shapes.same("head size", resultName, result, 3, "value", value, 3)))
    return failure();
  int64_t many = query.getDimSize(heads), few = key.getDimSize(heads);
  if (!ShapedType::isDynamic(many) && !ShapedType::isDynamic(few) &&
      (few == 0 || many % few != 0))
    return op.emitOpError("expected query heads to be a multiple of key heads, found ")
           << many << " and " << few;
  return success();
}

static LogicalResult verifyLogSumExp(Operation *op, RankedTensorType type, RankedTensorType query,
                                     unsigned heads, unsigned sequence) {
  Shapes shapes{op};
  if (type.getRank() != 3 || !type.getElementType().isF32() || type.getEncoding())
    return op->emitOpError("expected log-sum-exp to be a dense tensor of rank 3 and f32, found ")
           << type;
  if (failed(shapes.same("batch", "log-sum-exp", type, 0, "query", query, 0)) ||
      failed(shapes.same("number of heads", "log-sum-exp", type, 1, "query", query, heads)) ||
      failed(shapes.same("length", "log-sum-exp", type, 2, "query", query, sequence)))
    return failure();
  return success();
}

template <class Op> static LogicalResult verifyScale(Op op) {
  // (attention_c4)
  if (op.getScale() && !(op.getScale()->convertToDouble() > 0 && op.getScale()->isFinite()))
    return op.emitOpError("expected a positive, finite scale, found ")
           << op.getScale()->convertToDouble();
  return success();
}

LogicalResult AttentionOp::verify() {
  auto result = cast<RankedTensorType>(getResult().getType());
  auto logs = getLogSumExp() ? cast<RankedTensorType>(getLogSumExp().getType())
                             : RankedTensorType();
  // (attention_c5)
  if (getParts()) {
    if (!logs || result.getRank() != 5 || logs.getRank() != 4 || result.getEncoding() ||
        logs.getEncoding() || !result.getElementType().isF32() || !logs.getElementType().isF32())
      return emitOpError("in parts gives dense f32 tensors of rank 5 and 4, found ")
             << getResultTypes();
    if (!agree(result.getDimSize(0), logs.getDimSize(0)))
      return emitOpError("expected as many parts of log-sum-exp as of the result, found ")
             << getResultTypes();
    result = RankedTensorType::get(result.getShape().drop_front(),
                                   getQuery().getType().getElementType());
    logs = RankedTensorType::get(logs.getShape().drop_front(), logs.getElementType());
  }
  if (failed(verifyOperands(*this, "result", result)))
    return failure();
  if (logs && failed(verifyLogSumExp(*this, logs, getQuery().getType(), headDimension(),
                                     sequenceDimension())))
    return failure();
  // (attention_c6)
  if (!getOuts().empty() && getOuts().getTypes() != getResultTypes())
    return emitOpError("expected outs of the results' types ")
           << getResultTypes() << ", found " << getOuts().getTypes();
  // (attention_c3)
  if (failed(verifyMask(*this)) || failed(verifyScale(*this)))
    return failure();
  return verifyScore(*this);
}

LogicalResult AttentionBackwardOp::verify() {
  // (attention_backward_c1)
  RankedTensorType query = getQuery().getType();
  if (failed(verifyOperands(*this, "result", cast<RankedTensorType>(getResult().getType()))) ||
      failed(verifyLogSumExp(*this, getLogSumExp().getType(), query, headDimension(),
                             sequenceDimension())) ||
      failed(verifyMask(*this)) || failed(verifyScale(*this)) || failed(verifyScore(*this)))
    return failure();
  // (attention_backward_c3)
  for (Value capture : getCaptures()) {
    auto reads = [&](Operation *user) {
      return isa<tensor::ExtractOp>(user) && user->getParentRegion() == &getScore();
    };
    if (cast<RankedTensorType>(capture.getType()).getEncoding() ||
        llvm::none_of(capture.getUsers(), reads))
      return emitOpError("expected a dense capture that the score region reads, found ")
             << capture.getType();
  }
  return success();
}

LogicalResult AttentionMergeOp::verify() {
  RankedTensorType parts = getParts().getType(), logs = getLogSumExps().getType(),
                   result = cast<RankedTensorType>(getResult().getType());
  unsigned heads = getLayout() == Layout::Bhsd ? 1 : 2, sequence = 3 - heads;
  // (attention_merge_c1)
  if (parts.getRank() != 5 || logs.getRank() != 4 || parts.getEncoding() || logs.getEncoding())
    return emitOpError("expected parts of rank 5 and log-sum-exps of rank 4, found ")
           << parts << " and " << logs;
  Shapes shapes{*this};
  if (failed(shapes.same("number of parts", "log-sum-exps", logs, 0, "parts", parts, 0)) ||
      failed(shapes.same("batch", "log-sum-exps", logs, 1, "parts", parts, 1)) ||
      failed(shapes.same("number of heads", "log-sum-exps", logs, 2, "parts", parts, 1 + heads)) ||
      failed(shapes.same("length", "log-sum-exps", logs, 3, "parts", parts, 1 + sequence)))
    return failure();
  // (attention_merge_c2)
  Type element = result.getElementType();
  if (result.getRank() != 4 || result.getEncoding() ||
      !(element.isF32() || element.isBF16() || element.isF16()))
    return emitOpError("expected a result of rank 4 and f32, bf16 or f16, found ") << result;
  for (unsigned d = 0; d < 4; ++d)
    if (failed(shapes.same("extent", "result", result, d, "parts", parts, d + 1)))
      return failure();
  if (getLogSumExp())
    return verifyLogSumExp(*this, cast<RankedTensorType>(getLogSumExp().getType()), result, heads,
                           sequence);
  return success();
}
