//===- SelectTest.cpp - verdicts, demands, refusals -----------------------===//
#include "passes/Strategy/Select.h"

#include <gtest/gtest.h>

using namespace scratch;

static MachineModel x86() { return *MachineModel::of("x86", 256); }

static Choice chosen(const KernelProblem &problem, const Demands &demands = {}) {
  llvm::Expected<Choice> choice = select(problem, x86(), demands);
  EXPECT_TRUE(static_cast<bool>(choice));
  if (choice)
    return std::move(*choice);
  llvm::consumeError(choice.takeError());
  return {};
}

static std::string refusal(const KernelProblem &problem, const Demands &demands) {
  llvm::Expected<Choice> choice = select(problem, x86(), demands);
  return choice ? "accepted " + choice->name.str() : llvm::toString(choice.takeError());
}

TEST(Select, UnknownShapesChooseAtRunTime) {
  Choice choice = chosen({});
  EXPECT_EQ(choice.name, "row_wise/adaptive");
  EXPECT_EQ(choice.plan.variants.size(), 7u);
  EXPECT_EQ(choice.plan.phases, Phases::One);
}

TEST(Select, GroupsOfColumnsAreForMachinesThatSpreadLanes) {
  for (unsigned bits : {256u, 512u}) {
    Choice choice = llvm::cantFail(select({}, *MachineModel::of("x86", bits), {}));
    bool grouped = llvm::any_of(choice.plan.variants, [](const PlanVariant &variant) {
      return variant.accumulator == AccumulatorKind::Grouped;
    });
    EXPECT_EQ(grouped, bits == 512);
  }
}

TEST(Select, NarrowResultsTakeTheDenseWindowAlone) {
  KernelProblem problem;
  problem.columns = 64;
  Choice choice = chosen(problem);
  EXPECT_EQ(choice.name, "row_wise/dense");
  ASSERT_EQ(choice.plan.variants.size(), 1u);
}

TEST(Select, VerdictIsCheaperThanItsRunnerUpAndSaysSo) {
  Choice choice = chosen({});
  EXPECT_LT(choice.cost.cycles(), choice.runnerUpCycles);
  EXPECT_NE(choice.why.find(choice.runnerUp.str()), std::string::npos);
  EXPECT_NE(choice.why.find("decided by"), std::string::npos);
}

TEST(Select, EveryCandidateIsPricedOrRefused) {
  Choice choice = chosen({});
  ASSERT_EQ(choice.contenders.size(), allCandidates().size());
  for (const Contender &contender : choice.contenders) {
    if (contender.refused.empty())
      EXPECT_GE(contender.cost.cycles(), choice.cost.cycles()) << contender.name.str();
    else
      EXPECT_NE(contender.name, choice.name);
  }
}

TEST(Select, DemandedAccumulatorsComeAlone) {
  for (AccumulatorKind kind :
       {AccumulatorKind::Dense, AccumulatorKind::Tiered, AccumulatorKind::Hash}) {
    Demands demands;
    demands.accumulator = kind;
    Choice choice = chosen({}, demands);
    ASSERT_EQ(choice.plan.variants.size(), 1u);
    EXPECT_EQ(choice.plan.variants.front().accumulator, kind);
    EXPECT_NE(choice.why.find("as demanded"), std::string::npos);
  }
}

TEST(Select, DemandedKindsOfShortRowsLeaveTheOthersToTheHash) {
  for (AccumulatorKind kind : {AccumulatorKind::Merge, AccumulatorKind::Sort, AccumulatorKind::Narrow}) {
    Demands demands;
    demands.accumulator = kind;
    Choice choice = chosen({}, demands);
    ASSERT_EQ(choice.plan.variants.size(), 2u);
    EXPECT_EQ(choice.plan.variants.front().accumulator, kind);
    EXPECT_EQ(choice.plan.variants.back().accumulator, AccumulatorKind::Hash);
    EXPECT_GT(choice.plan.variants.back().form[CostFeature::one],
              choice.plan.variants.front().form[CostFeature::one] + 1000);
  }
}

