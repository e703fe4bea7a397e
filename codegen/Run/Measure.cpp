//===- Measure.cpp - call an entry point, several times -------------------===//
#include "codegen/Run/Measure.h"

#include "codegen/Run/Elements.h"
#include "codegen/Run/Inputs.h"
#include "codegen/Run/ResidentPeak.h"

#include <algorithm>
#include <chrono>
#include <cstring>

using namespace scratch;

Measurement::~Measurement() {
  for (scratch_tensor &tensor : results)
    scratch_tensor_free(&tensor);
}

double Measurement::minMs() const {
  return *std::min_element(runsMs.begin(), runsMs.end());
}

double Measurement::medianMs() const {
  std::vector<double> sorted = runsMs;
  std::sort(sorted.begin(), sorted.end());
  size_t half = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[half]
                           : (sorted[half - 1] + sorted[half]) / 2;
}

/// The argument block: a header and 8-byte slots in one piece of memory.
static std::vector<uint64_t> makeBlock(llvm::ArrayRef<scratch_tensor> inputs,
                                       std::vector<scratch_tensor> &results,
                                       int threads, scratch_record *record) {
  size_t count = inputs.size() + results.size();
  std::vector<uint64_t> words(sizeof(scratch_arguments) / 8 + count);
  auto *header = reinterpret_cast<scratch_arguments *>(words.data());
  *header = {SCRATCH_ABI_VERSION, static_cast<uint32_t>(count), threads, 0,
             record};
  auto *slots = reinterpret_cast<scratch_slot *>(header + 1);
  for (const scratch_tensor &input : inputs)
    (slots++)->input = &input;
  for (scratch_tensor &result : results)
    (slots++)->result = &result;
  return words;
}

/// Every run finds writable inputs as they were given, in memory that is theirs alone.
static std::vector<scratch_tensor> refill(const Program &program,
                                          llvm::ArrayRef<scratch_tensor> inputs,
                                          Measurement &measured) {
  std::vector<scratch_tensor> given = inputs.vec();
  measured.written.resize(inputs.size());
  for (auto [number, slot] : llvm::enumerate(program.inputs)) {
    if (!slot.writable)
      continue;
    size_t bytes = inputs[number].nnz * bytesOfElement(inputs[number].element);
    std::vector<uint64_t> &own = measured.written[number];
    own.resize((bytes + 7) / 8);
    if (bytes)
      memcpy(own.data(), inputs[number].values, bytes);
    given[number].values = own.data();
  }
  return given;
}

/// What was written, where the system tells it, of what the runtime held at most.
static int64_t peakOf(const ResidentPeak &watch, int64_t heldBefore) {
  int64_t held = scratch_peak_bytes();
  std::optional<int64_t> rise = watch.rise();
  return rise ? std::min(held, heldBefore + *rise) : held;
}

llvm::Expected<Measurement>
scratch::measure(const Program &program, llvm::ArrayRef<scratch_tensor> inputs,
                 int threads, int repeat, bool watchPeak) {
  Measurement measured;
  measured.threads = threads ? threads : scratch_rt_threads();
  measured.results.resize(program.results.size());
  scratch_reset_peak_bytes();
  const int64_t heldBefore = scratch_peak_bytes();
  std::optional<ResidentPeak> watch;
  if (watchPeak)
    watch.emplace();
  for (int run = 0; run < repeat; ++run) {
    for (scratch_tensor &tensor : measured.results)
      scratch_tensor_free(&tensor);
    measured.record = {};
    std::vector<scratch_tensor> given = refill(program, inputs, measured);
    std::vector<uint64_t> block =
        makeBlock(given, measured.results, measured.threads, &measured.record);
    auto start = std::chrono::steady_clock::now();
    scratch_status status =
        program.entry(reinterpret_cast<scratch_arguments *>(block.data()));
    auto end = std::chrono::steady_clock::now();
    if (status == SCRATCH_INDEX_OVERFLOW)
      return llvm::make_error<IndexOverflow>(scratch_last_error(),
                                             llvm::inconvertibleErrorCode());
    if (status)
      return llvm::createStringError(scratch_last_error());
    measured.runsMs.push_back(
        std::chrono::duration<double, std::milli>(end - start).count());
  }
  if (watch)
    measured.peakBytes = peakOf(*watch, heldBefore);
  return measured;
}
