//===- Dialect.cpp - registration and verifiers of the piuma dialect ------===//
#include "dialects/Piuma/Piuma.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch::piuma;

#include "dialects/Piuma/PiumaDialect.cpp.inc"
#include "dialects/Piuma/PiumaEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Piuma/PiumaAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Piuma/PiumaTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Piuma/PiumaOps.cpp.inc"

void PiumaDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Piuma/PiumaAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Piuma/PiumaTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Piuma/PiumaOps.cpp.inc"
      >();
}

bool scratch::piuma::isFloating(Combine combine) {
  return combine == Combine::Addf || combine == Combine::Minf || combine == Combine::Maxf;
}

static LogicalResult verifyCombine(Operation *op, Combine combine, Type type) {
  if (isFloating(combine) == isa<FloatType>(type))
    return success();
  return op->emitOpError("operator '")
         << stringifyCombine(combine) << "' does not combine values of type " << type;
}

LogicalResult SpmdOp::verify() {
  if (getOperation()->getParentOfType<SpmdOp>())
    return emitOpError("inside another piuma.spmd; every thread runs the outer one already");
  if (getBody().empty())
    return emitOpError("expected a body");
  if (getBody().getNumArguments() != 0)
    return emitOpError("found ") << getBody().getNumArguments()
                                 << " block arguments, expected none";
  return success();
}

LogicalResult BarrierOp::verify() {
  if (getNumber() >= 64)
    return emitOpError("found number ") << getNumber() << ", expected 0 to 63";
  return success();
}

LogicalResult ReduceOp::verify() {
  return verifyCombine(*this, getCombine(), getValue().getType());
}

LogicalResult ScratchpadOp::verify() {
  auto type = cast<MemRefType>(getBuffer().getType());
  Attribute space = type.getMemorySpace();
  auto number = dyn_cast_or_null<IntegerAttr>(space);
  if (!number || number.getInt() != PiumaDialect::kScratchpadSpace)
    return emitOpError("found ") << type << ", expected a buffer in memory space "
                                 << PiumaDialect::kScratchpadSpace;
  if (!type.isDynamicDim(0))
    return emitOpError("found ") << type << ", expected a dynamic extent";
  return success();
}

LogicalResult AtomicOp::verify() {
  if (getOld().getType() != getValue().getType())
    return emitOpError("returns ") << getOld().getType() << ", expected "
                                   << getValue().getType();
  return verifyCombine(*this, getCombine(), getValue().getType());
}

LogicalResult PostOp::verify() {
  return verifyCombine(*this, getCombine(), getValue().getType());
}

LogicalResult DmaCopyOp::verify() {
  Type from = cast<MemRefType>(getSource().getType()).getElementType();
  Type to = cast<MemRefType>(getTarget().getType()).getElementType();
  if (from != to)
    return emitOpError("copies ") << from << " to " << to << ", expected equal elements";
  return success();
}
