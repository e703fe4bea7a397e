//===- SortingNetwork.cpp - few keys sorted without branches --------------===//
//
// Stage: map (x86). Batcher's bitonic network [1] on vectors. No lane has a fixed
// meaning: every vector knows the place in the sorted order (its `places`) that
// each of its lanes stands for at the moment. A step compares place p with p ^ mask.
// Where the partners of one vector fill another, that one is brought into the same
// lane order, and a minimum and a maximum are all; where they sit in the vector
// itself, two such vectors first trade halves. Minima then stand for the lower
// place of each pair, maxima for the higher: nothing is blended or moved back. Keys
// arrive in any order, so the network starts with neighbouring places in different
// vectors, and only the end puts places into memory order. For 64 keys in vectors
// of 8 this is 168 minima and maxima and 100 shuffles; lanes that keep their
// meaning take 530 instructions.
//
// [1] K. E. Batcher, Sorting networks and their applications, AFIPS 1968.
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/SortingNetwork.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

SortingNetwork::SortingNetwork(LoopBuilder &b, Value buffer, Value first, int64_t size,
                               int64_t lanes)
    : b(b), buffer(buffer), first(first), size(size), lanes(std::min(lanes, size / 2)),
      type(VectorType::get({this->lanes}, b.getI32Type())) {}

void SortingNetwork::sort() {
  int64_t count = size / lanes;
  load([&](int64_t number, int64_t lane) { return lane * count + number; });
  for (int64_t run = 2; run <= size; run *= 2)
    mergeRuns(run);
  store();
}

void SortingNetwork::merge() {
  load([&](int64_t number, int64_t lane) { return number * lanes + lane; });
  mergeRuns(size);
  store();
}

Value SortingNetwork::noteChanges(Value words, int64_t ignored) {
  SmallVector<int64_t> oneBack;
  for (int64_t lane = 0; lane < lanes; ++lane)
    oneBack.push_back(lanes - 1 + lane);
  Value shift = arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, b.getI32IntegerAttr(ignored)));
  Value before;
  SmallVector<Value> changed;
  for (const Keys &keys : registers) {
    Value columns = arith::ShRUIOp::create(b, keys.vector, shift);
    // The first key of all follows its own complement.
    Value last = before ? before : arith::XOrIOp::create(b, columns, allOnes());
    if (!before)
      last = vector::BroadcastOp::create(b, type, vector::ExtractOp::create(b, last, 0));
    Value shifted = vector::ShuffleOp::create(b, last, columns, oneBack);
    changed.push_back(b.notEqual(columns, shifted));
    before = columns;
  }
  int64_t word = std::min(size, kKeysPerWord), perWord = word / lanes;
  for (int64_t number = 1; number * word < size; ++number)
    b.store(bitsOf(ArrayRef(changed).slice(number * perWord, perWord)), words,
            b.index(number));
  return bitsOf(ArrayRef(changed).take_front(perWord));
}

void SortingNetwork::load(function_ref<int64_t(int64_t number, int64_t lane)> placeOfKey) {
  for (int64_t number = 0; number < size / lanes; ++number) {
    Keys keys{vector::LoadOp::create(b, type, buffer, ValueRange{placeOf(number)}), {}};
    for (int64_t lane = 0; lane < lanes; ++lane)
      keys.places.push_back(placeOfKey(number, lane));
    registers.push_back(std::move(keys));
  }
}

void SortingNetwork::store() {
  arrange();
  for (auto [number, keys] : llvm::enumerate(registers))
    vector::StoreOp::create(b, keys.vector, buffer, ValueRange{placeOf(number)});
}

/// Halves of every run ascend: read backwards, the second one makes it a bitonic one.
void SortingNetwork::mergeRuns(int64_t run) {
  compare(run - 1);
  for (int64_t stride = run / 4; stride > 0; stride /= 2)
    compare(stride);
}

/// Every place p against p ^ mask.
void SortingNetwork::compare(int64_t mask) {
  forEachPair(mask, [&](Keys &first, Keys &second) {
    if (first.holds(first.places.front() ^ mask))
      trade(first, second, llvm::bit_floor<uint64_t>(mask), mask);
    align(second, partners(first, mask));
    Value least = b.min(first.vector, second.vector);
    second.vector = b.max(first.vector, second.vector);
    first.vector = least;
    for (auto [low, high] : llvm::zip_equal(first.places, second.places))
      if (low > high)
        std::swap(low, high);
  });
}

