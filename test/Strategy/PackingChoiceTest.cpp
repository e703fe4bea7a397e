//===- PackingChoiceTest.cpp - formats of pruned weights, by price --------===//
#include "passes/Strategy/PackingChoice.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace scratch;

namespace {
/// A layer of 1024 x 1024 with 128 samples, entries kept anywhere.
PackingProblem layer(double density) {
  PackingProblem problem;
  problem.rows = problem.depth = 1024;
  problem.samples = 128;
  problem.density = density;
  problem.panels = 1 - std::pow(1 - density, 4);
  problem.squares = 1 - std::pow(1 - density, 16);
  return problem;
}

/// The choice for vectors of 256 and of 512 bits; both, where they differ.
std::string choose(const PackingProblem &problem, llvm::StringRef force = "auto") {
  std::string all;
  for (unsigned bits : {256u, 512u}) {
    auto verdict = choosePacking(problem, *MachineModel::of("x86", bits), bits, force);
    std::string one = verdict ? verdict->table.front().candidate->name.str()
                              : llvm::toString(verdict.takeError());
    if (all != one)
      all += (all.empty() ? "" : " | ") + one;
  }
  return all;
}
} // namespace

TEST(PackingChoice, FewZerosStayDenseAndManyDoNot) {
  EXPECT_EQ(choose(layer(0.95)), "dense");
  // By columns or by distances: rows of single entries.
  for (unsigned bits : {256u, 512u}) {
    auto verdict = llvm::cantFail(choosePacking(layer(0.03), *MachineModel::of("x86", bits), bits));
    auto chosen = verdict.table.front().candidate->name;
    EXPECT_TRUE(chosen == "csr" || chosen == "delta") << chosen.str();
  }
}

TEST(PackingChoice, MaskedBlocksAreStoredAsBlocks) {
  PackingProblem problem = layer(0.1);
  problem.panels = problem.squares = 0.1;
  EXPECT_EQ(choose(problem), "4x4");
}

TEST(PackingChoice, OneSampleOfTwoInFourTakesPairs) {
  PackingProblem problem = layer(0.5);
  problem.rows = problem.depth = 4096; // more than caches hold
  problem.samples = 1;
  problem.twoOfFour = true;
  EXPECT_EQ(choose(problem), "2:4");
  problem.twoOfFour = false;
  EXPECT_NE(choose(problem), "2:4");
}

TEST(PackingChoice, OneSampleIsBoundByTheBytesOfItsWeights) {
  // Half of them kept: 4 bytes of 8 and a bit, against 4 bytes of 4 or 5 of 8.
  PackingProblem problem = layer(0.5);
  problem.rows = problem.depth = 2048;
  problem.samples = 1;
  auto verdict = llvm::cantFail(choosePacking(problem, *MachineModel::of("x86", 512), 512));
  EXPECT_EQ(verdict.table[0].candidate->name, "bitmap");
  EXPECT_EQ(verdict.table[1].candidate->name, "delta");
  problem.density = 0.97;
  problem.panels = problem.squares = 1;
  verdict = llvm::cantFail(choosePacking(problem, *MachineModel::of("x86", 512), 512));
  EXPECT_EQ(verdict.table[0].candidate->name, "dense");
}
TEST(PackingChoice, PackingAtEveryCallHasToPay) {
  PackingProblem problem = layer(0.1);
  problem.samples = 8;
  EXPECT_NE(choose(problem), "dense");
  problem.packedOnce = false;
  EXPECT_EQ(choose(problem), "dense");
}

TEST(PackingChoice, WhatIsForcedIsTakenWhereItCan) {
  EXPECT_EQ(choose(layer(0.95), "delta"), "delta");
  EXPECT_EQ(choose(layer(0.5), "2:4"), "dense");
  EXPECT_EQ(choose(layer(0.5), "coo"),
            "packing: found 'coo', expected auto, dense, csr, 4x1, 4x4, 2:4, bitmap, delta");
}
