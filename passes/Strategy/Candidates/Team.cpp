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

#include <algorithm>

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
  form[CostFeature::products] += merge + (tokens ? machine.tokenShare : 0);
  form[CostFeature::entries] += machine.teamEntry;
  form[CostFeature::results] = emit + machine.teamSort;
  form[CostFeature::windows] = machine.tileTurn;
  form[CostFeature::again] = machine.againTest;
  form[CostFeature::mask] = machine.hashMark + machine.scanEmit / kAssumedCompression;
  if (fragments) {
    form[CostFeature::one] += machine.fragmentRow;
    form[CostFeature::products] += machine.fragmentFind;
  }
  return form;
}

/// Coordinates that a tile in a scratchpad of `bytes` takes: of an entry, two slots, and
/// in fragments a coordinate and a value, twice. One part in sixteen is for rows.
static double tileEntries(const KernelProblem &problem, AccumulatorKind accumulator,
                          double bytes) {
  bool fragments = accumulator == AccumulatorKind::Fragments;
  double value = problem.elementBytes, column = std::max(problem.coordinateBits / 8.0, 4.0);
  double slot = 8 + (problem.mask == MaskUse::None ? 0 : 4) + (fragments ? 4 : value);
  return bytes * 15 / 16 / (2 * slot + (fragments ? 2 * (column + value) : 0));
}

llvm::SmallVector<RowProfile> scratch::teamProfiles(const KernelProblem &problem,
                                                    const MachineModel &machine,
                                                    AccumulatorKind accumulator) {
  llvm::SmallVector<RowProfile> rows;
  for (int64_t bytes : {machine.scratchpadBytes, machine.leastScratchpadBytes})
    for (RowProfile row : profilesOf(problem)) {
      if (bytes)
        row.tileEntries = tileEntries(problem, accumulator, bytes);
      rows.push_back(row);
    }
  return rows;
}

bool TeamRows::legal(const KernelProblem &problem, std::string &why) const {
  return suitsTeam(problem, why);
}

namespace {
class Team final : public TeamRows {
public:
  Team(llvm::StringRef name, AccumulatorKind accumulator, Schedule schedule)
      : title(name), accumulator(accumulator), schedule(schedule) {}

  llvm::StringRef name() const override { return title; }

  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override {
    Plan plan;
    plan.schedule = schedule;
    plan.variants = {{accumulator, teamForm(problem, machine, accumulator, schedule)}};
    return plan;
  }

  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override {
    return averageCost(teamProfiles(problem, machine, accumulator), plan.variants.front().form);
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
