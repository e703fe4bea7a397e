//===- Report.cpp - what a run was and did --------------------------------===//
#include "codegen/Run/Report.h"

#include "codegen/Run/Elements.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace scratch;

static std::string extents(const scratch_tensor &tensor) {
  SmallVector<std::string> parts;
  for (uint32_t d = 0; d < tensor.rank; ++d)
    parts.push_back(std::to_string(tensor.shape[d]));
  std::string text = llvm::join(parts, " x ");
  if (tensor.format != SCRATCH_FORMAT_DENSE)
    text += ", " + std::to_string(tensor.nnz) + " entries";
  return text + (tensor.format == SCRATCH_FORMAT_DENSE ? ", dense" : "");
}

static std::string bytesText(double bytes) {
  const char *units[] = {"bytes", "KB", "MB", "GB", "TB"};
  unsigned unit = 0;
  for (; bytes >= 1000 && unit < 4; ++unit)
    bytes /= 1000;
  return llvm::formatv(unit ? "{0:f1} {1}" : "{0:f0} {1}", bytes, units[unit]);
}

/// Two operations per product: a multiplication and an addition.
static double gflops(const RunFacts &facts) {
  double seconds = facts.measured.minMs() / 1000;
  return seconds > 0 ? 2.0 * facts.measured.record.products / seconds / 1e9 : 0;
}

static void line(llvm::raw_ostream &out, StringRef what, const Twine &text) {
  out << llvm::left_justify(what, 10) << text << "\n";
}

static void printKernel(llvm::raw_ostream &out, const RunFacts &facts) {
  const Program &program = facts.program;
  std::string words;
  if (program.known)
    words += program.known->semiring + ", ";
  if (program.known && program.known->mask >= 0)
    words += std::string(program.known->complement ? "complemented " : "") +
             "mask by " +
             (program.known->maskByValue ? "value, " : "structure, ");
  if (!program.inputs.empty()) {
    const TensorDescription &type = program.inputs.front().type;
    words += nameOfElement(type.element).str() + ", ";
    if (type.coordinateBits)
      words += std::to_string(type.coordinateBits) + "-bit indices, ";
  }
  int threads = facts.measured.threads;
  line(out, "kernel",
       program.name + ": " + words + program.target + ", " + Twine(threads) +
           (threads == 1 ? " thread" : " threads"));
}

static void printDecisions(llvm::raw_ostream &out, const RunFacts &facts) {
  for (const Decision &decision : facts.program.decisions) {
    bool sized = !decision.accumulators.empty();
    line(out, "chosen",
         decision.choice + (sized ? ", phases: " + decision.phases : "") +
             " (" + decision.why + ")");
    if (decision.accumulators.size() < 2 || facts.program.decisions.size() > 1)
      continue;
    SmallVector<std::string> rows;
    for (auto [variant, name] : llvm::enumerate(decision.accumulators))
      rows.push_back(name + " " +
                     std::to_string(facts.measured.record.rows[variant]));
    line(out, "rows", llvm::join(rows, ", "));
  }
}

void scratch::printReport(llvm::raw_ostream &out, const RunFacts &facts) {
  const Measurement &measured = facts.measured;
  printKernel(out, facts);
  for (auto [number, tensor] : llvm::enumerate(facts.inputs.tensors))
    line(out, "input " + std::to_string(number + 1),
         facts.inputs.sources[number] + ": " + extents(tensor));
  for (const scratch_tensor &result : measured.results)
    line(out, "result", extents(result));
  printDecisions(out, facts);
  line(out, "products", Twine(measured.record.products));
  line(out, "time",
       llvm::formatv(
           "min {0:f3} ms, median {1:f3} ms of {2} {3}; {4:f2} GFLOP/s; "
           "compiled in {5:f0} ms",
           measured.minMs(), measured.medianMs(), measured.runsMs.size(),
           measured.runsMs.size() == 1 ? "run" : "runs", gflops(facts),
           facts.program.compileMs)
           .str());
  if (!measured.statistics.empty())
    line(out, "simulated",
         llvm::formatv("{0} instructions", uint64_t(measured.instructions)).str() +
             (measured.cycles
                  ? llvm::formatv(", {0} cycles", uint64_t(measured.cycles)).str()
                  : std::string()));
  line(out, "memory",
       "peak " + bytesText(measured.peakBytes) + ", inputs included");
  if (facts.check)
    line(out, "check",
         llvm::formatv(
             "pattern equal, max relative error {0:e2} within tolerance {1:e2}",
             facts.check->maxRelativeError, facts.check->tolerance)
             .str());
}

static void writeStrategy(llvm::json::OStream &json, const Program &program) {
  json.attributeObject("strategy", [&] {
    if (program.decisions.empty())
      return;
    const Decision &decision = program.decisions.front();
    json.attribute("choice", decision.choice);
    json.attribute("dataflow", decision.dataflow);
    json.attribute("phases", decision.phases);
    json.attribute("schedule", decision.schedule);
    json.attributeArray("accumulators", [&] {
      for (const std::string &name : decision.accumulators)
        json.value(name);
    });
  });
  std::string why;
  for (const Decision &decision : program.decisions)
    why += (why.empty() ? "" : "; ") + decision.why;
  json.attribute("why", why);
}

static void writeCounters(llvm::json::OStream &json, const RunFacts &facts) {
  json.attributeObject("counters", [&] {
    json.attribute("chunks", int64_t(facts.measured.record.chunks));
    if (facts.program.decisions.size() == 1)
      for (auto [variant, name] :
           llvm::enumerate(facts.program.decisions[0].accumulators))
        json.attribute("rows_" + name,
                       int64_t(facts.measured.record.rows[variant]));
  });
}

void scratch::writeJson(llvm::raw_ostream &out, const RunFacts &facts) {
  const Measurement &measured = facts.measured;
  const scratch_tensor *matrix = nullptr; // the first sparse input
  for (const scratch_tensor &tensor : llvm::reverse(facts.inputs.tensors))
    if (tensor.format != SCRATCH_FORMAT_DENSE)
      matrix = &tensor;
  llvm::json::OStream json(out, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("kernel", facts.program.name);
    json.attribute("target", StringRef(facts.program.target).split(' ').first);
    json.attribute("threads", measured.threads);
    json.attribute("rows", matrix ? matrix->shape[0] : 0);
    json.attribute("cols", matrix ? matrix->shape[1] : 0);
    json.attribute("nnz", matrix ? matrix->nnz : 0);
    json.attribute("products", int64_t(measured.record.products));
    json.attribute("result_nnz",
                   measured.results.empty() ? 0 : measured.results.front().nnz);
    json.attributeArray("runs_ms", [&] {
      for (double ms : measured.runsMs)
        json.value(ms);
    });
    json.attribute("median_ms", measured.medianMs());
    json.attribute("min_ms", measured.minMs());
    json.attribute("peak_bytes", measured.peakBytes);
    writeStrategy(json, facts.program);
    if (!facts.check)
      json.attribute("check", nullptr);
    else
      json.attributeObject("check", [&] {
        json.attribute("pattern_equal", facts.check->patternEqual);
        json.attribute("max_relative_error", facts.check->maxRelativeError);
        json.attribute("tolerance", facts.check->tolerance);
      });
    writeCounters(json, facts);
    if (!measured.statistics.empty())
      json.attributeBegin("simulation"), json.rawValue(measured.statistics),
          json.attributeEnd();
  });
  out << "\n";
}
