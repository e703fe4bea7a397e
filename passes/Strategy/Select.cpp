//===- Select.cpp - the verdict -------------------------------------------===//
#include "passes/Strategy/Select.h"

#include "passes/Strategy/Candidates/Candidates.h"

#include "llvm/Support/FormatVariadic.h"

using namespace scratch;

llvm::ArrayRef<const Candidate *> scratch::allCandidates() {
  static const Candidate *const candidates[] = {
      &rowWiseDense(), &rowWiseBlocked(), &rowWiseGrouped(), &rowWiseTiered(), &rowWiseHash(), &rowWiseMerge(),
      &rowWiseSort(),  &rowWiseNarrow(), &rowWiseAdaptive(), &teamStatic(),  &teamTokens(),
      &teamFragments(), &teamOrHash(),     &rowWise(),     &innerProduct(),
      &innerOrRowWise(), &outerHash(),     &outerFragments(),
  };
  return candidates;
}

namespace {
/// A candidate with its best number of phases.
struct Entry {
  const Candidate *candidate = nullptr;
  Plan plan;
  Cost cost;
};
} // namespace

static llvm::Error refuse(const KernelProblem &problem, const llvm::Twine &reason) {
  return llvm::createStringError("no legal strategy for " + stringify(problem.kernel) + ": " +
                                 reason);
}

static bool hasPhases(const KernelProblem &problem) {
  return problem.kernel == KernelKind::Spgemm;
}

/// Ways to size the result that the kernel allows and the user asks for.
static llvm::SmallVector<Phases> phasesToTry(const KernelProblem &problem,
                                             const Demands &demands) {
  if (!hasPhases(problem))
    return {Phases::One};
  if (demands.phases)
    return {*demands.phases};
  // An entry is dropped when its value is known, which counting never sees.
  if (problem.dropsEntries)
    return {Phases::One};
  return {Phases::One, Phases::Two};
}

static Entry priced(const Candidate &candidate, const KernelProblem &problem,
                    const MachineModel &machine, llvm::ArrayRef<Phases> phases) {
  Entry best;
  for (Phases number : phases) {
    if (!candidate.sizes(number))
      continue;
    Entry entry{&candidate, candidate.plan(problem, machine), Cost()};
    entry.plan.phases = number;
    entry.cost = candidate.cost(problem, entry.plan, machine);
    if (!best.candidate || entry.cost.cycles() < best.cost.cycles())
      best = std::move(entry);
  }
  return best;
}

/// What keeps the target from running a plan, or nothing.
static std::string refusalOf(const Candidate &candidate, const Plan &plan,
                             const MachineModel &machine, const Demands &demands) {
  for (const PlanVariant &variant : plan.variants)
    if (!machine.lowers(variant.accumulator))
      return ("the target has no lowering for accumulator '" + stringify(variant.accumulator) +
              "'").str();
  // Where order is the rule, only who names the accumulator gets it without.
  bool named = demands.accumulator && !plan.variants.empty() &&
               *demands.accumulator == plan.variants.front().accumulator;
  if (!candidate.keepsOrder() && !machine.mergesAsTheyCome && !named)
    return (candidate.name() + " merges in the order of arrival; expected accumulator = " +
            stringify(plan.variants.front().accumulator) + ", if that is wanted")
        .str();
  return {};
}

static bool meets(const Plan &plan, const Demands &demands) {
  if (demands.dataflow && plan.dataflow != *demands.dataflow)
    return false;
  // Where the matrices choose between a team and workers, the schedule is not one.
  bool open = plan.variants.size() > 1 && isShared(plan.variants.front().accumulator);
  if (demands.schedule && (open || plan.schedule != *demands.schedule))
    return false;
  // Dot products take no accumulator; with accumulators, rows may be computed by them.
  if (plan.dataflow == Dataflow::Inner)
    return !demands.accumulator && (!demands.dataflow || plan.variants.empty());
  if (!demands.accumulator || plan.variants.empty())
    return true;
  // A kind that takes short rows only comes first and with one for the rest.
  size_t size = takesAnyRow(*demands.accumulator) ? 1 : 2;
  return plan.variants.size() == size && plan.variants.front().accumulator == *demands.accumulator;
}

