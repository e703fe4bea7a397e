//===- Scratch.cpp - our own kernels as contenders ------------------------===//
#include "codegen/Bench/Contender.h"

#include "codegen/Run/Measure.h"

#include "llvm/ADT/StringExtras.h"

#include <omp.h>

using namespace scratch;
using namespace scratch::bench;

namespace {
class ScratchContender final : public Contender {
public:
  ScratchContender(const Program &program, const Workload &work) : program(program), work(work) {
    ours = true;
  }

  llvm::Expected<double> run() override {
    // As peers do: the result before is given back first, so that no run holds two.
    last.reset();
    if (!peakBytes) // the first run's peak is told by what it writes anew
      scratch_release_kept();
    llvm::Expected<Measurement> now = measure(program, work.tensors, threads, 1, !peakBytes);
    if (!now)
      return now.takeError();
    last.emplace(std::move(*now));
    peakBytes = std::max(peakBytes, last->peakBytes);
    return last->runsMs.front();
  }

  llvm::Expected<scratch_tensor> result() override { return last->results.front(); }

  void rest() override {
    last.reset();
    omp_pause_resource_all(omp_pause_soft);
  }

private:
  const Program &program;
  const Workload &work;
  std::optional<Measurement> last;
};
} // namespace

llvm::Expected<StrategySpec> StrategySpec::parse(llvm::StringRef text) {
  StrategySpec spec;
  spec.text = text.str();
  if (spec.executes())
    return spec;
  spec.unsorted = text.consume_back("+unsorted");
  auto [way, phases] = text.split('@');
  auto [dataflow, accumulator] = way.split('/');
  spec.dataflow = dataflow.str();
  if (!accumulator.empty())
    spec.accumulator = accumulator.str();
  if (!phases.empty())
    spec.phases = phases.str();
  auto oneOf = [&](llvm::StringRef word, std::initializer_list<llvm::StringRef> words) {
    return word == "auto" || llvm::is_contained(words, word);
  };
  if (!oneOf(spec.dataflow, {"inner", "outer", "row_wise"}) ||
      !oneOf(spec.phases, {"one", "two"}) ||
      !oneOf(spec.accumulator, {
#define ACCUMULATOR_KIND(name, keyword, text) #keyword,
#include "dialects/Scratch/Accumulators.def"
                               }))
    return llvm::createStringError(
        "found --strategies=" + spec.text +
        ", expected auto, execute or DATAFLOW/ACCUMULATOR@PHASES, as in row_wise/hash@two");
  return spec;
}

std::vector<StrategySpec> bench::allStrategies() {
  std::vector<StrategySpec> all(1);
  auto add = [&](llvm::StringRef text) { all.push_back(cantFail(StrategySpec::parse(text))); };
#define ACCUMULATOR_KIND(name, keyword, text)                                                      \
  add("row_wise/" #keyword "@one");                                                                \
  add("row_wise/" #keyword "@two");
#include "dialects/Scratch/Accumulators.def"
  add("inner");
  add("outer");
  return all;
}

llvm::Expected<std::vector<CompiledStrategy>>
bench::compileStrategies(const Task &task, llvm::ArrayRef<StrategySpec> strategies) {
  std::vector<CompiledStrategy> all;
  for (const StrategySpec &strategy : strategies) {
    if (strategy.executes()) {
      all.push_back({strategy, nullptr, "", nullptr});
      if (llvm::Error error = compileExecute(task, all.back()))
        all.back().why = llvm::toString(std::move(error));
      continue;
    }
    RunOptions options;
    task.describe(options);
    options.compile.select.dataflow = strategy.dataflow;
    options.compile.select.accumulator = strategy.accumulator;
    options.compile.select.phases = strategy.phases;
    options.unsorted = strategy.unsorted;
    llvm::Expected<Program> program = compileProgram(options, 32);
    if (program)
      all.push_back({strategy, std::make_shared<const Program>(std::move(*program)), "", nullptr});
    else if (strategy.text == "auto")
      return program.takeError();
    else
      all.push_back({strategy, nullptr, llvm::toString(program.takeError()), nullptr});
  }
  return all;
}

std::unique_ptr<Contender> bench::makeScratch(const CompiledStrategy &compiled,
                                              const Workload &work, int threads) {
  std::unique_ptr<Contender> contender;
  if (compiled.strategy.executes())
    contender = makeExecute(compiled, work);
  else
    contender = std::make_unique<ScratchContender>(*compiled.program, work);
  contender->name = compiled.strategy.text == "auto" ? "Scratch" : compiled.strategy.text;
  if (!compiled.program->decisions.empty())
    contender->chosen = compiled.program->decisions.front().choice;
  contender->threads = threads;
  contender->sorted = !compiled.strategy.unsorted;
  return contender;
}
