//===- Sort.cpp - accumulator of few products, sorted by a network --------===//
//
// Stage: map (x86). Products are appended to a list, each with a key: its column
// from the tile's low end on, and below it, in eight bits, its place in the list.
// Sorting the keys brings equal columns together, in the order in which they came.
// Segments are appended in vectors with a masked end, which spares a branch per
// segment; emission walks the bits that tell first products from others, so that
// no branch depends on which products meet.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Accumulators.h"
#include "passes/Conversion/X86/Accumulators/SortKeys.h"
#include "passes/Conversion/X86/Accumulators/SortingNetwork.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kPlaceBits = 8;
static_assert(kSortProducts == 1 << kPlaceBits && kSortColumns << kPlaceBits == int64_t(1) << 32,
              "a key is 32 bits");

namespace {
class SortAccumulator : public Accumulator {
public:
  explicit SortAccumulator(AccumulatorCreateOp op) : Accumulator(op) {
    auto module = op->getParentOfType<ModuleOp>();
    auto target = module->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
    lanes = std::clamp<int64_t>(target ? target.getVectorBits() / 32 : 4, 4, 16);
  }

  void create(LoopBuilder &b) override {
    // Vectors are stored whole, and the network fills up.
    keys = allocate(b, b.getI32Type(), b.index(2 * kSortProducts), /*zeroed=*/false);
    products = allocate(b, element, b.index(2 * kSortProducts), /*zeroed=*/false);
    changes = allocate(b, b.getI64Type(), b.index(kSortProducts / kKeysPerWord), /*zeroed=*/false);
    counter = allocate(b, b.getIndexType(), b.index(1), /*zeroed=*/false);
  }

  void destroy(LoopBuilder &b) override {
    for (Value buffer : {keys, products, changes, counter})
      ReleaseOp::create(b, buffer);
  }

  void open(LoopBuilder &b, Value low, Value high, Value) override {
    this->low = low;
    this->high = high;
    b.store(b.index(0), counter, b.index(0));
  }

  void accumulate(LoopBuilder &b, AccumulateOp op) override {
    Value zero = b.index(0);
    Value before = b.load(counter, zero);
    bool vectors = lanes > 4 && !op.getSemiring().isCustom() &&
                   element.getIntOrFloatBitWidth() >= 32;
    Value after = vectors ? appendVectors(b, op, before) : appendEach(b, op, before);
    b.store(after, counter, zero);
  }

  Value count(LoopBuilder &b) override {
    return sorted(b, b.index(0), [&](const Word &word, Value before) {
      return b.add(before, b.toIndex(LLVM::CtPopOp::create(b, b.getI64Type(), word.firsts)));
    });
  }

  /// First products of their columns take places, the others are added to them.
  Value drain(LoopBuilder &b, Value coordinates, Value out, Value at) override {
    Type i64 = b.getI64Type();
    Value end = sorted(b, at, [&](const Word &word, Value to) {
      Value entries = visit(b, word.firsts, [&](Value n, Value number) {
        Value key = b.load(keys, b.add(word.first, n));
        Value column = b.toIndex(b.shiftRight(key, kPlaceBits)), place = b.add(to, number);
        b.storeIndex(b.add(low, column), coordinates, place);
        b.store(productOf(b, key), out, place);
      });
      visit(b, word.others, [&](Value n, Value) {
        Value upTo = arith::ShRUIOp::create(b, b.integer(-1, i64),
                                            b.sub(b.integer(63, i64), b.cast(n, i64)));
        Value rank = b.toIndex(LLVM::CtPopOp::create(b, i64, b.bitAnd(word.firsts, upTo)));
        // The first of its column may be the last of the word before.
        Value place = b.sub(b.add(to, rank), b.index(1));
        Value product = productOf(b, b.load(keys, b.add(word.first, n)));
        b.store(semiring.add(b, b.load(out, place), product), out, place);
      });
      return b.add(to, entries);
    });
    return b.sub(end, at);
  }

  Value drainAlong(LoopBuilder &, DrainAlongOp) override {
    llvm_unreachable("tiles with a mask are refused");
  }
  Value countAlong(LoopBuilder &, CountAlongOp) override {
    llvm_unreachable("tiles with a mask are refused");
  }

protected:
  void touch(LoopBuilder &, Value, Value) override {
    llvm_unreachable("products are appended by segments");
  }
  void touchMark(LoopBuilder &, Value, int64_t) override {
    llvm_unreachable("tiles with a mask are refused");
  }

private:
  /// 64 sorted keys: the first one's number, and bits of those that are the first of their
  /// column, or not.
  struct Word {
    Value first, firsts, others;
  };

  /// Sorts, then goes over the keys word by word; carries what `body` returns. Most rows are
  /// one word, whose bits never leave their register.
  Value sorted(LoopBuilder &b, Value start, function_ref<Value(const Word &, Value)> body) {
    Value total = b.load(counter, b.index(0));
    Value bits = emitSort(b, keys, total, changes, kSortProducts, lanes, kPlaceBits);
    Value words = arith::CeilDivUIOp::create(b, total, b.index(kKeysPerWord));
    Value next = body(wordAt(b, total, b.index(0), bits), start);
    return b.loop(b.index(1), words, {next}, [&](Value number, ValueRange before) {
      Value first = b.mul(number, b.index(kKeysPerWord));
      return LoopBuilder::Values{
          body(wordAt(b, total, first, b.load(changes, number)), before[0])};
    })[0];
  }