/// Places in memory order: a low bit that tells vectors apart changes roles with
/// a high bit that tells lanes apart.
void SortingNetwork::arrange() {
  for (int64_t low = 1; low < lanes; low *= 2) {
    if (registers.front().holds(registers.front().places.front() ^ low))
      continue;
    int64_t high = size / 2;
    while (!registers.front().holds(registers.front().places.front() ^ high))
      high /= 2;
    forEachPair(low, [&](Keys &first, Keys &second) {
      align(second, partners(first, low));
      trade(first, second, high, high);
    });
  }
  llvm::sort(registers, [](const Keys &a, const Keys &b) {
    return *llvm::min_element(a.places) < *llvm::min_element(b.places);
  });
  for (auto [number, keys] : llvm::enumerate(registers))
    align(keys, llvm::to_vector(llvm::seq<int64_t>(number * lanes, (number + 1) * lanes)));
}

/// Each vector with the one that holds its partners, or with any other that has
/// its partners within.
void SortingNetwork::forEachPair(int64_t mask, function_ref<void(Keys &, Keys &)> body) {
  SmallVector<Keys *> open;
  for (Keys &keys : registers)
    open.push_back(&keys);
  while (!open.empty()) {
    Keys *first = open.front();
    open.erase(open.begin());
    int64_t partner = first->places.front() ^ mask;
    auto second = first->holds(partner)
                      ? open.begin()
                      : llvm::find_if(open, [&](Keys *keys) { return keys->holds(partner); });
    Keys *other = *second;
    open.erase(second);
    body(*first, *other);
  }
}

SmallVector<int64_t> SortingNetwork::partners(const Keys &keys, int64_t mask) {
  return llvm::map_to_vector(keys.places, [&](int64_t place) { return place ^ mask; });
}

/// Lanes in the order of `places`.
void SortingNetwork::align(Keys &keys, SmallVector<int64_t> places) {
  if (keys.places == places)
    return;
  auto from = llvm::map_to_vector(places, [&](int64_t p) { return keys.laneOf(p); });
  keys.vector = vector::ShuffleOp::create(b, keys.vector, keys.vector, from);
  keys.places = std::move(places);
}

/// Places without `bit` gather in the first vector, their partners in the second.
void SortingNetwork::trade(Keys &first, Keys &second, int64_t bit, int64_t mask) {
  SmallVector<int64_t> places = placesWithout(first, second, bit);
  auto gather = [&](ArrayRef<int64_t> places) {
    auto from = llvm::map_to_vector(places, [&](int64_t place) {
      return first.holds(place) ? first.laneOf(place) : lanes + second.laneOf(place);
    });
    return vector::ShuffleOp::create(b, first.vector, second.vector, from);
  };
  Keys low{gather(places), places};
  SmallVector<int64_t> others = partners(low, mask);
  second = {gather(others), others};
  first = std::move(low);
}

/// In an order that takes one instruction: where every quarter of a register
/// (four lanes, 128 bits) has two such places, each is filled from its namesakes.
SmallVector<int64_t> SortingNetwork::placesWithout(const Keys &first, const Keys &second, int64_t bit) {
  auto within = [&](const Keys &keys, int64_t from, int64_t to) {
    SmallVector<int64_t> found;
    for (int64_t place : ArrayRef(keys.places).slice(from, to - from))
      if (!(place & bit))
        found.push_back(place);
    return found;
  };
  SmallVector<int64_t> result;
  for (int64_t at = 0; at < lanes; at += 4)
    for (const Keys *keys : {&first, &second}) {
      SmallVector<int64_t> two = within(*keys, at, at + 4);
      if (two.size() != 2) {
        result = within(first, 0, lanes);
        llvm::append_range(result, within(second, 0, lanes));
        return result;
      }
      llvm::append_range(result, two);
    }
  return result;
}

/// As one vector: bits joined as numbers come out dearer.
Value SortingNetwork::bitsOf(ArrayRef<Value> changes) {
  SmallVector<Value> joined(changes);
  for (; joined.size() > 1; joined.resize(joined.size() / 2))
    for (size_t i = 0; i < joined.size() / 2; ++i)
      joined[i] = join(joined[2 * i], joined[2 * i + 1]);
  auto length = cast<VectorType>(joined.front().getType()).getNumElements();
  auto packed = VectorType::get({1}, b.getIntegerType(length));
  Value bits = vector::BitCastOp::create(b, packed, joined.front());
  return b.cast(vector::ExtractOp::create(b, bits, 0), b.getI64Type());
}

Value SortingNetwork::join(Value low, Value high) {
  int64_t length = cast<VectorType>(low.getType()).getNumElements();
  return vector::ShuffleOp::create(b, low, high, llvm::to_vector(llvm::seq(2 * length)));
}

Value SortingNetwork::allOnes() {
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, b.getI32IntegerAttr(-1)));
}
