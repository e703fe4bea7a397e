//===- Types.cpp - masks, accumulators, tiles -----------------------------===//
#include "dialects/Scratch/Scratch.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;

#define GET_TYPEDEF_CLASSES
#include "dialects/Scratch/ScratchTypes.cpp.inc"

void ScratchDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Scratch/ScratchTypes.cpp.inc"
      >();
}

/// `(` size (separator size)* `)`
static ParseResult parseSizes(AsmParser &parser, unsigned count, bool colon,
                              SmallVectorImpl<int64_t> &sizes) {
  if (parser.parseLParen())
    return failure();
  if (!colon && count == 2) {
    if (parser.parseDimensionList(sizes, /*allowDynamic=*/false,
                                  /*withTrailingX=*/false))
      return failure();
  } else {
    for (unsigned i = 0; i < count; ++i) {
      if (i && parser.parseColon())
        return failure();
      if (parser.parseInteger(sizes.emplace_back()))
        return failure();
    }
  }
  return parser.parseRParen();
}

namespace {
/// What follows the domain of a mask: at most one granularity, one guarantee.
struct MaskProperties {
  MaskGranularity granularity = MaskGranularity::Element;
  SmallVector<int64_t> unit;
  MaskGuarantee guarantee = MaskGuarantee::None;
  SmallVector<int64_t> bound;
  bool hasGranularity = false, hasGuarantee = false;

  ParseResult parse(AsmParser &parser);

private:
  ParseResult parseGranularity(AsmParser &parser, StringRef word);
  ParseResult parseGuarantee(AsmParser &parser, StringRef word);
};
} // namespace

ParseResult MaskProperties::parseGranularity(AsmParser &parser, StringRef word) {
  granularity = llvm::StringSwitch<MaskGranularity>(word)
                    .Case("row", MaskGranularity::Row)
                    .Case("column", MaskGranularity::Column)
                    .Case("block", MaskGranularity::Block)
                    .Case("n_m", MaskGranularity::NM)
                    .Default(MaskGranularity::Element);
  if (word == "block" || word == "n_m")
    return parseSizes(parser, 2, /*colon=*/word == "n_m", unit);
  return success();
}

ParseResult MaskProperties::parseGuarantee(AsmParser &parser, StringRef word) {
  guarantee = word == "exact" ? MaskGuarantee::Exact : MaskGuarantee::RowNnz;
  return parseSizes(parser, word == "exact" ? 2 : 1, /*colon=*/true, bound);
}

/// One word and its sizes.
ParseResult MaskProperties::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  if (parser.parseKeyword(&word))
    return failure();
  bool isGuarantee = word == "exact" || word == "row_nnz";
  if (!isGuarantee && !llvm::is_contained({"element", "block", "row", "column", "n_m"}, word))
    return parser.emitError(loc, "unknown mask property '")
           << word << "'; expected element, block, row, column, n_m, exact or row_nnz";
  bool &seen = isGuarantee ? hasGuarantee : hasGranularity;
  if (seen)
    return parser.emitError(loc, "mask ")
           << (isGuarantee ? "guarantee" : "granularity") << " given twice, found '" << word
           << "' after another";
  seen = true;
  return isGuarantee ? parseGuarantee(parser, word) : parseGranularity(parser, word);
}

Type MaskType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  MaskProperties properties;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(shape, /*allowDynamic=*/true,
                                /*withTrailingX=*/false))
    return {};
  while (succeeded(parser.parseOptionalComma()))
    if (properties.parse(parser))
      return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<MaskType>(loc, parser.getContext(), shape, properties.granularity,
                                     properties.unit, properties.guarantee, properties.bound);
}

void MaskType::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printDimensionList(getShape());
  switch (getGranularity()) {
  case MaskGranularity::Element:
    break;
  case MaskGranularity::Block:
    printer << ", block(" << getUnit()[0] << 'x' << getUnit()[1] << ')';
    break;
  case MaskGranularity::Row:
    printer << ", row";
    break;
  case MaskGranularity::Column:
    printer << ", column";
    break;
  case MaskGranularity::NM:
    printer << ", n_m(" << getUnit()[0] << ':' << getUnit()[1] << ')';
    break;
  }
  switch (getGuarantee()) {
  case MaskGuarantee::None:
    break;
  case MaskGuarantee::Exact:
    printer << ", exact(" << getBound()[0] << ':' << getBound()[1] << ')';
    break;
  case MaskGuarantee::RowNnz:
    printer << ", row_nnz(" << getBound()[0] << ')';
    break;
  }
  printer << '>';
}

LogicalResult MaskType::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> shape, MaskGranularity granularity,
                               ArrayRef<int64_t> unit, MaskGuarantee guarantee,
                               ArrayRef<int64_t> bound) {
  if (shape.size() < 2 || shape.size() > 4)
    return emitError() << "expected a mask of two to four dimensions, found " << shape.size();
  bool units = granularity == MaskGranularity::Block || granularity == MaskGranularity::NM;
  if (unit.size() != (units ? 2u : 0u))
    return emitError() << "expected " << (units ? "two sizes" : "no sizes")
                       << " of the mask's granularity, found " << unit.size();
  for (int64_t size : unit)
    if (size <= 0)
      return emitError() << "expected positive sizes of the mask's granularity, found " << size;
  if (granularity == MaskGranularity::NM && unit[0] > unit[1])
    return emitError() << "n_m(" << unit[0] << ":" << unit[1]
                       << ") keeps more entries than its group has";
  unsigned bounds = guarantee == MaskGuarantee::Exact ? 2 : guarantee == MaskGuarantee::RowNnz;
  if (bound.size() != bounds) // only from C++: text always has them
    return emitError() << "expected " << bounds << " sizes of the mask's guarantee, found "
                       << bound.size();
  for (int64_t size : bound)
    if (size < 0)
      return emitError() << "expected sizes of the mask's guarantee not below 0, found " << size;
  if (guarantee == MaskGuarantee::Exact && (bound[1] == 0 || bound[0] > bound[1]))
    return emitError() << "exact(" << bound[0] << ":" << bound[1]
                       << ") promises more entries than its group has";
  if (guarantee == MaskGuarantee::RowNnz && !ShapedType::isDynamic(shape.back()) &&
      bound[0] > shape.back())
    return emitError() << "row_nnz(" << bound[0] << ") exceeds the mask's "
                       << shape.back() << " columns";
  return success();
}