  Word wordAt(LoopBuilder &b, Value total, Value first, Value bits) {
    Type i64 = b.getI64Type();
    // There is a key in every word: at most 63 bits go.
    Value held = b.cast(b.min(b.sub(total, first), b.index(kKeysPerWord)), i64);
    Value valid = arith::ShRUIOp::create(b, b.integer(-1, i64),
                                         b.sub(b.integer(kKeysPerWord, i64), held));
    Value others = b.bitAnd(arith::XOrIOp::create(b, bits, b.integer(-1, i64)), valid);
    return {first, b.bitAnd(bits, valid), others};
  }

  Value productOf(LoopBuilder &b, Value key) {
    Value place = b.bitAnd(key, b.integer(kSortProducts - 1, b.getI32Type()));
    return b.load(products, b.toIndex(place));
  }

  /// Every set bit, from the lowest on, and how many came before; returns how many
  /// there are.
  Value visit(LoopBuilder &b, Value bits, function_ref<void(Value bit, Value number)> body) {
    Type i64 = b.getI64Type();
    Value set = b.toIndex(LLVM::CtPopOp::create(b, i64, bits));
    b.loop(b.index(0), set, {bits}, [&](Value number, ValueRange left) {
      Value zeros = LLVM::CountTrailingZerosOp::create(b, i64, left[0], /*is_zero_poison=*/true);
      body(b.toIndex(zeros), number);
      return LoopBuilder::Values{b.bitAnd(left[0], b.sub(left[0], b.integer(1, i64)))};
    });
    return set;
  }

  Value appendEach(LoopBuilder &b, AccumulateOp op, Value before) {
    SemiringEmitter multiply = multiplierOf(op);
    Type i32 = b.getI32Type();
    return b.loop(op.getFirst(), op.getLast(), {before}, [&](Value p, ValueRange number) {
      Value column = b.sub(b.loadIndex(op.getCoordinates(), p), low);
      Value key = b.bitOr(b.shiftLeft(b.cast(column, i32), kPlaceBits), b.cast(number[0], i32));
      b.store(key, keys, number[0]);
      if (!op.getSymbolic()) {
        Value value = op.getValues() ? b.load(op.getValues(), p) : Value();
        b.store(multiply.multiply(b, op.getScale(), value, element), products, number[0]);
      }
      return LoopBuilder::Values{b.add(number[0], b.index(1))};
    })[0];
  }

  Value appendVectors(LoopBuilder &b, AccumulateOp op, Value before) {
    SemiringEmitter multiply = multiplierOf(op);
    auto keyType = VectorType::get({lanes}, b.getI32Type());
    auto valueType = VectorType::get({lanes}, element);
    Type stored = cast<MemRefType>(op.getCoordinates().getType()).getElementType();
    auto storedType = VectorType::get({lanes}, stored);
    SmallVector<Attribute> ramp;
    for (int64_t lane = 0; lane < lanes; ++lane)
      ramp.push_back(b.getI32IntegerAttr(lane));
    Value steps = arith::ConstantOp::create(b, DenseElementsAttr::get(keyType, ramp));
    Value bits = splat(b, b.integer(kPlaceBits, b.getI32Type()));
    Value base = vector::BroadcastOp::create(b, storedType, b.cast(low, stored));
    Value scale = op.getScale() ? vector::BroadcastOp::create(b, valueType, op.getScale())
                                : Value();
    auto load = [&](VectorType type, Value buffer, Value p, Value inside) -> Value {
      Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(type));
      return vector::MaskedLoadOp::create(b, type, buffer, ValueRange{p}, inside, nothing);
    };
    return b.loop(
        op.getFirst(), op.getLast(), {before},
        [&](Value p, ValueRange number) {
          Value left = b.sub(op.getLast(), p);
          Value inside = vector::CreateMaskOp::create(
              b, VectorType::get({lanes}, b.getI1Type()), ValueRange{left});
          Value columns = b.sub(load(storedType, op.getCoordinates(), p, inside), base);
          if (isa<IndexType>(stored))
            columns = arith::IndexCastOp::create(b, keyType, columns);
          else if (stored.getIntOrFloatBitWidth() > 32)
            columns = arith::TruncIOp::create(b, keyType, columns);
          else if (stored.getIntOrFloatBitWidth() < 32)
            columns = arith::ExtUIOp::create(b, keyType, columns);
          Value places = b.add(splat(b, b.cast(number[0], b.getI32Type())), steps);
          Value key = b.bitOr(arith::ShLIOp::create(b, columns, bits), places);
          vector::StoreOp::create(b, key, keys, ValueRange{number[0]});
          if (!op.getSymbolic()) {
            Value values = op.getValues() ? load(valueType, op.getValues(), p, inside) : Value();
            vector::StoreOp::create(b, multiply.multiply(b, scale, values, valueType), products,
                                    ValueRange{number[0]});
          }
          return LoopBuilder::Values{b.add(number[0], b.min(left, b.index(lanes)))};
        },
        lanes)[0];
  }

  Value splat(LoopBuilder &b, Value key) {
    return vector::BroadcastOp::create(b, VectorType::get({lanes}, key.getType()), key);
  }

  int64_t lanes; ///< keys in a vector
  Value keys, products, changes, counter;
};
} // namespace

std::unique_ptr<Accumulator> scratch::makeSortAccumulator(AccumulatorCreateOp op) {
  if (!op.getFormula().empty())
    return nullptr;
  return std::make_unique<SortAccumulator>(op);
}