TEST(Select, MasksAndUnorderedRowsHaveNoShortRows) {
  Demands merge;
  merge.accumulator = AccumulatorKind::Merge;
  KernelProblem masked, unordered;
  masked.mask = MaskUse::Plain;
  unordered.orderedOperands = false;
  EXPECT_EQ(chosen(masked).plan.variants.size(), 3u);
  EXPECT_EQ(chosen(unordered).plan.variants.size(), 5u);
  EXPECT_EQ(refusal(masked, merge),
            "no legal strategy for spgemm: accumulator 'merge' takes no mask");
  EXPECT_EQ(refusal(unordered, merge),
            "no legal strategy for spgemm: accumulator 'merge' needs ordered coordinates");
  Demands narrow;
  narrow.accumulator = AccumulatorKind::Narrow;
  EXPECT_EQ(refusal(masked, narrow),
            "no legal strategy for spgemm: accumulator 'narrow' takes no mask");
  EXPECT_EQ(chosen(unordered, narrow).plan.variants.front().accumulator, AccumulatorKind::Narrow);
}

TEST(Select, DemandedPhasesAreObeyed) {
  Demands demands;
  demands.phases = Phases::Two;
  EXPECT_EQ(chosen({}, demands).plan.phases, Phases::Two);
}

TEST(Select, KernelsWithoutAccumulatorIgnoreDemandsForOne) {
  Demands demands;
  demands.accumulator = AccumulatorKind::Hash;
  demands.phases = Phases::Two;
  for (KernelKind kernel : {KernelKind::Spmm, KernelKind::Spmv, KernelKind::Sddmm}) {
    KernelProblem problem;
    problem.kernel = kernel;
    Choice choice = chosen(problem, demands);
    EXPECT_EQ(choice.name, "row_wise");
    EXPECT_EQ(choice.plan.phases, Phases::One);
    EXPECT_TRUE(choice.plan.variants.empty());
  }
}

TEST(Select, DataflowsThatAreNotBuiltAreRefusedByName) {
  Demands demands;
  demands.dataflow = Dataflow::Inner;
  KernelProblem complemented, added;
  complemented.mask = MaskUse::Complement;
  EXPECT_EQ(refusal(complemented, demands),
            "no legal strategy for spgemm: dataflow 'inner' needs a mask that is one ordered "
            "sparse matrix, not complemented, or none; expected row_wise");
  added.addsTo = true;
  EXPECT_EQ(refusal(added, demands),
            "no legal strategy for spgemm: dataflow 'inner' takes no init; expected row_wise");
  demands.dataflow = Dataflow::Outer;
  KernelProblem vector;
  vector.kernel = KernelKind::Spmv;
  EXPECT_EQ(refusal(vector, demands), "no legal strategy for spmv: dataflow 'outer' is not built "
                                      "for spmv; expected row_wise");
}

TEST(Select, WhatMergesInOrderOfArrivalIsForThoseWhoNameIt) {
  Demands tokens, shared, fragments;
  tokens.schedule = Schedule::Tokens;
  shared.accumulator = AccumulatorKind::SharedHash;
  fragments.accumulator = AccumulatorKind::Fragments;
  EXPECT_EQ(refusal({}, tokens), "no legal strategy for spgemm: row_wise/shared_hash/tokens merges "
                                 "in the order of arrival; expected accumulator = shared_hash, if "
                                 "that is wanted");
  EXPECT_EQ(chosen({}, shared).name, "row_wise/shared_hash/tokens");
  EXPECT_EQ(refusal({}, fragments), "no legal strategy for spgemm: the target has no lowering for "
                                    "accumulator 'fragments'");
}

