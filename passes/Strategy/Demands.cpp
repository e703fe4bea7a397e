//===- Demands.cpp - what the user insists on -----------------------------===//
#include "passes/Strategy/Select.h"

using namespace scratch;

static constexpr llvm::StringLiteral kAuto = "auto";

static llvm::Error unknown(llvm::StringRef option, llvm::StringRef found,
                           llvm::StringRef expected) {
  return llvm::createStringError("option '" + option + "' is '" + found + "', expected one of " +
                                 kAuto + ", " + expected);
}

llvm::Expected<Demands> Demands::parse(llvm::StringRef dataflow, llvm::StringRef accumulator,
                                       llvm::StringRef phases, llvm::StringRef rewrites,
                                       llvm::StringRef schedule, llvm::StringRef hash) {
  Demands demands;
  if (dataflow != kAuto) {
    demands.dataflow = symbolizeDataflow(dataflow);
    if (!demands.dataflow)
      return unknown("dataflow", dataflow, "inner, outer, row_wise");
  }
  if (accumulator != kAuto) {
    demands.accumulator = symbolizeAccumulator(accumulator);
    if (!demands.accumulator)
      return unknown("accumulator", accumulator, accumulatorNames());
  }
  if (phases != kAuto) {
    demands.phases = symbolizePhases(phases);
    if (!demands.phases)
      return unknown("phases", phases, "one, two");
  }
  if (rewrites != kAuto) {
    demands.rewrites = symbolizeRewrites(rewrites);
    if (!demands.rewrites)
      return unknown("rewrites", rewrites,
                     "none, or some of compact|residues|patches|ranges|single|heads|split");
  }
  if (schedule != kAuto) {
    demands.schedule = symbolizeSchedule(schedule);
    if (!demands.schedule)
      return unknown("schedule", schedule, "balanced, static, tokens");
  }
  if (hash != kAuto) {
    demands.hash = symbolizeHashFunction(hash);
    if (!demands.hash)
      return unknown("hash", hash, "multiplicative, high, low");
  }
  return demands;
}

std::string Demands::text() const {
  std::string all;
  auto add = [&](llvm::StringRef name, bool isDemand, llvm::StringRef value) {
    if (isDemand)
      all += ((all.empty() ? "" : ", ") + name + " = " + value).str();
  };
  add("dataflow", dataflow.has_value(), stringifyDataflow(dataflow.value_or(Dataflow())));
  add("accumulator", accumulator.has_value(), stringify(accumulator.value_or(AccumulatorKind())));
  add("phases", phases.has_value(), stringifyPhases(phases.value_or(Phases())));
  add("schedule", schedule.has_value(), stringifySchedule(schedule.value_or(Schedule())));
  return all;
}
