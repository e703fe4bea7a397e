//===- Attributes.cpp - semirings, strategies, targets --------------------===//
#include "dialects/Scratch/Scratch.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;

#define GET_ATTRDEF_CLASSES
#include "dialects/Scratch/ScratchAttrs.cpp.inc"

void ScratchDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Scratch/ScratchAttrs.cpp.inc"
      >();
}

Attribute SemiringAttr::parse(AsmParser &parser, Type) {
  StringRef name;
  if (parser.parseLess())
    return {};
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&name) || parser.parseGreater())
    return {};
  std::optional<SemiringKind> kind = symbolizeSemiring(name);
  if (!kind) {
    parser.emitError(loc, "unknown semiring '") << name << "'";
    return {};
  }
  return SemiringAttr::get(parser.getContext(), *kind);
}

void SemiringAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringify(getKind()) << '>';
}

bool SemiringAttr::isCustom() const { return getKind() == SemiringKind::custom; }

SemiringOperator SemiringAttr::getAdd() const {
  switch (getKind()) {
#define SEMIRING(name, add, multiply)                                          \
  case SemiringKind::name:                                                     \
    return SemiringOperator::op_##add;
#include "dialects/Scratch/Semirings.def"
  case SemiringKind::custom:
    break;
  }
  llvm_unreachable("a custom semiring adds with its region");
}

SemiringOperator SemiringAttr::getMultiply() const {
  switch (getKind()) {
#define SEMIRING(name, add, multiply)                                          \
  case SemiringKind::name:                                                     \
    return SemiringOperator::op_##multiply;
#include "dialects/Scratch/Semirings.def"
  case SemiringKind::custom:
    break;
  }
  llvm_unreachable("a custom semiring multiplies with its region");
}
