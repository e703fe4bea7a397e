//===- Team.cpp - candidates: one table for a team, merged by atomics -----===//
//
// SMASH [1] in its three steps: rows dealt by number (static), pieces of rows
// taken by whoever is free (tokens), and rows collected in fragments that are
// written back in the background instead of by scanning the table.
//
// [1] K. Shivdikar, arXiv 2105.14156.
//===----------------------------------------------------------------------===//
#include "passes/Strategy/Candidates/Candidates.h"
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

using namespace scratch;

bool scratch::suitsTeam(const KernelProblem &problem, std::string &why) {
  if (problem.kernel != KernelKind::Spgemm)
    why = (stringify(problem.kernel) + " merges no rows and takes no accumulator").str();
  else if (problem.addsTo)
    why = "a team's table takes no init";
  else if (problem.dropsEntries)
    why = "an epilogue that drops entries needs whole rows, found a team's tile";
  else if (problem.elementBytes < 4)
    why = "a team's table holds elements of 4 or 8 bytes, found " +
          std::to_string(problem.elementBytes);
  else
    return true;
  return false;
}

LinearForm scratch::teamForm(const KernelProblem &problem, const MachineModel &machine,
                             AccumulatorKind accumulator, Schedule schedule) {
  LinearForm form = rowWiseForm(problem, machine);
  bool tokens = schedule == Schedule::Tokens;
  bool fragments = accumulator == AccumulatorKind::Fragments;
  double merge = machine.teamMerge * (tokens ? 1 : machine.teamImbalance);
  double emit = fragments ? machine.fragmentPlace : machine.scanEmit;
  form[CostFeature::products] +=
      merge + emit / kAssumedCompression + (tokens ? machine.tokenShare : 0);
  form[CostFeature::mask] = machine.hashMark + machine.scanEmit / kAssumedCompression;
  if (fragments)
    form[CostFeature::one] += machine.fragmentRow;
  return form;
}

namespace {
class Team final : public Candidate {
public:
  Team(llvm::StringRef name, AccumulatorKind accumulator, Schedule schedule)
      : title(name), accumulator(accumulator), schedule(schedule) {}

  llvm::StringRef name() const override { return title; }
  Dataflow dataflow() const override { return Dataflow::RowWise; }

  bool legal(const KernelProblem &problem, std::string &why) const override {
    return suitsTeam(problem, why);
  }

  bool sizes(Phases phases) const override { return phases == Phases::One; }

  bool keepsOrder() const override { return false; }

  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.schedule = schedule;
    plan.variants = {{accumulator, teamForm(problem, machine, accumulator, schedule)}};
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &) const override {
    return averageCost(problem, plan.variants.front().form);
  }

private:
  llvm::StringRef title;
  AccumulatorKind accumulator;
  Schedule schedule;
};
} // namespace

const Candidate &scratch::teamStatic() {
  static const Team candidate("row_wise/shared_hash/static", AccumulatorKind::SharedHash,
                              Schedule::Static);
  return candidate;
}

const Candidate &scratch::teamTokens() {
  static const Team candidate("row_wise/shared_hash/tokens", AccumulatorKind::SharedHash,
                              Schedule::Tokens);
  return candidate;
}

const Candidate &scratch::teamFragments() {
  static const Team candidate("row_wise/fragments/tokens", AccumulatorKind::Fragments,
                              Schedule::Tokens);
  return candidate;
}
