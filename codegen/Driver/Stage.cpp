//===- Stage.cpp - the six stages by name ---------------------------------===//
#include "codegen/Driver/Stage.h"

#include "llvm/ADT/StringExtras.h"

using namespace scratch;

static constexpr llvm::StringLiteral kNames[] = {"import", "select", "expand",
                                                 "map",    "lower",  "emit"};

llvm::StringRef scratch::stageName(Stage stage) {
  return kNames[static_cast<unsigned>(stage)];
}

llvm::Expected<Stage> scratch::parseStage(llvm::StringRef word) {
  for (auto [number, name] : llvm::enumerate(kNames))
    if (name == word)
      return static_cast<Stage>(number);
  return llvm::createStringError("no stage '" + word + "', expected " +
                                 llvm::join(llvm::ArrayRef(kNames), ", "));
}
