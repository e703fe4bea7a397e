//===- SeededBugsTest.cpp - a broken kernel does not pass -----------------===//
//
// SpGEMM as the compiler makes it, with one thing taken away after the stage map:
// the checking simulator must name the race, or the result must be wrong where
// nothing races.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/Inputs.h"
#include "codegen/Run/ShippedKernels.h"
#include "codegen/Run/Simulate.h"
#include "dialects/Piuma/Piuma.h"
#include "passes/Emission/LoopBuilder.h"

#include <gtest/gtest.h>

#include <fstream>

using namespace scratch;

namespace {
using Break = std::function<void(mlir::ModuleOp)>;

/// A machine whose scratchpad makes several windows of the input.
std::string smallMachine() {
  std::string path = testing::TempDir() + "seeded_bugs_machine";
  std::ofstream(path) << "scratchpad_bytes = 4096\n";
  return path;
}

/// What checking says of the kernel that `damage` has been done to; empty: fine.
std::string verdict(llvm::StringRef accumulator, const Break &damage) {
  RunOptions options;
  options.kernel = "spgemm";
  options.files = {SCRATCH_INPUT};
  options.compile.select.target = "piuma";
  options.compile.select.accumulator = accumulator.str();
  options.compile.select.schedule = "tokens";
  options.simulation.mode = "check";
  options.simulation.machine = smallMachine();
  llvm::Expected<Program> program = compileProgram(options, 32);
  if (!program)
    return "compiling: " + llvm::toString(program.takeError());
  // The same kernel once more, by stages.
  auto context = makeContext();
  Compilation compilation(*context, options.compile);
  llvm::cantFail(compilation.parseText(*shippedKernel(options, 32), "spgemm"));
  llvm::cantFail(compilation.runThrough(Stage::Map));
  damage(compilation.module());
  auto object = llvm::cantFail(compilation.emit(Artifact::Object));
  program->image = llvm::cantFail(compilation.target().link(object->getBuffer(), program->name));
  Inputs inputs = llvm::cantFail(loadInputs(*program, options));
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    options.simulation.seed = seed;
    llvm::Expected<Measurement> measured = simulate(*program, inputs.tensors, options.simulation);
    if (!measured)
      return llvm::toString(measured.takeError());
  }
  return "";
}

template <typename Op> std::vector<Op> all(mlir::ModuleOp module) {
  std::vector<Op> found;
  module.walk([&](Op op) { found.push_back(op); });
  return found;
}

/// Takes each operation of a kind away, one at a time: numbers of those that nothing
/// complains of, and of all.
template <typename Op> std::pair<std::vector<size_t>, size_t> unnoticed(const char *accumulator) {
  std::vector<size_t> numbers;
  size_t count = 1;
  for (size_t number = 0; number < count; ++number) {
    std::string said = verdict(accumulator, [&](mlir::ModuleOp module) {
      std::vector<Op> found = all<Op>(module);
      count = found.size();
      found[number].erase();
    });
    if (said.empty())
      numbers.push_back(number);
  }
  return {numbers, count};
}

/// r.faddp becomes a load, an addition and a store.
void addPlainly(mlir::ModuleOp module) {
  for (piuma::PostOp op : all<piuma::PostOp>(module)) {
    if (op.getCombine() != piuma::Combine::Addf)
      continue;
    LoopBuilder b(op.getLoc(), op);
    mlir::Value old = b.load(op.getBuffer(), op.getAt());
    b.store(mlir::arith::AddFOp::create(b, old, op.getValue()), op.getBuffer(), op.getAt());
    op.erase();
  }
}
} // namespace

TEST(SeededBugs, TheWholeKernelsPass) {
  EXPECT_EQ(verdict("shared_hash", [](mlir::ModuleOp) {}), "");
  EXPECT_EQ(verdict("fragments", [](mlir::ModuleOp) {}), "");
}

// The last barrier is before a collective of the team, which takes the next window and
// orders memory as well; accumulators do not count on that.
TEST(SeededBugs, MissingBarriersAreNoticed) {
  for (const char *accumulator : {"shared_hash", "fragments"}) {
    auto [silent, count] = unnoticed<piuma::BarrierOp>(accumulator);
    EXPECT_EQ(silent, std::vector<size_t>{count - 1}) << accumulator;
    EXPECT_GE(count, 3u);
  }
}

TEST(SeededBugs, MissingWaitsForTransfersAreNoticed) {
  auto [silent, count] = unnoticed<piuma::DmaWaitOp>("fragments");
  EXPECT_EQ(silent, std::vector<size_t>());
  EXPECT_EQ(count, 5u);
}

TEST(SeededBugs, PlainAddsRace) {
  EXPECT_NE(verdict("shared_hash", addPlainly).find("race"), std::string::npos);
  EXPECT_NE(verdict("fragments", addPlainly).find("race"), std::string::npos);
}
