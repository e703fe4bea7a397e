//===- InterleavingsTest.cpp - every way of computing, under many interleavings ===//
//
// Every kernel in every way that PIUMA has for it, in mode check: threads interleave
// at random, transfers land late, a race is an error, and the result equals the
// reference on values. PIUMA_SEEDS=100 is the long form, with more matrices.
//
//===----------------------------------------------------------------------===//
#include "test/Piuma/Ways.h"

#include "codegen/Run/Check.h"
#include "codegen/Run/Inputs.h"
#include "codegen/Run/Simulate.h"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace scratch;

/// What is wrong with one run; empty: nothing.
static std::string verdict(const Program &program, const Inputs &inputs,
                           const SimulationOptions &simulation) {
  llvm::Expected<Measurement> measured = simulate(program, inputs.tensors, simulation);
  if (!measured)
    return llvm::toString(measured.takeError());
  llvm::Expected<CheckResult> checked =
      checkResult(program, inputs.tensors, measured->results.front());
  return checked ? "" : llvm::toString(checked.takeError());
}

class Interleavings : public testing::TestWithParam<Way> {};

TEST_P(Interleavings, EqualTheReference) {
  const char *asked = std::getenv("PIUMA_SEEDS");
  uint64_t seeds = asked ? std::strtoull(asked, nullptr, 10) : 1;
  RunOptions options;
  ask(GetParam(), options);
  llvm::Expected<Program> program = compileProgram(options, 32);
  ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
  std::vector<std::string> files = filesOf(GetParam());
  if (!asked) // the short form: most of it compiles
    files.resize(1);
  for (const std::string &file : files) {
    options.files = {file};
    if (GetParam().mask != Way::NoMask)
      options.mask = file;
    llvm::Expected<Inputs> inputs = loadInputs(*program, options);
    ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
    for (uint64_t seed = 1; seed <= seeds; ++seed) {
      options.simulation.seed = seed;
      options.simulation.cores = seed % 4 ? 1 : 2;
      EXPECT_EQ(verdict(*program, *inputs, options.simulation), "")
          << file << ", --seed=" << seed << " --cores=" << options.simulation.cores;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Piuma, Interleavings, testing::ValuesIn(allWays()),
                         [](const auto &info) { return info.param.name; });
