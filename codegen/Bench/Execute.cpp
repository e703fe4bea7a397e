//===- Execute.cpp - numbers alone, on a structure known before -----------===//
//
// A plan is made once, of the product's pattern and its operands; what is timed is
// scratch.spgemm_execute, over an array that the caller keeps.
//
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Contender.h"

#include "codegen/Run/Measure.h"

#include "llvm/Support/FormatVariadic.h"

#include <omp.h>

using namespace scratch;
using namespace scratch::bench;

/// 0: element, 1: semiring.
static constexpr llvm::StringLiteral kText = R"(
#CSR = #sparse_tensor.encoding<{{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
!M = tensor<?x?x{0}, #CSR>
!P = tensor<?x?xi8, #CSR>
func.func @analyse(%A: !M, %B: !M) -> (!P, tensor<?xi8>) {{
  %P = scratch.spgemm %A, %B semiring<any_pair> : !M, !M -> !P
  %plan = scratch.spgemm_plan %P, %A, %B : !P, !M, !M -> tensor<?xi8>
  return %P, %plan : !P, tensor<?xi8>
}
func.func @execute(%P: !P, %plan: tensor<?xi8>, %A: !M, %B: !M,
                   %old: tensor<?x{0}> {{bufferization.writable = true}) -> tensor<?x{0}> {{
  %new = scratch.spgemm_execute %P, %plan, %A, %B semiring<{1}> outs(%old : tensor<?x{0}>)
         : !P, tensor<?xi8>, !M, !M -> tensor<?x{0}>
  return %new : tensor<?x{0}>
}
)";

namespace {
class ExecuteContender final : public Contender {
public:
  ExecuteContender(const CompiledStrategy &compiled, const Workload &work)
      : compiled(compiled), work(work) {
    ours = true;
    whole = false;
  }

  llvm::Expected<double> run() override {
    if (llvm::Error error = analyse())
      return error;
    last.reset();
    if (!peakBytes) // the first run's peak is told by what it writes anew
      scratch_release_kept();
    scratch_tensor array = numbers();
    llvm::Expected<Measurement> now =
        measure(*compiled.program,
                {plan->results[0], plan->results[1], work.tensors[0], work.tensors[1], array},
                threads, 1, !peakBytes);
    if (!now)
      return now.takeError();
    last.emplace(std::move(*now));
    peakBytes = std::max(peakBytes, last->peakBytes);
    return last->runsMs.front();
  }

  llvm::Expected<scratch_tensor> result() override {
    const scratch_tensor &pattern = plan->results[0];
    scratch_tensor matrix{};
    scratch_wrap_csr(&matrix, static_cast<scratch_element>(work.expected.element), 32,
                     pattern.shape[0], pattern.shape[1],
                     static_cast<const int32_t *>(pattern.positions),
                     static_cast<const int32_t *>(pattern.coordinates),
                     last->results.front().values);
    return matrix;
  }

  void rest() override { omp_pause_resource_all(omp_pause_soft); }

private:
  llvm::Error analyse() {
    if (plan)
      return llvm::Error::success();
    llvm::Expected<Measurement> made =
        measure(*compiled.analysis, {work.tensors[0], work.tensors[1]}, threads, 1);
    if (!made)
      return made.takeError();
    plan.emplace(std::move(*made));
    array.resize(plan->results[0].nnz); // elements have eight bytes at most
    return llvm::Error::success();
  }

  scratch_tensor numbers() {
    scratch_tensor tensor{};
    const int64_t shape[] = {plan->results[0].nnz};
    scratch_wrap_dense(&tensor, static_cast<scratch_element>(work.expected.element), 1, shape,
                       array.data());
    return tensor;
  }

  const CompiledStrategy &compiled;
  const Workload &work;
  std::optional<Measurement> plan, last;
  std::vector<double> array;
};
} // namespace

llvm::Error bench::compileExecute(const Task &task, CompiledStrategy &out) {
  if (task.kernel != "spgemm")
    return llvm::createStringError("found " + task.kernel + ", expected spgemm: no other has a plan");
  auto compile = [&](const char *entry) -> llvm::Expected<std::shared_ptr<const Program>> {
    RunOptions options;
    options.kernel = "execute";
    options.text = llvm::formatv(kText.data(), task.element, task.semiring);
    options.entry = entry;
    llvm::Expected<Program> program = compileProgram(options, 32);
    if (!program)
      return program.takeError();
    return std::make_shared<const Program>(std::move(*program));
  };
  for (auto [entry, program] :
       {std::pair{"analyse", &out.analysis}, std::pair{"execute", &out.program}}) {
    auto compiled = compile(entry);
    if (!compiled)
      return compiled.takeError();
    *program = *compiled;
  }
  return llvm::Error::success();
}

std::unique_ptr<Contender> bench::makeExecute(const CompiledStrategy &compiled,
                                              const Workload &work) {
  return std::make_unique<ExecuteContender>(compiled, work);
}
