//===- LowerTakeLanes.cpp - tables in registers ---------------------------===//
//
// Stage: map (x86). With AVX-512 a permute of two registers looks elements up by the low bits
// of every index; a table of four registers takes two of them, and the next bit says which is
// meant. AVX2 permutes one register, and further bits choose between the results. Where every
// lane picks among four elements of its own, as 2:4 weights do, halves need not be crossed.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {
#define GEN_PASS_DEF_LOWERTAKELANESX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static StringRef permuteOf(Type element) {
  if (isa<FloatType>(element))
    return element.isF64() ? "llvm.x86.avx512.vpermi2var.pd.512" : "llvm.x86.avx512.vpermi2var.ps.512";
  return element.isInteger(64) ? "llvm.x86.avx512.vpermi2var.q.512" : "llvm.x86.avx512.vpermi2var.d.512";
}

static Value splat(LoopBuilder &b, VectorType type, int64_t value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, b.getIntegerAttr(type.getElementType(), value)));
}

/// `numbers` of an index `(numbers & 3) | {0, 0, 4, 4, 8, 8, 12, 12}`, else null.
static Value numbersInQuads(Value index) {
  auto sum = index.getDefiningOp<arith::OrIOp>();
  auto low = sum ? sum.getLhs().getDefiningOp<arith::AndIOp>() : arith::AndIOp();
  DenseIntElementsAttr quads, mask;
  if (!low || !matchPattern(sum.getRhs(), m_Constant(&quads)) ||
      !matchPattern(low.getRhs(), m_Constant(&mask)) || !mask.isSplat() ||
      mask.getSplatValue<APInt>() != 3)
    return {};
  for (auto [lane, quad] : llvm::enumerate(quads.getValues<APInt>()))
    if (quad != lane / 2 * 4)
      return {};
  return low.getLhs();
}

/// Quads 0 and 2 of a table of 16 in one register, 1 and 3 in another; a permute within halves
/// reads two bits of every number.
static Value lowerQuads(LoopBuilder &b, TakeLanesOp op, Value numbers) {
  auto pick = [&](ArrayRef<int64_t> quads) {
    SmallVector<int64_t> from;
    for (int64_t quad : quads)
      for (int64_t i = 0; i < 4; ++i)
        from.push_back(4 * quad + i);
    Value halves = vector::ShuffleOp::create(b, op.getTable(), op.getTable(), from);
    return LLVM::CallIntrinsicOp::create(b, op.getType(),
                                         b.getStringAttr("llvm.x86.avx.vpermilvar.ps.256"),
                                         ValueRange{halves, numbers})
        .getResult(0);
  };
  Value even = pick({0, 2}), odd = pick({1, 3});
  return vector::ShuffleOp::create(b, even, odd, ArrayRef<int64_t>{0, 1, 10, 11, 4, 5, 14, 15});
}

static Value lower256(LoopBuilder &b, TakeLanesOp op) {
  VectorType type = op.getType(), wide = op.getIndex().getType();
  int64_t lanes = type.getNumElements();
  bool isFloat = isa<FloatType>(type.getElementType());
  if (op.getTable().getType().getNumElements() == 2 * lanes && isFloat)
    if (Value numbers = numbersInQuads(op.getIndex()))
      return lowerQuads(b, op, numbers);
  SmallVector<Value> found;
  for (int64_t first = 0; first < op.getTable().getType().getNumElements(); first += lanes) {
    Value part = vector::ExtractStridedSliceOp::create(b, op.getTable(), ArrayRef{first},
                                                       ArrayRef{lanes}, ArrayRef<int64_t>{1});
    StringRef permute = isFloat ? "llvm.x86.avx2.permps" : "llvm.x86.avx2.permd";
    found.push_back(LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(permute),
                                                  ValueRange{part, op.getIndex()})
                        .getResult(0));
  }
  for (int64_t bit = lanes; found.size() > 1; bit *= 2) {
    // A bit in the sign's place is what blends go by.
    Value sign = arith::ShLIOp::create(b, op.getIndex(), splat(b, wide, 31 - llvm::Log2_64(bit)));
    Value isHigh =
        arith::CmpIOp::create(b, arith::CmpIPredicate::slt, sign, splat(b, wide, 0));
    for (size_t i = 0; i < found.size() / 2; ++i)
      found[i] = b.select(isHigh, found[2 * i + 1], found[2 * i]);
    found.truncate(found.size() / 2);
  }
  return found[0];
}

static Value lower(LoopBuilder &b, TakeLanesOp op) {
  if (op.getType().getNumElements() * op.getType().getElementTypeBitWidth() == 256)
    return lower256(b, op);
  VectorType type = op.getType();
  int64_t lanes = type.getNumElements();
  auto part = [&](int64_t number) -> Value {
    return vector::ExtractStridedSliceOp::create(b, op.getTable(), ArrayRef{number * lanes},
                                                 ArrayRef{lanes}, ArrayRef<int64_t>{1});
  };
  auto lookUp = [&](int64_t first) {
    return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr(permuteOf(type.getElementType())),
                                         ValueRange{part(first), op.getIndex(), part(first + 1)})
        .getResult(0);
  };
  Value low = lookUp(0);
  if (op.getTable().getType().getNumElements() == 2 * lanes)
    return low;
  auto wide = op.getIndex().getType();
  Value isHigh = arith::CmpIOp::create(
      b, arith::CmpIPredicate::ne, b.bitAnd(op.getIndex(), splat(b, wide, 2 * lanes)),
      splat(b, wide, 0));
  return b.select(isHigh, lookUp(2), low);
}

namespace {
struct LowerTakeLanesX86Pass
    : scratch::impl::LowerTakeLanesX86PassBase<LowerTakeLanesX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<TakeLanesOp> ops;
    getOperation().walk([&](TakeLanesOp op) { ops.push_back(op); });
    for (TakeLanesOp op : ops) {
      LoopBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(lower(b, op));
      op.erase();
    }
  }
};
} // namespace