TEST(Select, TeamsAreChosenByScheduleAndAccumulator) {
  MachineModel piuma = *MachineModel::of("piuma", 0);
  auto name = [&](AccumulatorKind kind, Schedule schedule) {
    Demands demands;
    demands.accumulator = kind;
    demands.schedule = schedule;
    demands.hash = HashFunction::Low;
    llvm::Expected<Choice> choice = select({}, piuma, demands);
    EXPECT_TRUE(choice && choice->plan.hash == HashFunction::Low);
    return choice ? choice->name : "";
  };
  EXPECT_EQ(name(AccumulatorKind::SharedHash, Schedule::Static), "row_wise/shared_hash/static");
  EXPECT_EQ(name(AccumulatorKind::SharedHash, Schedule::Tokens), "row_wise/shared_hash/tokens");
  EXPECT_EQ(name(AccumulatorKind::Fragments, Schedule::Tokens), "row_wise/fragments/tokens");

  Demands counted;
  counted.accumulator = AccumulatorKind::Fragments;
  counted.phases = Phases::Two;
  EXPECT_EQ(llvm::toString(select({}, piuma, counted).takeError()),
            "no legal strategy for spgemm: row_wise/fragments/tokens does not count entries "
            "first; expected phases = one");
  KernelProblem dropping;
  dropping.dropsEntries = true;
  Demands shared;
  shared.accumulator = AccumulatorKind::SharedHash;
  EXPECT_NE(llvm::toString(select(dropping, piuma, shared).takeError())
                .find("an epilogue that drops entries needs whole rows"),
            std::string::npos);
}

// As measured on the simulator (examples/smash_piuma): with the scratchpad of the machine
// every step is a gain, and outer products are no better than the third and better than the
// first. (Better than the second where nearly every product is an entry: typical rows have
// several for one.) With 64 KB, the third has so many more windows that it is no gain.
TEST(Select, PiumaRanksTheStepsAsTheSimulatorDoes) {
  MachineModel piuma = *MachineModel::of("piuma", 0);
  piuma.leastScratchpadBytes = piuma.scratchpadBytes;
  auto cycles = [&](Dataflow dataflow, AccumulatorKind kind, Schedule schedule) {
    Demands demands;
    demands.dataflow = dataflow;
    demands.accumulator = kind;
    demands.schedule = schedule;
    return llvm::cantFail(select({}, piuma, demands)).cost.cycles();
  };
  double first = cycles(Dataflow::RowWise, AccumulatorKind::SharedHash, Schedule::Static);
  double second = cycles(Dataflow::RowWise, AccumulatorKind::SharedHash, Schedule::Tokens);
  double third = cycles(Dataflow::RowWise, AccumulatorKind::Fragments, Schedule::Tokens);
  double outer = cycles(Dataflow::Outer, AccumulatorKind::Fragments, Schedule::Tokens);
  double apart = cycles(Dataflow::RowWise, AccumulatorKind::Hash, Schedule::Balanced);
  EXPECT_LT(second, first);
  EXPECT_LT(third, second);
  EXPECT_LT(third, outer);
  EXPECT_LT(outer, first);
  EXPECT_LT(first, apart);
  EXPECT_EQ(llvm::cantFail(select({}, piuma, {})).name, "row_wise/fragments/tokens");
  piuma.scratchpadBytes = piuma.leastScratchpadBytes = 64 << 10;
  EXPECT_GT(cycles(Dataflow::RowWise, AccumulatorKind::Fragments, Schedule::Tokens),
            cycles(Dataflow::RowWise, AccumulatorKind::SharedHash, Schedule::Tokens));
}

