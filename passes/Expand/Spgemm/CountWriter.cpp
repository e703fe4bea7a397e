//===- CountWriter.cpp - counts in lanes become entries -------------------===//
#include "passes/Expand/Spgemm/CountWriter.h"

#include "passes/Emission/CompressLanes.h"
#include "passes/Expand/Vectors.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// What may be spoiled behind a row.
static constexpr int64_t kSpoiledBits = 512;

/// Lanes as bits of one number.
static Value packed(LoopBuilder &b, Value lanes) {
  int64_t count = cast<VectorType>(lanes.getType()).getNumElements();
  auto type = VectorType::get({1}, b.getIntegerType(count));
  return vector::ExtractOp::create(b, vector::BitCastOp::create(b, type, lanes), 0);
}

/// Counts as elements of the result.
Value CountWriter::valuesOf(Value counts, Value some) const {
  auto type = cast<VectorType>(counts.getType());
  Type element = product.semiring.element;
  auto stored = VectorType::get(type.getShape(), element);
  bool any = product.semiring.semiring.getAdd() == SemiringOperator::op_any;
  Value counted = any ? Value(arith::ExtUIOp::create(b, type, some)) : counts;
  unsigned from = type.getElementTypeBitWidth(), to = element.getIntOrFloatBitWidth();
  if (isa<FloatType>(element))
    return arith::UIToFPOp::create(b, stored, counted);
  if (from == to)
    return counted;
  return from < to ? Value(arith::ExtUIOp::create(b, stored, counted))
                   : Value(arith::TruncIOp::create(b, stored, counted));
}

int64_t CountWriter::lanesAtOnce(Value values) const {
  auto type = cast<VectorType>(values.getType());
  return std::min<int64_t>(type.getNumElements(), kSpoiledBits / type.getElementTypeBitWidth());
}

/// Lanes [lane, lane + count).
Value CountWriter::partOf(Value lanes, int64_t lane, int64_t count) const {
  return vector::ExtractStridedSliceOp::create(b, lanes, ArrayRef<int64_t>{lane},
                                               ArrayRef<int64_t>{count}, ArrayRef<int64_t>{1});
}

/// Whether lanes are packed by a mask in hardware (vpcompressd and the like).
bool CountWriter::packs(VectorType counts) const {
  return vectorBits(product.op) >= kSpoiledBits &&
         product.coordinateType() == counts.getElementType() &&
         product.semiring.element.getIntOrFloatBitWidth() >= 32;
}

/// Packed in registers, as many lanes at a time as one has of the values.
Value CountWriter::writePacked(Value values, Value wanted, Value some,
                               const RowOutput &output) const {
  int64_t lanes = cast<VectorType>(values.getType()).getNumElements(), part = lanesAtOnce(values);
  RowOutput place = output;
  for (int64_t lane = 0; lane < lanes; lane += part) {
    Value mask = partOf(some, lane, part);
    auto store = [&](Value all, Value buffer) {
      Value close = compressLanes(b, partOf(all, lane, part), mask);
      vector::StoreOp::create(b, close, buffer, ValueRange{place.at});
    };
    store(values, place.values);
    store(wanted, place.coordinates);
    Value bits = packed(b, mask);
    place = place.from(
        b.add(place.at, b.toIndex(LLVM::CtPopOp::create(b, bits.getType(), bits))));
  }
  return b.sub(place.at, output.at);
}

/// Lanes of the element type, written together and then closed up in place.
Value CountWriter::writeSome(Value values, Value bits, Value first, Value length,
                             const RowOutput &output) const {
  int64_t lanes = cast<VectorType>(values.getType()).getNumElements();
  int64_t part = lanesAtOnce(values);
  Type bitsType = bits.getType();
  Value place = output.at;
  for (int64_t lane = 0; lane < lanes; lane += part) {
    auto write = [&] {
      vector::StoreOp::create(b, partOf(values, lane, part), output.values, ValueRange{place});
      Value mine = arith::ShRUIOp::create(b, bits, b.integer(lane, bitsType));
      Value start = place;
      Value count = b.min(b.sub(length, b.index(lane)), b.index(part));
      auto end = b.loop(b.index(0), count, {place, mine}, [&](Value k, ValueRange so) {
        b.store(b.load(output.values, b.add(start, k)), output.values, so[0]);
        Value coordinate = b.load(coordinates, b.add(first, b.add(k, b.index(lane))));
        b.store(b.cast(coordinate, product.coordinateType()), output.coordinates, so[0]);
        Value taken = b.toIndex(b.bitAnd(so[1], b.integer(1, bitsType)));
        Value rest = arith::ShRUIOp::create(b, so[1], b.integer(1, bitsType));
        return LoopBuilder::Values{b.add(so[0], taken), rest};
      });
      return LoopBuilder::Values{end[0]};
    };
    if (lane == 0) {
      place = write()[0];
      continue;
    }
    Value before = place;
    place = b.ifElse(b.less(b.index(lane), length), {b.getIndexType()}, write,
                     [&] { return LoopBuilder::Values{before}; })[0];
  }
  return b.sub(place, output.at);
}

Value CountWriter::write(Value counts, Value wanted, Value first, Value length,
                         const RowOutput &output) const {
  auto type = cast<VectorType>(counts.getType());
  Value nothing = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, counts, nothing);
  Value bits = packed(b, some);
  // Most rows of a graph that is nearly a tree end here.
  return b.ifElse(
      b.notEqual(bits, b.integer(0, bits.getType())), {b.getIndexType()},
      [&] {
        Value values = valuesOf(counts, some);
        return LoopBuilder::Values{packs(type)
                                       ? writePacked(values, wanted, some, output)
                                       : writeSome(values, bits, first, length, output)};
      },
      [&] { return LoopBuilder::Values{b.index(0)}; })[0];
}
