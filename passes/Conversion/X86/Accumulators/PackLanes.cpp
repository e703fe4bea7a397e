//===- PackLanes.cpp - eight lanes by the bits of a byte ------------------===//
//
// Stage: map (x86). Lanes are packed in registers and stored under a mask of their count.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Accumulators/PackLanes.h"

#include "passes/Emission/CompressLanes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

Value scratch::laneMask(LoopBuilder &b, Value byte) {
  Value one = vector::BroadcastOp::create(b, VectorType::get({1}, b.getI8Type()), byte);
  return vector::BitCastOp::create(b, VectorType::get({kPackedLanes}, b.getI1Type()), one);
}

bool scratch::packsLanes(Operation *op, Type stored, Type element) {
  auto target = op->getParentOfType<ModuleOp>()->getAttrOfType<TargetAttr>(
      ScratchDialect::kTarget);
  auto wide = [](Type type) { return type.isIndex() || type.getIntOrFloatBitWidth() >= 32; };
  return target && target.getVectorBits() >= 512 && wide(stored) && wide(element);
}

Value scratch::packLanes(LoopBuilder &b, Value bits, ValueRange vectors, ValueRange buffers,
                         Value at) {
  Value count = LLVM::CtPopOp::create(b, b.getI8Type(), bits);
  // The row may end here, and the next one be another worker's.
  Value full = b.integer(1, b.getI32Type());
  full = arith::ShLIOp::create(b, full, b.cast(count, b.getI32Type()));
  Value written = laneMask(b, b.cast(b.sub(full, b.integer(1, b.getI32Type())), b.getI8Type()));
  Value mask = laneMask(b, bits);
  for (auto [vector, buffer] : llvm::zip_equal(vectors, buffers)) {
    // LLVM has integers of a width only.
    auto type = cast<VectorType>(vector.getType());
    bool cast = type.getElementType().isIndex();
    Type known = cast ? VectorType::get({kPackedLanes}, b.getI64Type()) : Type(type);
    Value lanes = vector;
    if (cast)
      lanes = arith::IndexCastUIOp::create(b, known, lanes);
    lanes = compressLanes(b, lanes, mask);
    if (cast)
      lanes = arith::IndexCastUIOp::create(b, type, lanes);
    vector::MaskedStoreOp::create(b, buffer, ValueRange{at}, written, lanes);
  }
  return b.add(at, b.toIndex(count));
}

Value scratch::ramp(LoopBuilder &b, Value first) {
  auto type = VectorType::get({kPackedLanes}, first.getType());
  SmallVector<Attribute> steps;
  for (int64_t i = 0; i < kPackedLanes; ++i)
    steps.push_back(IntegerAttr::get(first.getType(), i));
  Value step = arith::ConstantOp::create(b, DenseElementsAttr::get(type, steps));
  return b.add(vector::BroadcastOp::create(b, type, first), step);
}
