//===- RowWiseSpgemm.h - what row-wise SpGEMM candidates share --*- C++ -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_CANDIDATES_ROWWISESPGEMM_H
#define SCRATCH_PASSES_STRATEGY_CANDIDATES_ROWWISESPGEMM_H

#include "passes/Strategy/Candidate.h"
#include "passes/Strategy/RowProfiles.h"

namespace scratch {

/// Products per result entry where nothing is known of the row. Emission is paid
/// per result entry, which no feature tells; forms charge it to the products.
/// Low, so that accumulators with dear emission are not flattered.
inline constexpr double kAssumedCompression = 2;

/// Gustavson's rows; a subclass names its accumulators by their forms.
class RowWiseSpgemm : public Candidate {
public:
  Dataflow dataflow() const final { return Dataflow::RowWise; }
  bool legal(const KernelProblem &problem, std::string &why) const override;
  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override;
};

/// One accumulator for every row.
class OneAccumulator final : public RowWiseSpgemm {
public:
  using Form = LinearForm (*)(const KernelProblem &problem, const MachineModel &machine);
  OneAccumulator(AccumulatorKind kind, llvm::StringLiteral name, Form form)
      : kind(kind), title(name), form(form) {}
  llvm::StringRef name() const override { return title; }
  bool legal(const KernelProblem &problem, std::string &why) const override;
  bool sizes(Phases phases) const override;
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override;

private:
  AccumulatorKind kind;
  llvm::StringLiteral title;
  Form form;
};

/// A kind that takes some rows only, demanded by the user: the hash table takes
/// the other rows.
class SomeRows final : public RowWiseSpgemm {
public:
  SomeRows(AccumulatorKind kind, llvm::StringLiteral name, OneAccumulator::Form form)
      : kind(kind), title(name), form(form) {}
  llvm::StringRef name() const override { return title; }
  bool legal(const KernelProblem &problem, std::string &why) const override;
  Plan plan(const KernelProblem &problem, const MachineModel &machine) const override;
  Cost cost(const KernelProblem &problem, const Plan &plan,
            const MachineModel &machine) const override;

private:
  AccumulatorKind kind;
  llvm::StringLiteral title;
  OneAccumulator::Form form;
};

/// Rows in a table that a team shares, or that it may.
class TeamRows : public Candidate {
public:
  Dataflow dataflow() const final { return Dataflow::RowWise; }
  bool legal(const KernelProblem &problem, std::string &why) const final;
  bool sizes(Phases phases) const final { return phases == Phases::One; }
  bool keepsOrder() const final { return false; }
};

/// Whether a kind can take rows of the problem at all; if not, says why.
bool suits(AccumulatorKind kind, const KernelProblem &problem, std::string &why);

/// What every accumulator pays: the row, its segments, its products' values.
LinearForm rowWiseForm(const KernelProblem &problem, const MachineModel &machine);

/// A form's cycles per product, averaged over the row profiles.
Cost averageCost(const KernelProblem &problem, const LinearForm &form);
/// Adds a row's `share` of the cycles per product.
void addCost(Cost &cost, const LinearForm &form, const RowProfile &row, double share);
/// A row's cycles.
double evaluate(const LinearForm &form, const RowProfile &row);

/// Per column: misses of a window that may outgrow the second cache.
double coldWindow(const KernelProblem &problem, const MachineModel &machine);

// The forms of the accumulators, each in the file of its candidate.
LinearForm denseForm(const KernelProblem &problem, const MachineModel &machine);
LinearForm tieredForm(const KernelProblem &problem, const MachineModel &machine);
LinearForm mergeForm(const KernelProblem &problem, const MachineModel &machine);
LinearForm sortForm(const KernelProblem &problem, const MachineModel &machine);
LinearForm narrowForm(const KernelProblem &problem, const MachineModel &machine);
LinearForm hashForm(const KernelProblem &problem, const MachineModel &machine);

/// Whether an accumulator that a team shares can take the problem; if not, says why.
bool suitsTeam(const KernelProblem &problem, std::string &why);
LinearForm teamForm(const KernelProblem &problem, const MachineModel &machine,
                    AccumulatorKind accumulator, Schedule schedule);
/// The same for scratchpads of the machine's and of the least size.
llvm::SmallVector<RowProfile> teamProfiles(const KernelProblem &problem,
                                           const MachineModel &machine,
                                           AccumulatorKind accumulator);
Cost averageCost(llvm::ArrayRef<RowProfile> rows, const LinearForm &form);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_CANDIDATES_ROWWISESPGEMM_H
