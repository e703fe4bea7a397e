//===- PackedMatmul.cpp - packed weights times dense activations ----------===//
//
// Stage: expand. Opens the operands and picks the kernel: weights whose values can be
// spread over lanes meet few samples so; other single samples go entry by entry;
// the rest goes by tiles of samples, in the shortest vectors that hold them.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/Source.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/LaneProduct.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/Prune/PackedProduct.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Shortest vector: of 128 bits.
static constexpr int64_t kLeastBits = 128;

PackedProduct::PackedProduct(LoopBuilder &b, PackedMatmulOp op)
    : b(b), op(op), type(cast<RankedTensorType>(op.getType())), element(type.getElementType()),
      bits(element.getIntOrFloatBitWidth()), isMatrix(type.getRank() == 2) {
  rows = extent(b, op.getInit(), 0);
  depth = extent(b, op.getRhs(), 0);
  if (isMatrix) {
    columns = extent(b, op.getRhs(), 1);
    checkExtents(b, extent(b, op.getInit(), 1), columns, "packed_matmul: columns of init");
  }
}

int64_t PackedProduct::vectorBits() const {
  auto target =
      op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  return target ? target.getVectorBits() : 0;
}

Value PackedProduct::finish(Value sum, Value row) {
  if (bias)
    sum = arith::AddFOp::create(b, sum, spread(b, b.load(bias, row), sum.getType()));
  if (op.getRelu())
    sum = arith::MaximumFOp::create(b, sum, zeroOf(sum.getType()));
  return sum;
}

static void openOperands(PackedProduct &p) {
  LoopBuilder &b = p.b;
  PackedMatmulOp op = p.op;
  p.rhs = flatten(b, openDense(b, op.getRhs()));
  if (!isFilledWith(op.getInit(), b.getFloatAttr(p.element, 0)))
    p.init = openDense(b, op.getInit());
  if (op.getBias()) {
    checkExtents(b, extent(b, op.getBias(), 0), p.rows, "packed_matmul: length of bias");
    p.bias = openDense(b, op.getBias());
  }
  SmallVector<Value> sizes;
  if (p.type.isDynamicDim(0))
    sizes.push_back(p.rows);
  if (p.isMatrix && p.type.isDynamicDim(1))
    sizes.push_back(p.columns);
  p.result = AllocateOp::create(b, MemRefType::get(p.type.getShape(), p.element), sizes, false);
}

static void emitMatrix(PackedProduct &p, const PackedEntries &entries, int64_t spreads,
                       function_ref<void(function_ref<void(const PackedEntries &)>)> withBorders) {
  LoopBuilder &b = p.b;
  std::optional<int64_t> known = getConstantIntValue(p.columns);
  // At most 1, 2, 4, 8 samples meet lanes of weights.
  for (int64_t count = 1; count <= spreads; count *= 2) {
    if (known && (*known > count || *known <= count / 2))
      continue;
    Value fits = b.bitAnd(b.lessEqual(p.columns, b.index(count)),
                          b.less(b.index(count / 2), p.columns));
    b.ifThen(fits, [&] { emitPackedLanes(p, entries, count); });
  }
  if (known && *known <= spreads)
    return;
  // Few samples take the shortest vector that holds them.
  SmallVector<int64_t> lengths;
  for (int64_t length = p.vectorBits() / p.bits; length * p.bits >= kLeastBits && length > 1;
       length /= 2)
    lengths.push_back(length);
  if (lengths.empty())
    lengths.push_back(1);
  for (auto [i, length] : llvm::enumerate(lengths)) {
    bool isShortest = i + 1 == lengths.size();
    if (known && ((!isShortest && *known <= length / 2) || (i > 0 && *known > length)))
      continue;
    Value fits = b.less(b.index(spreads), p.columns);
    if (!isShortest)
      fits = b.bitAnd(fits, b.less(b.index(length / 2), p.columns));
    if (i > 0)
      fits = b.bitAnd(fits, b.lessEqual(p.columns, b.index(length)));
    auto product = [&, length = length] {
      withBorders([&](const PackedEntries &all) { emitPackedTiles(p, all, length); });
    };
    if (known)
      product();
    else
      b.ifThen(fits, product);
  }
}

FailureOr<Values> scratch::expandPackedMatmul(LoopBuilder &b, PackedMatmulOp op) {
  if (op.getTransposed())
    return Values{emitTransposedProduct(b, op)};
  PackedProduct p(b, op);
  PackedEntries entries(b, op.getPacking(), op.getParts(), p.rows, p.depth);
  entries.check(b, op);
  openOperands(p);
  // Borders that cut blocks cost registers: only where there are any.
  auto withBorders = [&](function_ref<void(const PackedEntries &)> emit) {
    Value cut = entries.isCut(b);
    if (!cut)
      return emit(entries);
    b.ifElse(cut, [&] { emit(entries); }, [&] { emit(entries.uncut()); });
  };
  int64_t spreads = laneSamples(op.getPacking(), p.element, p.vectorBits());
  if (p.isMatrix)
    emitMatrix(p, entries, spreads, withBorders);
  else if (spreads)
    emitPackedLanes(p, entries, 1);
  else
    withBorders([&](const PackedEntries &all) { emitPackedVector(p, all); });
  return Values{asTensor(b, p.type, p.result)};
}
