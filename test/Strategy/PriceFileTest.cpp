//===- PriceFileTest.cpp - prices come back as they were written ----------===//
#include "passes/Strategy/PriceFile.h"

#include <gtest/gtest.h>

using namespace scratch;

static std::string refusal(llvm::StringRef text) {
  MachineModel model{};
  return llvm::toString(readPrices(text, model));
}

TEST(PriceFile, WhatIsWrittenIsReadAgain) {
  MachineModel model = *MachineModel::of("x86", 256), other{};
  model.hashProbe = 7.25;
  std::string text;
  llvm::raw_string_ostream out(text);
  writePrices(model, out, [](llvm::StringRef) { return "; measured"; });
  llvm::cantFail(readPrices(text, other));
#define PRICE(name, initial, text) EXPECT_NEAR(model.name, other.name, 1e-4) << #name;
#include "passes/Strategy/Prices.def"
}

TEST(PriceFile, WhatIsNotNamedStays) {
  MachineModel model{};
  model.entry = 3;
  llvm::cantFail(readPrices("\n# nothing\nrowOpen = 12.5 # cycles\n", model));
  EXPECT_EQ(model.rowOpen, 12.5);
  EXPECT_EQ(model.entry, 3);
}

TEST(PriceFile, WrongLinesAreNamed) {
  EXPECT_EQ(refusal("rowOpen"), "line 1: found 'rowOpen', expected name = cycles");
  EXPECT_EQ(refusal("\nspeed = 3"), "line 2: found price 'speed', expected a name of Prices.def");
  EXPECT_EQ(refusal("entry = -1"), "line 1: found '-1' for entry, expected cycles, 0 to 1e9");
  EXPECT_EQ(refusal("entry = 1e300"), "line 1: found '1e300' for entry, expected cycles, 0 to 1e9");
  EXPECT_EQ(refusal("entry = fast"), "line 1: found 'fast' for entry, expected cycles, 0 to 1e9");
}
