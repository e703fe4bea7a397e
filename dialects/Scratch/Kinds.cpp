//===- Kinds.cpp - names of the enumerations, from the .def tables --------===//
#include "dialects/Scratch/Kinds.h"

#include "llvm/ADT/StringSwitch.h"

using namespace scratch;

llvm::StringRef scratch::stringify(SemiringKind kind) {
  switch (kind) {
#define SEMIRING(name, add, multiply)                                          \
  case SemiringKind::name:                                                     \
    return #name;
#include "dialects/Scratch/Semirings.def"
  case SemiringKind::custom:
    return "custom";
  }
  llvm_unreachable("unknown semiring");
}

llvm::StringRef scratch::stringify(SemiringOperator op) {
  switch (op) {
#define SEMIRING_OPERATOR(name, left, right)                                   \
  case SemiringOperator::op_##name:                                            \
    return #name;
#include "dialects/Scratch/Semirings.def"
  }
  llvm_unreachable("unknown operator");
}

llvm::StringRef scratch::stringify(AccumulatorKind kind) {
  switch (kind) {
#define ACCUMULATOR_KIND(name, keyword, text)                                  \
  case AccumulatorKind::name:                                                  \
    return #keyword;
#include "dialects/Scratch/Accumulators.def"
  }
  llvm_unreachable("unknown accumulator");
}

llvm::StringRef scratch::stringify(CostFeature feature) {
  switch (feature) {
#define COST_FEATURE(name, text)                                               \
  case CostFeature::name:                                                      \
    return #name;
#include "dialects/Scratch/Features.def"
  }
  llvm_unreachable("unknown feature");
}

std::optional<SemiringKind> scratch::symbolizeSemiring(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<SemiringKind>>(name)
#define SEMIRING(row, add, multiply) .Case(#row, SemiringKind::row)
#include "dialects/Scratch/Semirings.def"
      .Case("custom", SemiringKind::custom)
      .Default(std::nullopt);
}

llvm::StringRef scratch::accumulatorNames() {
  return llvm::StringRef(
#define ACCUMULATOR_KIND(name, keyword, text) ", " #keyword
#include "dialects/Scratch/Accumulators.def"
             )
      .drop_front(2);
}

llvm::StringRef scratch::semiringNames() {
  return llvm::StringRef(
#define SEMIRING(name, add, multiply) ", " #name
#include "dialects/Scratch/Semirings.def"
             )
      .drop_front(2);
}

std::optional<AccumulatorKind> scratch::symbolizeAccumulator(llvm::StringRef name) {
  return llvm::StringSwitch<std::optional<AccumulatorKind>>(name)
#define ACCUMULATOR_KIND(row, keyword, text) .Case(#keyword, AccumulatorKind::row)
#include "dialects/Scratch/Accumulators.def"
      .Default(std::nullopt);
}

bool scratch::isShared(AccumulatorKind kind) {
  return kind == AccumulatorKind::SharedHash || kind == AccumulatorKind::Fragments;
}

bool scratch::readsLeft(SemiringOperator op) {
  switch (op) {
#define SEMIRING_OPERATOR(name, left, right)                                   \
  case SemiringOperator::op_##name:                                            \
    return left;
#include "dialects/Scratch/Semirings.def"
  }
  llvm_unreachable("unknown operator");
}

bool scratch::readsRight(SemiringOperator op) {
  switch (op) {
#define SEMIRING_OPERATOR(name, left, right)                                   \
  case SemiringOperator::op_##name:                                            \
    return right;
#include "dialects/Scratch/Semirings.def"
  }
  llvm_unreachable("unknown operator");
}

mlir::AsmPrinter &scratch::operator<<(mlir::AsmPrinter &printer, AccumulatorKind kind) {
  printer.getStream() << stringify(kind);
  return printer;
}

mlir::FailureOr<AccumulatorKind>
mlir::FieldParser<AccumulatorKind>::parse(mlir::AsmParser &parser) {
  llvm::SMLoc loc = parser.getCurrentLocation();
  llvm::StringRef keyword;
  if (parser.parseKeyword(&keyword))
    return mlir::failure();
  if (std::optional<AccumulatorKind> kind = symbolizeAccumulator(keyword))
    return *kind;
  return parser.emitError(loc, "unknown accumulator '") << keyword << "'";
}
