//===- TeamHash.cpp - where a key of a team's table begins ----------------===//
#include "passes/Conversion/Accumulators/TeamHash.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

/// 2^64 / golden ratio, odd.
static constexpr int64_t kMultiplier = static_cast<int64_t>(0x9E3779B97F4A7C15ull);

Value scratch::emitFirstSlot(LoopBuilder &b, HashFunction function, const TeamKey &key,
                             Value slots) {
  Type i64 = b.getI64Type();
  if (function == HashFunction::Multiplicative) {
    Value spread = b.mul(key.key, b.integer(kMultiplier, i64));
    auto wide = arith::MulUIExtendedOp::create(b, spread, b.cast(slots, i64));
    return b.toIndex(wide.getHigh());
  }
  Value begin = b.shiftLeft(key.shareFirst, 1);
  Value length = b.max(b.shiftLeft(b.sub(key.shareLast, key.shareFirst), 1), b.index(1));
  Value inside;
  if (function == HashFunction::High) {
    Value width = b.max(b.sub(key.high, key.low), b.index(1));
    Value ratio = arith::DivUIOp::create(b, b.shiftLeft(length, 32), width);
    inside = b.shiftRight(b.mul(b.sub(key.column, key.low), ratio), 32);
  } else {
    // The greatest power of two that fits.
    Value leading =
        b.toIndex(LLVM::CountLeadingZerosOp::create(b, i64, b.cast(length, i64), false));
    Value mask = arith::ShRUIOp::create(b, b.index(std::numeric_limits<int64_t>::max()), leading);
    inside = b.bitAnd(key.column, mask);
  }
  return b.add(begin, b.min(inside, b.sub(length, b.index(1))));
}
