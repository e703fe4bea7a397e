//===- Report.h - what a run was and did, for people and programs -*- C++ -*-=//
#ifndef SCRATCH_CODEGEN_RUN_REPORT_H
#define SCRATCH_CODEGEN_RUN_REPORT_H

#include "codegen/Run/Check.h"
#include "codegen/Run/Inputs.h"
#include "codegen/Run/Measure.h"

namespace scratch {

/// Everything that a report is made of.
struct RunFacts {
  const RunOptions &options;
  const Program &program;
  const Inputs &inputs;
  const Measurement &measured;
  std::optional<CheckResult> check;
};

/// An aligned summary of some ten lines.
void printReport(llvm::raw_ostream &out, const RunFacts &facts);

/// One JSON object; its keys are a contract (see README.md).
void writeJson(llvm::raw_ostream &out, const RunFacts &facts);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_REPORT_H
