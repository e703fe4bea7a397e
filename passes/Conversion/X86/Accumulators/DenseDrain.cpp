//===- DenseDrain.cpp - a dense window is emptied -------------------------===//
//
// Stage: map (x86). A window of w columns is emptied by reading and clearing w bytes of states in
// vectors of 64; entries are visited by counting trailing zeros, or packed in registers where a
// word has many; a word that is all present is copied in vectors.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/Dense.h"
#include "passes/Conversion/X86/Accumulators/PackLanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Entries copied together from a full word.
static constexpr int64_t kCopy = kPackedLanes;
/// Entries of a word from which they are packed in registers: two of each eight columns on
/// average. With fewer it gains little, and which way a word takes is foreseen too seldom.
static constexpr int64_t kMany = 16;

Value DenseAccumulator::takeWord(LoopBuilder &b, Value bytes, Value word) {
  auto type = VectorType::get({kWord}, b.getI8Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value states = vector::LoadOp::create(b, type, bytes, ValueRange{word});
  auto signBits = [&](arith::CmpIPredicate predicate) -> Value {
    Value set = arith::CmpIOp::create(b, predicate, states, zero);
    Value packed =
        vector::BitCastOp::create(b, VectorType::get({1}, b.getI64Type()), set);
    return vector::ExtractOp::create(b, packed, 0);
  };
  Value present = signBits(arith::CmpIPredicate::slt);
  // Marks without an entry are cleared as well.
  Value used = masked() ? signBits(arith::CmpIPredicate::ne) : present;
  b.ifThen(b.notEqual(used, b.integer(0, b.getI64Type())),
           [&] { vector::StoreOp::create(b, zero, bytes, ValueRange{word}); });
  return present;
}

Value DenseAccumulator::takeEntries(LoopBuilder &b, Value word, Value at, Emit emit) {
  Value bits = takeWord(b, states, word);
  return b.ifElse(
      b.notEqual(bits, b.integer(0, b.getI64Type())), {b.getIndexType()},
      [&] { return LoopBuilder::Values{emit(word, bits, at)}; },
      [&] { return LoopBuilder::Values{at}; })[0];
}

Value DenseAccumulator::scan(LoopBuilder &b, Value at, Emit emit) {
  return b
      .loop(b.index(0), span(b), {at},
            [&](Value word, ValueRange before) {
              return LoopBuilder::Values{takeEntries(b, word, before[0], emit)};
            },
            kWord)
      .front();
}

Value DenseAccumulator::count(LoopBuilder &b) {
  return scan(b, b.index(0), [&](Value, Value bits, Value at) {
    Value set = LLVM::CtPopOp::create(b, b.getI64Type(), bits);
    return b.add(at, b.toIndex(set));
  });
}

Value DenseAccumulator::drain(LoopBuilder &b, Value coordinates, Value out, Value at) {
  Type i64 = b.getI64Type();
  Type stored = cast<MemRefType>(coordinates.getType()).getElementType();
  Value nothing = identity(b);
  auto sparse = [&](Value word, Value bits, Value at) {
    Value set = b.toIndex(LLVM::CtPopOp::create(b, i64, bits));
    Value first = b.add(low, word);
    b.loop(b.index(0), set, {bits}, [&](Value number, ValueRange left) {
      Value zeros =
          LLVM::CountTrailingZerosOp::create(b, i64, left[0], /*is_zero_poison=*/true);
      Value offset = b.toIndex(zeros);
      Value column = b.add(word, offset), place = b.add(at, number);
      b.storeIndex(b.add(first, offset), coordinates, place);
      b.store(b.load(values, column), out, place);
      b.store(nothing, values, column);
      return LoopBuilder::Values{b.bitAnd(left[0], b.sub(left[0], b.integer(1, i64)))};
    });
    return b.add(at, set);
  };
  auto valueType = VectorType::get({kCopy}, element);
  Value blank = semiring.getIdentity(b, valueType);
  auto rampFrom = [&](Value column) { return ramp(b, b.cast(b.add(low, column), stored)); };
  // Eight columns at a time, where there are entries.
  auto packed = [&](Value word, Value bits, Value at) {
    // The lowest bit of every byte that is not zero.
    Value bytes = bits;
    for (int64_t shift : {4, 2, 1})
      bytes = b.bitOr(bytes, b.shiftRight(bytes, shift));
    bytes = b.bitAnd(bytes, b.integer(0x0101010101010101, i64));
    Value groups = b.toIndex(LLVM::CtPopOp::create(b, i64, bytes));
    return b.loop(b.index(0), groups, {at, bytes}, [&](Value, ValueRange so) {
      Value shift = LLVM::CountTrailingZerosOp::create(b, i64, so[1], /*is_zero_poison=*/true);
      Value column = b.add(word, b.toIndex(shift));
      Value found = vector::LoadOp::create(b, valueType, values, ValueRange{column});
      vector::StoreOp::create(b, blank, values, ValueRange{column});
      Value group = b.cast(arith::ShRUIOp::create(b, bits, shift), b.getI8Type());
      Value next = packLanes(b, group, {rampFrom(column), found}, {coordinates, out}, so[0]);
      return LoopBuilder::Values{next, b.bitAnd(so[1], b.sub(so[1], b.integer(1, i64)))};
    })[0];
  };
  bool packs = packsLanes(op, stored, element);
  auto some = [&](Value word, Value bits, Value at) {
    if (!packs)
      return sparse(word, bits, at);
    Value set = b.toIndex(LLVM::CtPopOp::create(b, i64, bits));
    return b.ifElse(
        b.less(set, b.index(kMany)), {b.getIndexType()},
        [&] { return LoopBuilder::Values{sparse(word, bits, at)}; },
        [&] { return LoopBuilder::Values{packed(word, bits, at)}; })[0];
  };
  // All 64 present: coordinates are consecutive.
  auto full = [&](Value word, Value at) {
    b.loop(
        b.index(0), b.index(kWord),
        [&](Value offset) {
          Value column = b.add(word, offset), place = b.add(at, offset);
          vector::StoreOp::create(b, rampFrom(column), coordinates, ValueRange{place});
          Value copied = vector::LoadOp::create(b, valueType, values, ValueRange{column});
          vector::StoreOp::create(b, copied, out, ValueRange{place});
          vector::StoreOp::create(b, blank, values, ValueRange{column});
        },
        kCopy);
    return b.add(at, b.index(kWord));
  };
  Value end = scan(b, at, [&](Value word, Value bits, Value place) {
    return b.ifElse(
        b.equal(bits, b.integer(-1, i64)), {b.getIndexType()},
        [&] { return LoopBuilder::Values{full(word, place)}; },
        [&] { return LoopBuilder::Values{some(word, bits, place)}; })[0];
  });
  return b.sub(end, at);
}

/// Entries of the window that nobody asked for.
void DenseAccumulator::forget(LoopBuilder &b) {
  auto type = VectorType::get({kCopy}, element);
  Value nothing = semiring.getIdentity(b, type);
  scan(b, b.index(0), [&](Value word, Value, Value at) {
    b.loop(
        word, b.add(word, b.index(kWord)),
        [&](Value column) { vector::StoreOp::create(b, nothing, values, ValueRange{column}); },
        kCopy);
    return at;
  });
}