// An image finds out at run time which scratchpad it has: both ways are in it, with
// forms that price windows against entries of the result and the longest row. Whoever
// names an accumulator or a schedule has that and nothing else.
TEST(Select, PiumaLeavesTeamOrWorkersToTheMatrices) {
  MachineModel piuma = *MachineModel::of("piuma", 0);
  Choice choice = llvm::cantFail(select({}, piuma, {}));
  EXPECT_EQ(choice.name, "row_wise/fragments_or_hash");
  ASSERT_EQ(choice.plan.variants.size(), 2u);
  LinearForm team = choice.plan.variants[0].form, workers = choice.plan.variants[1].form;
  EXPECT_EQ(choice.plan.variants[0].accumulator, AccumulatorKind::Fragments);
  EXPECT_EQ(choice.plan.variants[1].accumulator, AccumulatorKind::Hash);
  EXPECT_GT(team[CostFeature::windows], 0);
  EXPECT_EQ(workers[CostFeature::windows], 0);
  EXPECT_GT(workers[CostFeature::longest], 0);
  EXPECT_GT(workers[CostFeature::results], team[CostFeature::results]);
  EXPECT_NE(choice.why.find("on the matrices, hash where"), std::string::npos) << choice.why;

  for (AccumulatorKind kind : {AccumulatorKind::Fragments, AccumulatorKind::Hash}) {
    Demands demands;
    demands.accumulator = kind;
    EXPECT_EQ(llvm::cantFail(select({}, piuma, demands)).plan.variants.size(), 1u);
  }
  Demands tokens;
  tokens.schedule = Schedule::Tokens;
  EXPECT_EQ(llvm::cantFail(select({}, piuma, tokens)).plan.variants.size(), 1u);
  Demands counted;
  counted.phases = Phases::Two;
  EXPECT_EQ(llvm::cantFail(select({}, piuma, counted)).plan.variants.size(), 1u);
}

TEST(Select, DotProductsAreForMasksThatAreMatrices) {
  KernelProblem problem;
  problem.mask = MaskUse::Plain;
  problem.maskIsMatrix = true;
  Demands demands;
  demands.dataflow = Dataflow::Inner;
  Choice forced = chosen(problem, demands);
  EXPECT_EQ(forced.name, "inner/dot");
  EXPECT_TRUE(forced.plan.variants.empty());
  // With an accumulator, rows are meant.
  demands.dataflow.reset();
  demands.accumulator = AccumulatorKind::Dense;
  EXPECT_EQ(chosen(problem, demands).name, "row_wise/dense");
  // Left alone, the matrices decide at run time; by columns there is nothing to turn.
  EXPECT_EQ(chosen(problem).name, "inner/or_row_wise");
  problem.columnsOfRight = true;
  EXPECT_EQ(chosen(problem).name, "inner/dot");
}

TEST(Select, DotProductsWithoutAMaskAreForTinyResults) {
  Demands demands;
  demands.dataflow = Dataflow::Inner;
  EXPECT_EQ(chosen({}, demands).name, "inner/dot");
  EXPECT_EQ(chosen({}).name, "row_wise/adaptive");
  KernelProblem tiny;
  tiny.columns = 1;
  tiny.columnsOfRight = true;
  EXPECT_EQ(chosen(tiny).name, "inner/dot");
}

TEST(Select, DroppingEntriesForbidsCountingThemFirst) {
  KernelProblem problem;
  problem.dropsEntries = true;
  EXPECT_EQ(chosen(problem).plan.phases, Phases::One);
  Demands demands;
  demands.phases = Phases::Two;
  EXPECT_EQ(refusal(problem, demands), "no legal strategy for spgemm: an epilogue that drops "
                                       "entries needs phases = one, found two");
}

TEST(Demands, WordsThatAreUnknownNameTheOption) {
  EXPECT_EQ(llvm::toString(Demands::parse("auto", "heap", "auto").takeError()),
            "option 'accumulator' is 'heap', expected one of auto, dense, blocked, grouped, tiered, hash, merge, sort, narrow, "
            "shared_hash, fragments");
  EXPECT_EQ(llvm::toString(Demands::parse("diagonal", "auto", "auto").takeError()),
            "option 'dataflow' is 'diagonal', expected one of auto, inner, outer, row_wise");
  EXPECT_EQ(llvm::toString(Demands::parse("auto", "auto", "three").takeError()),
            "option 'phases' is 'three', expected one of auto, one, two");
}

TEST(Demands, AutoDemandsNothing) {
  llvm::Expected<Demands> demands = Demands::parse("auto", "auto", "auto");
  ASSERT_TRUE(static_cast<bool>(demands));
  EXPECT_FALSE(demands->dataflow || demands->accumulator || demands->phases);
}

TEST(Machine, UnknownTargetsHaveNoModel) {
  EXPECT_FALSE(MachineModel::of("abacus", 64).has_value());
}
