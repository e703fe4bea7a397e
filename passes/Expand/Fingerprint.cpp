//===- Fingerprint.cpp - a few words that tell structures apart -----------===//
//
// Stage: expand. The hash is a sum over places, so that its terms do not wait for
// each other. It finds mistakes, not attacks.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Fingerprint.h"

#include "passes/Expand/Kernels.h"
#include "passes/Expand/RowLoops.h"


using namespace mlir;
using namespace scratch;

/// Odd, without pattern: the fractional parts of the golden ratio and of sqrt(3).
static constexpr int64_t kValueFactor = static_cast<int64_t>(0x9E3779B97F4A7C15ull);
static constexpr int64_t kPlaceFactor = static_cast<int64_t>(0xBB67AE8584CAA73Bull);

/// hash + sum over at of mix(buffer[at], at).
static Value hashBuffer(LoopBuilder &b, Value buffer, Value count, Value hash) {
  Type i64 = b.getI64Type();
  return b.loop(b.index(0), count, {hash}, [&](Value at, ValueRange sum) {
    Value word = b.mul(b.cast(b.load(buffer, at), i64), b.integer(kValueFactor, i64));
    Value place = b.mul(b.cast(at, i64), b.integer(kPlaceFactor, i64));
    Value mixed = b.add(word, place);
    mixed = arith::XOrIOp::create(b, mixed, b.shiftRight(mixed, 29));
    return LoopBuilder::Values{b.add(sum[0], mixed)};
  })[0];
}

SmallVector<Value, 4> scratch::emitFingerprint(LoopBuilder &b, Value tensor) {
  Type i64 = b.getI64Type();
  SparseOperand matrix = openSparse(b, tensor);
  // The same buffers mean another matrix, if they are columns.
  int64_t seed = isColumnMajor(tensor.getType()) ? 2 : 1;
  Value majors = countIfOk(b, matrix.majors), entries = matrix.entries(b);
  Value hash = hashBuffer(b, matrix.positions, majors, b.integer(seed, i64));
  hash = hashBuffer(b, matrix.coordinates, entries, hash);
  return {b.cast(matrix.majors, i64), b.cast(matrix.minors, i64), b.cast(entries, i64), hash};
}

FailureOr<Value> scratch::expandFingerprint(LoopBuilder &b, FingerprintOp op) {
  auto type = cast<RankedTensorType>(op.getKey().getType());
  Value key = AllocateOp::create(b, MemRefType::get(type.getShape(), type.getElementType()),
                                 ValueRange(), /*zeroed=*/false);
  int64_t at = 0;
  for (Value matrix : op.getMatrices()) {
    SmallVector<Value, 4> words = emitFingerprint(b, matrix);
    b.ifThen(StatusOp::create(b), [&] {
      for (Value word : words)
        b.store(word, key, b.index(at++));
    });
  }
  return asTensor(b, type, key);
}
