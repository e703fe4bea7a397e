//===- Passes.td - passes of the stage select -----------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_STRATEGY_PASSES_TD
#define SCRATCH_PASSES_STRATEGY_PASSES_TD

include "mlir/Pass/PassBase.td"

def AttachTargetPass : Pass<"scratch-attach-target", "::mlir::ModuleOp"> {
  let summary = "Name the target that a module is compiled for";
  let description = [{
    Writes `#scratch.target` for a processor that every machine of the target
    has, unless the module carries one already: the drivers resolve `native`
    and attach their own.
  }];
  let dependentDialects = ["::scratch::ScratchDialect"];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"x86\"",
           "Name of the target's column">
  ];
}

def DetachTargetPass : Pass<"scratch-detach-target", "::mlir::ModuleOp"> {
  let summary = "Forget the target of a module that is lowered";
  let description = [{
    Ends the pipelines `scratch-to-...`: what they leave is read by tools that do
    not know this dialect. Code generation of our own reads the target, so the
    stages, taken one by one, keep it.
  }];
}

def SelectStrategyPass : Pass<"scratch-select-strategy", "::mlir::ModuleOp"> {
  let summary = "Choose an algorithm for every kernel and write it on the op";
  let description = [{
    Needs: imported kernels; `#scratch.target` on the module (absent: x86 with
    vectors of 256 bits).
    Gives: `#scratch.strategy` on each kernel; nothing else changes. A strategy
    that is there already is decided again.
    A remark of category `scratch-strategy`, in program order, tells the choice,
    its predicted cost, the runner-up, and the term that decided.

    With `costs`, a table on standard error prices every candidate of a kernel,
    the refused ones with the reason.

    An accumulator and a number of phases are demanded of SpGEMM only, rewrites
    of attention that has none yet. A module of which no kernel takes the demanded
    accumulator is an error.
  }];
  let options = [
    Option<"accumulator", "accumulator", "std::string", /*default=*/"\"auto\"",
           "Accumulator of all rows: auto, or a name of dialects/Scratch/Accumulators.def">,
    Option<"dataflow", "dataflow", "std::string", /*default=*/"\"auto\"",
           "Order of the loops: auto, inner, outer, row_wise">,
    Option<"hash", "hash", "std::string", /*default=*/"\"auto\"",
           "Hash function of a team's tables: auto, multiplicative, high, low">,
    Option<"phases", "phases", "std::string", /*default=*/"\"auto\"",
           "How results are sized: auto, one, two">,
    Option<"rewrites", "rewrites", "std::string", /*default=*/"\"auto\"",
           "What attention may be turned into: auto, none, or some of compact, residues, "
           "patches, ranges, single, heads, split, joined by |">,
    Option<"schedule", "schedule", "std::string", /*default=*/"\"auto\"",
           "How rows are dealt: auto, balanced, static, tokens">,
    Option<"costs", "costs", "bool", /*default=*/"false",
           "Print what every candidate would cost, as a table per kernel, on standard error">
  ];
  let statistics = [Statistic<"numSelected", "num-selected", "Kernels decided">];
}

#endif // SCRATCH_PASSES_STRATEGY_PASSES_TD
