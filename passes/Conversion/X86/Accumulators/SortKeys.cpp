//===- SortKeys.cpp - a list of keys sorted in registers ------------------===//
//
// Stage: map (x86). One branch per doubling of the count chooses the network; what is missing
// to a network's size is filled up with the largest key. Beyond 64 keys, blocks of 64 are sorted
// by that network in a loop, and neighbours merged, again in a loop: a network of 256 keys would
// be six times the code for the same work.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/SortKeys.h"

#include "passes/Conversion/X86/Accumulators/SortingNetwork.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Two vectors of four keys.
static constexpr int64_t kLeastSize = 8;

namespace {
/// Chooses networks by the number of keys.
class Sorter {
public:
  Sorter(LoopBuilder &b, Value keys, Value count, Value changes, int64_t most, int64_t lanes,
         int64_t ignored)
      : b(b), keys(keys), count(count), changes(changes), most(most), lanes(lanes),
        least(std::max(lanes, kLeastSize)), ignored(ignored) {}

  /// The network of `size` keys where it suffices, else a larger one, else several.
  Value sortUpTo(int64_t size) {
    if (size >= std::min(most, kKeysPerWord))
      return sortBlocks(size);
    return b.ifElse(
        b.lessEqual(count, b.index(size)), {b.getI64Type()},
        [&] {
          fillUp(count, size == least ? size : size / 2);
          return LoopBuilder::Values{apply(b.index(0), size, &SortingNetwork::sort)};
        },
        [&] { return LoopBuilder::Values{sortUpTo(size * 2)}; })[0];
  }
  Value sort() { return sortUpTo(least); }

private:
  /// Blocks of `size` keys, then pairs of them, pairs of pairs, as far as there are keys.
  Value sortBlocks(int64_t size) {
    fillUp(count, size);
    return mergeFrom(size, overAll(size, &SortingNetwork::sort));
  }

  /// `bits`: what `sorted` keys at a time have said.
  Value mergeFrom(int64_t sorted, Value bits) {
    if (sorted == most)
      return bits;
    return b.ifElse(
        b.lessEqual(count, b.index(sorted)), {b.getI64Type()},
        [&] { return LoopBuilder::Values{bits}; },
        [&] {
          // The last block may have no neighbour.
          fillUp(b.roundUp(count, sorted), sorted);
          return LoopBuilder::Values{
              mergeFrom(2 * sorted, overAll(2 * sorted, &SortingNetwork::merge))};
        })[0];
  }

  /// Bits of the first word are of use only where one round is all.
  Value overAll(int64_t size, void (SortingNetwork::*step)()) {
    Value rounds = arith::CeilDivUIOp::create(b, count, b.index(size));
    Value none = b.integer(0, b.getI64Type());
    return b.loop(b.index(0), rounds, {none}, [&](Value number, ValueRange) {
      return LoopBuilder::Values{apply(b.mul(number, b.index(size)), size, step)};
    })[0];
  }

  Value apply(Value first, int64_t size, void (SortingNetwork::*step)()) {
    SortingNetwork network(b, keys, first, size, lanes);
    (network.*step)();
    return network.noteChanges(changes, ignored);
  }

  void fillUp(Value from, int64_t missing) {
    auto type = VectorType::get({lanes}, b.getI32Type());
    Value largest = arith::ConstantOp::create(
        b, DenseElementsAttr::get(type, b.getI32IntegerAttr(-1)));
    for (int64_t at = 0; at < missing; at += lanes)
      vector::StoreOp::create(b, largest, keys, ValueRange{b.add(from, b.index(at))});
  }

  LoopBuilder &b;
  Value keys, count, changes;
  int64_t most, lanes, least, ignored;
};
} // namespace

Value scratch::emitSort(LoopBuilder &b, Value keys, Value count, Value changes, int64_t most,
                        int64_t lanes, int64_t ignored) {
  return Sorter(b, keys, count, changes, most, lanes, ignored).sort();
}
