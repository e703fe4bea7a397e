//===- Atomics.cpp - elements of buffers that workers share ---------------===//
#include "passes/Conversion/X86/Atomics.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

SharedElement::SharedElement(LoopBuilder &b, Value buffer, Value at)
    : type(cast<MemRefType>(buffer.getType()).getElementType()) {
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
  Value bytes = b.mul(at, b.index(type.getIntOrFloatBitWidth() / 8));
  Value number = b.cast(b.add(base, bytes), b.getI64Type());
  address = LLVM::IntToPtrOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), number);
}

Value SharedElement::load(LoopBuilder &b) const {
  return LLVM::LoadOp::create(b, type, address, /*alignment=*/type.getIntOrFloatBitWidth() / 8,
                              /*isVolatile=*/false, /*isNonTemporal=*/false,
                              /*isInvariant=*/false, /*isInvariantGroup=*/false,
                              LLVM::AtomicOrdering::monotonic);
}

Value SharedElement::compareExchange(LoopBuilder &b, Value expected, Value desired) const {
  Value both = LLVM::AtomicCmpXchgOp::create(b, address, expected, desired,
                                             LLVM::AtomicOrdering::acq_rel,
                                             LLVM::AtomicOrdering::acquire);
  return LLVM::ExtractValueOp::create(b, both, ArrayRef<int64_t>{0});
}

Value scratch::atomicUpdate(LoopBuilder &b, arith::AtomicRMWKind kind, Value amount, Value buffer,
                            Value at) {
  return memref::AtomicRMWOp::create(b, kind, amount, buffer, ValueRange{at});
}
