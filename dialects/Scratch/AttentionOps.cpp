//===- AttentionOps.cpp - verifiers of attention --------------------------===//
//
// The labels (attention_c1, ...) are those of AttentionOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

static bool agree(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

LogicalResult TilingAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t queries,
                                 int64_t keys, int64_t rows, int64_t vectors, int64_t lanes) {
  if (queries <= 0 || keys <= 0 || rows <= 0 || vectors <= 0 || lanes <= 0)
    return emitError() << "expected positive sizes of a tiling";
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
  AttentionOp op;

  LogicalResult same(StringRef what, StringRef nameA, RankedTensorType a, unsigned dimensionA,
                     StringRef nameB, RankedTensorType b, unsigned dimensionB) {
    int64_t sizeA = a.getDimSize(dimensionA), sizeB = b.getDimSize(dimensionB);
    if (agree(sizeA, sizeB))
      return success();
    return op.emitOpError(what) << " of " << nameA << " " << a << " (" << sizeA
                                << ") differs from that of " << nameB << " " << b << " ("
                                << sizeB << ")";
  }
};
} // namespace

static LogicalResult verifyScore(AttentionOp op) {
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

static LogicalResult verifyMask(AttentionOp op) {
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

LogicalResult AttentionOp::verify() {
  RankedTensorType query = getQuery().getType(), key = getKey().getType(),
                   value = getValue().getType(), result = getResult().getType();
  std::pair<StringRef, RankedTensorType> tensors[] = {
      {"query", query}, {"key", key}, {"value", value}, {"result", result}};
  // (attention_c1)
  Type element = query.getElementType();
  for (auto [name, type] : tensors) {
    if (type.getRank() != 4 || type.getEncoding())
      return emitOpError("expected ") << name << " to be a dense tensor of rank 4, found " << type;
    if (!type.getElementType().isF32() && !type.getElementType().isBF16() &&
        !type.getElementType().isF16())
      return emitOpError("expected ") << name << " of f32, bf16 or f16, found " << type;
    if (type.getElementType() != element)
      return emitOpError("elements of ")
             << name << " " << type << " differ from those of query " << query;
  }
  // (attention_c2)
  unsigned heads = headDimension(), sequence = sequenceDimension();
  Shapes shapes{*this};
  if (failed(shapes.same("batch", "key", key, 0, "query", query, 0)) ||
      failed(shapes.same("batch", "value", value, 0, "query", query, 0)) ||
      failed(shapes.same("head size", "key", key, 3, "query", query, 3)) ||
      failed(shapes.same("number of heads", "value", value, heads, "key", key, heads)) ||
      failed(shapes.same("length", "value", value, sequence, "key", key, sequence)) ||
      failed(shapes.same("batch", "result", result, 0, "query", query, 0)) ||
      failed(shapes.same("number of heads", "result", result, heads, "query", query, heads)) ||
      failed(shapes.same("length", "result", result, sequence, "query", query, sequence)) ||
      failed(shapes.same("head size", "result", result, 3, "value", value, 3)))
    return failure();
  int64_t many = query.getDimSize(heads), few = key.getDimSize(heads);
  if (!ShapedType::isDynamic(many) && !ShapedType::isDynamic(few) &&
      (few == 0 || many % few != 0))
    return emitOpError("expected query heads to be a multiple of key heads, found ")
           << many << " and " << few;
  if (getLogSumExp()) {
    auto type = cast<RankedTensorType>(getLogSumExp().getType());
    if (type.getRank() != 3 || !type.getElementType().isF32() || type.getEncoding())
      return emitOpError("expected log-sum-exp to be a dense tensor of rank 3 and f32, found ")
             << type;
    if (failed(shapes.same("batch", "log-sum-exp", type, 0, "query", query, 0)) ||
        failed(shapes.same("number of heads", "log-sum-exp", type, 1, "query", query, heads)) ||
        failed(shapes.same("length", "log-sum-exp", type, 2, "query", query, sequence)))
      return failure();
  }
  // (attention_c3)
  if (failed(verifyMask(*this)))
    return failure();
  // (attention_c4)
  if (getScale() && !(getScale()->convertToDouble() > 0 && getScale()->isFinite()))
    return emitOpError("expected a positive, finite scale, found ")
           << getScale()->convertToDouble();
  return verifyScore(*this);
}