static llvm::StringRef describe(CostFeature feature) {
  switch (feature) {
#define COST_FEATURE(name, text)                                               \
  case CostFeature::name:                                                      \
    return text;
#include "dialects/Scratch/Features.def"
  }
  llvm_unreachable("unknown feature");
}

/// Where the two costs differ most in the direction of the verdict.
static std::string decidingTerm(const Cost &winner, const Cost &loser) {
  bool cheaper = winner.cycles() <= loser.cycles();
  auto gain = [&](double won, double lost) { return cheaper ? lost - won : won - lost; };
  double most = gain(winner.phases, loser.phases), won = winner.phases, lost = loser.phases;
  std::string name = "phases (sizing the result)";
  for (unsigned index = 0; index < kNumFeatures; ++index) {
    double difference = gain(winner.terms[index], loser.terms[index]);
    if (difference <= most)
      continue;
    most = difference;
    won = winner.terms[index];
    lost = loser.terms[index];
    auto feature = static_cast<CostFeature>(index);
    name = llvm::formatv("{0} ({1})", stringify(feature), describe(feature));
  }
  return llvm::formatv("{0}: {1:f2} against {2:f2}", name, won, lost);
}

static std::string explain(const Entry &chosen, const Entry *other, bool demanded) {
  std::string why =
      llvm::formatv("{0}{1:f2} cycles per product", demanded ? "as demanded; " : "",
                    chosen.cost.cycles());
  if (!other)
    return why + "; nothing else is built for this kernel";
  why += llvm::formatv("; {0} {1}: {2:f2}", demanded ? "the model's own order begins with" : "next is",
                       other->candidate->name(), other->cost.cycles());
  why += "; decided by " + decidingTerm(chosen.cost, other->cost);
  llvm::ArrayRef<PlanVariant> variants = chosen.plan.variants;
  if (variants.size() > 1 && isShared(variants.front().accumulator))
    why += llvm::formatv("; on the matrices, {0} where {1:f0} cycles for every window of the "
                         "scratchpad are more than it saves",
                         stringify(variants.back().accumulator),
                         variants.front().form[CostFeature::windows]);
  return why;
}

llvm::Expected<Choice> scratch::select(const KernelProblem &problem, const MachineModel &machine,
                                       const Demands &demands) {
  if (hasPhases(problem) && problem.dropsEntries && demands.phases == Phases::Two)
    return refuse(problem, "an epilogue that drops entries needs phases = one, found two");

  std::string missing;
  std::vector<Entry> entries;
  std::vector<Contender> contenders;
  for (const Candidate *candidate : allCandidates()) {
    std::string why;
    if (candidate->legal(problem, why)) {
      Entry entry = priced(*candidate, problem, machine, phasesToTry(problem, demands));
      if (!entry.candidate)
        why = (candidate->name() + " does not count entries first; expected phases = one").str();
      else
        why = refusalOf(*candidate, entry.plan, machine, demands);
      if (why.empty()) {
        contenders.push_back({candidate->name(), entry.plan.phases, entry.cost, ""});
        entries.push_back(std::move(entry));
        continue;
      }
    }
    contenders.push_back({candidate->name(), Phases::One, Cost(), why});
    if (missing.empty() && meets(candidate->plan(problem, machine), demands))
      missing = why;
  }

  const Entry *chosen = nullptr, *other = nullptr;
  for (const Entry &entry : entries)
    if (meets(entry.plan, demands) &&
        (!chosen || entry.cost.cycles() < chosen->cost.cycles()))
      chosen = &entry;
  if (!chosen && missing.empty()) {
    std::string asked = demands.text();
    missing = asked.empty() ? "no candidate meets the demands" : "no candidate has " + asked;
  }
  if (!chosen)
    return refuse(problem, missing);
  for (const Entry &entry : entries)
    if (&entry != chosen && (!other || entry.cost.cycles() < other->cost.cycles()))
      other = &entry;

  Choice choice;
  choice.name = chosen->candidate->name();
  choice.plan = chosen->plan;
  if (demands.hash)
    choice.plan.hash = *demands.hash;
  choice.cost = chosen->cost;
  if (other) {
    choice.runnerUp = other->candidate->name();
    choice.runnerUpCycles = other->cost.cycles();
  }
  bool demanded = other && other->cost.cycles() < chosen->cost.cycles();
  choice.why = explain(*chosen, other, demanded);
  choice.contenders = std::move(contenders);
  return choice;
}
