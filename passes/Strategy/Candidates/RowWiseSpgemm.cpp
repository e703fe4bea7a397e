//===- RowWiseSpgemm.cpp - what row-wise SpGEMM candidates share ----------===//
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"

#include "passes/Strategy/RowProfiles.h"

using namespace scratch;

bool RowWiseSpgemm::legal(const KernelProblem &problem, std::string &why) const {
  if (problem.kernel == KernelKind::Spgemm)
    return true;
  why = (stringify(problem.kernel) + " merges no rows and takes no accumulator").str();
  return false;
}

bool scratch::suits(AccumulatorKind kind, const KernelProblem &problem, std::string &why) {
  bool blocks = kind == AccumulatorKind::Blocked, groups = kind == AccumulatorKind::Grouped;
  bool anyOrder = kind == AccumulatorKind::Sort || kind == AccumulatorKind::Narrow;
  if (takesAnyRow(kind) && !blocks && !groups)
    return true;
  if (problem.mask != MaskUse::None)
    why = ("accumulator '" + stringify(kind) + "' takes no mask").str();
  else if (groups && problem.semiring == SemiringKind::custom)
    why = "accumulator 'grouped' needs a built-in semiring";
  else if (!anyOrder && !groups && problem.addsTo)
    why = ("accumulator '" + stringify(kind) + "' takes no init").str();
  else if (!anyOrder &&
           (!problem.orderedOperands || (blocks && !problem.orderedLeft)))
    why = ("accumulator '" + stringify(kind) + "' needs ordered coordinates").str();
  else
    return true;
  return false;
}

bool OneAccumulator::legal(const KernelProblem &problem, std::string &why) const {
  return RowWiseSpgemm::legal(problem, why) && suits(kind, problem, why);
}

bool OneAccumulator::sizes(Phases phases) const {
  return phases == Phases::One || kind != AccumulatorKind::Blocked;
}

Plan OneAccumulator::plan(const KernelProblem &problem, const MachineModel &machine) const {
  Plan plan;
  plan.variants = {{kind, form(problem, machine)}};
  return plan;
}

/// Cycles that keep a row from the hash table where another kind takes it.
static constexpr double kLastResort = 1e6;

bool SomeRows::legal(const KernelProblem &problem, std::string &why) const {
  return RowWiseSpgemm::legal(problem, why) && suits(kind, problem, why);
}

Plan SomeRows::plan(const KernelProblem &problem, const MachineModel &machine) const {
  LinearForm rest = hashForm(problem, machine);
  rest[CostFeature::one] += kLastResort;
  Plan plan;
  plan.variants = {{kind, form(problem, machine)}, {AccumulatorKind::Hash, rest}};
  return plan;
}

/// What the table really costs on the rows that are left to it.
Cost SomeRows::cost(const KernelProblem &problem, const Plan &plan,
                     const MachineModel &machine) const {
  Plan honest = plan;
  honest.variants.back().form = hashForm(problem, machine);
  return RowWiseSpgemm::cost(problem, honest, machine);
}

LinearForm scratch::rowWiseForm(const KernelProblem &problem, const MachineModel &machine) {
  LinearForm form;
  form[CostFeature::one] = machine.rowOpen;
  form[CostFeature::entries] = machine.entry;
  // The left value is read once per entry, the right one with every product.
  if (problem.readsLeft)
    form[CostFeature::entries] += machine.valueLoad;
  if (problem.readsRight)
    form[CostFeature::products] += machine.valueLoad;
  if (problem.mask != MaskUse::None)
    form[CostFeature::products] += machine.maskTest;
  return form;
}

double scratch::coldWindow(const KernelProblem &problem, const MachineModel &machine) {
  // One value and one byte of state per column.
  bool fits = problem.columns && *problem.columns * (problem.elementBytes + 1) <=
                                     machine.secondCacheBytes;
  return fits ? 0 : machine.windowCold;
}

double scratch::evaluate(const LinearForm &form, const RowProfile &row) {
  double cycles = 0;
  for (unsigned feature = 0; feature < kNumFeatures; ++feature)
    cycles += form.coefficients[feature] * row.feature(static_cast<CostFeature>(feature));
  return cycles;
}

static bool takes(AccumulatorKind kind, const RowProfile &row) {
  if (kind == AccumulatorKind::Merge)
    return row.entries <= kMergeEntries;
  if (kind == AccumulatorKind::Narrow)
    return row.range <= kWordColumns;
  return kind != AccumulatorKind::Sort ||
         (row.products <= kSortProducts && row.range <= kSortColumns);
}

static bool dependsOnMatrices(AccumulatorKind kind) {
  return kind == AccumulatorKind::Blocked || kind == AccumulatorKind::Grouped;
}

/// The variant that generated code takes on this row: least form, first on a tie.
static const LinearForm &chosenForm(const Plan &plan, const RowProfile &row) {
  const PlanVariant *best = nullptr;
  for (const PlanVariant &variant : plan.variants)
    // Beside others these two are for some matrices, whatever a row is like.
    if ((plan.variants.size() == 1 || !dependsOnMatrices(variant.accumulator)) &&
        takes(variant.accumulator, row) &&
        (!best || evaluate(variant.form, row) < evaluate(best->form, row)))
      best = &variant;
  return best->form;
}

/// Cycles per product that finding the result's size adds.
static double phasesCost(const KernelProblem &problem, const Plan &plan,
                         const MachineModel &machine, const RowProfile &row,
                         const LinearForm &form) {
  double entryBytes = problem.elementBytes + problem.coordinateBits / 8.0;
  double resultPerProduct = 1 / row.compression;
  if (plan.phases == Phases::One)
    // Rows are written where their bound puts them, then moved together.
    return resultPerProduct * entryBytes * machine.compactPerByte;
  // Counting repeats the numeric pass but for reading values and emitting.
  LinearForm counting = form;
  if (problem.readsRight)
    counting[CostFeature::products] -= machine.valueLoad;
  counting[CostFeature::products] -= machine.windowEmit / kAssumedCompression;
  return evaluate(counting, row) / row.products;
}

void scratch::addCost(Cost &cost, const LinearForm &form, const RowProfile &row, double share) {
  for (unsigned feature = 0; feature < kNumFeatures; ++feature)
    cost.terms[feature] += share / row.products * form.coefficients[feature] *
                           row.feature(static_cast<CostFeature>(feature));
}

Cost scratch::averageCost(llvm::ArrayRef<RowProfile> rows, const LinearForm &form) {
  Cost cost;
  for (const RowProfile &row : rows)
    addCost(cost, form, row, 1.0 / rows.size());
  return cost;
}

Cost scratch::averageCost(const KernelProblem &problem, const LinearForm &form) {
  return averageCost(profilesOf(problem), form);
}

Cost RowWiseSpgemm::cost(const KernelProblem &problem, const Plan &plan,
                         const MachineModel &machine) const {
  Cost cost;
  auto profiles = profilesOf(problem);
  double choice = plan.variants.size() > 1 ? plan.variants.size() * machine.rowChoice : 0;
  for (const RowProfile &row : profiles) {
    const LinearForm &form = chosenForm(plan, row);
    double share = 1 / (row.products * profiles.size());
    for (unsigned feature = 0; feature < kNumFeatures; ++feature)
      cost.terms[feature] +=
          share * form.coefficients[feature] * row.feature(static_cast<CostFeature>(feature));
    cost.terms[static_cast<unsigned>(CostFeature::one)] += share * choice;
    cost.phases += phasesCost(problem, plan, machine, row, form) / profiles.size();
  }
  return cost;
}
