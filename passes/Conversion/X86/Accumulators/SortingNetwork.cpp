//===- SortingNetwork.cpp - few keys sorted without branches --------------===//
//
// Stage: map (x86). Batcher's bitonic network [1] on vectors: key i stands in
// lane i % lanes of vector i / lanes. Steps between vectors are a minimum and a
// maximum for two vectors; steps within one also permute and blend. One branch
// per doubling of the count chooses the network; what is missing to a network's
// size is filled up with the largest key.
//
// [1] K. E. Batcher, Sorting networks and their applications, AFIPS 1968.
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/SortingNetwork.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

namespace {
/// The keys of one network, in vectors.
class Network {
public:
  Network(LoopBuilder &b, Value keys, int64_t size, int64_t lanes)
      : b(b), keys(keys), size(size), lanes(lanes),
        type(VectorType::get({lanes}, b.getI32Type())) {}

  void sort() {
    for (int64_t at = 0; at < size; at += lanes)
      vectors.push_back(vector::LoadOp::create(b, type, keys, ValueRange{b.index(at)}));
    for (int64_t run = 2; run <= size; run *= 2)
      for (int64_t stride = run / 2; stride > 0; stride /= 2)
        stride < lanes ? stepWithin(run, stride) : stepBetween(run, stride);
    for (auto [number, vector] : llvm::enumerate(vectors))
      vector::StoreOp::create(b, vector, keys, ValueRange{b.index(number * lanes)});
  }

  /// Which keys differ from the one before.
  Value changes(int64_t ignored) {
    Type i64 = b.getI64Type();
    SmallVector<int64_t> oneBack;
    for (int64_t lane = 0; lane < lanes; ++lane)
      oneBack.push_back(lanes - 1 + lane);
    Value shift = arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, b.getI32IntegerAttr(ignored)));
    Value before;
    SmallVector<Value> changed;
    for (Value keys : vectors) {
      Value columns = arith::ShRUIOp::create(b, keys, shift);
      // The first key of all follows its own complement.
      Value last = before ? before : arith::XOrIOp::create(b, columns, allOnes());
      if (!before)
        last = vector::BroadcastOp::create(b, type, vector::ExtractOp::create(b, last, 0));
      Value shifted = vector::ShuffleOp::create(b, last, columns, oneBack);
      changed.push_back(b.notEqual(columns, shifted));
      before = columns;
    }
    // As one vector: bits joined as numbers come out dearer.
    for (; changed.size() > 1; changed.resize(changed.size() / 2))
      for (size_t i = 0; i < changed.size() / 2; ++i)
        changed[i] = join(changed[2 * i], changed[2 * i + 1]);
    auto packed = VectorType::get({1}, b.getIntegerType(size));
    Value bits = vector::BitCastOp::create(b, packed, changed.front());
    return b.cast(vector::ExtractOp::create(b, bits, 0), i64);
  }

private:
  Value join(Value low, Value high) {
    int64_t length = cast<VectorType>(low.getType()).getNumElements();
    return vector::ShuffleOp::create(b, low, high, llvm::to_vector(llvm::seq(2 * length)));
  }

  Value allOnes() {
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, b.getI32IntegerAttr(-1)));
  }

  /// Runs of `run` keys alternate in direction, so that two make a bitonic one.
  bool ascends(int64_t key, int64_t run) const { return run == size || (key & run) == 0; }

  void stepBetween(int64_t run, int64_t stride) {
    for (int64_t low = 0; low < size; low += lanes) {
      if (low & stride)
        continue;
      Value &first = vectors[low / lanes], &second = vectors[(low + stride) / lanes];
      Value least = b.min(first, second), most = b.max(first, second);
      first = ascends(low, run) ? least : most;
      second = ascends(low, run) ? most : least;
    }
  }

  void stepWithin(int64_t run, int64_t stride) {
    SmallVector<int64_t> partner;
    for (int64_t lane = 0; lane < lanes; ++lane)
      partner.push_back(lane ^ stride);
    for (auto [number, vector] : llvm::enumerate(vectors)) {
      SmallVector<bool> takesLeast;
      for (int64_t lane = 0; lane < lanes; ++lane)
        takesLeast.push_back(((lane & stride) == 0) == ascends(number * lanes + lane, run));
      Value other = vector::ShuffleOp::create(b, vector, vector, partner);
      auto bits = VectorType::get({lanes}, b.getI1Type());
      Value choice = arith::ConstantOp::create(b, DenseElementsAttr::get(bits, takesLeast));
      vector = b.select(choice, b.min(vector, other), b.max(vector, other));
    }
  }

  LoopBuilder &b;
  Value keys;
  int64_t size, lanes;
  VectorType type;
  SmallVector<Value> vectors;
};
} // namespace

/// The network of `size` keys where it suffices, else a larger one.
static Value sortUpTo(LoopBuilder &b, Value keys, Value count, int64_t size, int64_t least,
                      int64_t most, int64_t lanes, int64_t ignored) {
  auto sort = [&]() -> Value {
    auto type = VectorType::get({lanes}, b.getI32Type());
    Value largest = arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, b.getI32IntegerAttr(-1)));
    int64_t missing = size == least ? size : size / 2;
    for (int64_t at = 0; at < missing; at += lanes)
      vector::StoreOp::create(b, largest, keys, ValueRange{b.add(count, b.index(at))});
    Network network(b, keys, size, lanes);
    network.sort();
    return network.changes(ignored);
  };
  if (size >= most)
    return sort();
  return b.ifElse(
      b.lessEqual(count, b.index(size)), {b.getI64Type()},
      [&] { return LoopBuilder::Values{sort()}; },
      [&] {
        return LoopBuilder::Values{
            sortUpTo(b, keys, count, size * 2, least, most, lanes, ignored)};
      })[0];
}

Value scratch::emitSort(LoopBuilder &b, Value keys, Value count, int64_t most, int64_t lanes,
                        int64_t ignored) {
  return sortUpTo(b, keys, count, lanes, lanes, most, lanes, ignored);
}
