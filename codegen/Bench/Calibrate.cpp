//===- Calibrate.cpp - what steps of kernels cost here --------------------===//
//
// Generated kernels with one accumulator each run on matrices that differ in what
// their rows are made of; prices are those that explain the times best. Later fits
// take prices of earlier ones as given:
//
//   dense    rows, entries, products, result entries, columns of the window
//   tiered   products, touched words
//   hash     products, result entries
//   sort     products, on matrices whose rows are all short
//
// What the times do not settle stays near the target's own price. Memory is measured
// by short loops. One thread's time, least of several runs, in cycles of the clock
// at which the processor adds. Masks, dot products and teams are not measured.
//
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Calibrate.h"

#include "codegen/Bench/Contender.h"
#include "codegen/Bench/LeastSquares.h"
#include "codegen/Bench/Rates.h"
#include "codegen/Driver/Host.h"
#include "codegen/Driver/Outputs.h"
#include "passes/Strategy/PriceFile.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <ctime>
#include <map>

using namespace scratch;
using namespace scratch::bench;

static constexpr int kRuns = 15;

namespace {
/// What the rows of a product, or some of them, are made of.
struct Amounts {
  double rows = 0, entries = 0, products = 0, result = 0, range = 0, words = 0;
};

class Calibration {
public:
  llvm::Error run(llvm::raw_ostream &out);
  llvm::Error save(const std::string &path) const;

private:
  using Terms = std::vector<double>;

  llvm::Error fit(llvm::StringRef strategy, llvm::ArrayRef<const char *> matrices,
                  llvm::ArrayRef<const char *> names,
                  llvm::function_ref<Terms(const Amounts &)> terms);
  llvm::Expected<const Workload *> workload(const char *matrix);
  double given(llvm::StringRef strategy, const Workload &work) const;

  Task task;
  double cyclesPerMs = addsPerMs();
  MachineModel model{}, shipped{};
  std::map<std::string, std::string> source; ///< of the measured ones
  std::map<std::string, std::unique_ptr<Workload>> made;
};
} // namespace

static double threadMs() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

/// Counts of A A; the expected result tells the words.
static Amounts amountsOf(const Workload &work) {
  Amounts all;
  auto at = [](const void *numbers, int64_t n) { return static_cast<const int32_t *>(numbers)[n]; };
  const scratch_tensor &a = work.tensors[0], &b = work.tensors[1], &c = work.expected;
  bool wide = c.position_bits == 64, wideColumns = c.coordinate_bits == 64;
  auto result = [&](int64_t n) -> int64_t {
    return wide ? static_cast<const int64_t *>(c.positions)[n] : at(c.positions, n);
  };
  auto column = [&](int64_t n) -> int64_t {
    return wideColumns ? static_cast<const int64_t *>(c.coordinates)[n] : at(c.coordinates, n);
  };
  for (int64_t row = 0; row < a.shape[0]; ++row) {
    int64_t entries = at(a.positions, row + 1) - at(a.positions, row), products = 0;
    for (int64_t p = at(a.positions, row); p < at(a.positions, row + 1); ++p) {
      int64_t k = at(a.coordinates, p);
      products += at(b.positions, k + 1) - at(b.positions, k);
    }
    int64_t first = result(row), last = result(row + 1), word = -1;
    all.rows += 1;
    all.entries += entries;
    all.products += products;
    all.result += last - first;
    all.range += last > first ? column(last - 1) + 1 - column(first) : 0;
    for (int64_t n = first; n < last; ++n)
      if (int64_t here = column(n) / kWordColumns; here != word)
        all.words += 1, word = here;
  }
  return all;
}

/// Cycles that prices known by now explain.
double Calibration::given(llvm::StringRef strategy, const Workload &work) const {
  Amounts n = amountsOf(work);
  double loads = model.valueLoad * (n.entries + n.products);
  double shared = loads + model.rowOpen * n.rows + model.entry * n.entries;
  if (strategy.contains("dense"))
    return loads;
  if (strategy.contains("tiered"))
    return shared + model.windowMerge * n.products + model.windowEmit * n.result +
           model.windowScan / kWordColumns * n.range;
  return shared;
}

llvm::Expected<const Workload *> Calibration::workload(const char *matrix) {
  std::unique_ptr<Workload> &work = made[matrix];
  if (!work) {
    llvm::Expected<std::unique_ptr<Workload>> now = makeWorkload(task, matrix);
    if (!now)
      return now.takeError();
    work = std::move(*now);
  }
  return work.get();
}

llvm::Error Calibration::fit(llvm::StringRef strategy, llvm::ArrayRef<const char *> matrices,
                             llvm::ArrayRef<const char *> names,
                             llvm::function_ref<Terms(const Amounts &)> terms) {
  auto compiled = compileStrategies(task, {llvm::cantFail(StrategySpec::parse(strategy))});
  if (!compiled)
    return compiled.takeError();
  if (!compiled->front().program)
    return llvm::createStringError(strategy + ": " + compiled->front().why);
  std::vector<Terms> amounts;
  std::vector<double> cycles, whole;
  for (const char *matrix : matrices) {
    llvm::Expected<const Workload *> work = workload(matrix);
    if (!work)
      return work.takeError();
    std::unique_ptr<Contender> contender = makeScratch(compiled->front(), **work, 1);
    double least = INFINITY;
    for (int run = 0; run < kRuns; ++run) {
      double before = threadMs();
      llvm::Expected<double> ms = contender->run();
      if (!ms)
        return ms.takeError();
      // Other programs may take the processor, but not the thread's own time.
      least = std::min(least, threadMs() - before);
    }
    contender->rest();
    whole.push_back(least * cyclesPerMs);
    // Prices that came out too high must not leave less than nothing.
    cycles.push_back(std::max(whole.back() - given(strategy, **work), whole.back() * 0.05));
    amounts.push_back(terms(amountsOf(**work)));
  }
  std::vector<double> shippedPrices;
  for (const char *name : names)
    shippedPrices.push_back(*priceNamed(shipped, name));
  std::vector<double> prices = fitPrices(amounts, cycles, shippedPrices);
  double worst = 0, squares = 0;
  for (size_t n = 0; n < cycles.size(); ++n) {
    double predicted = 0;
    for (size_t k = 0; k < prices.size(); ++k)
      predicted += prices[k] * amounts[n][k];
    double off = std::abs(predicted - cycles[n]) / whole[n];
    worst = std::max(worst, off);
    squares += off * off / cycles.size();
  }
  for (auto [name, price] : llvm::zip_equal(names, prices)) {
    *priceNamed(model, name) = price;
    source[name] = llvm::formatv("{0}, off by {1:f0} %, {2:f0} % at worst", strategy,
                                 100 * std::sqrt(squares), 100 * worst);
  }
  return llvm::Error::success();
}

llvm::Error Calibration::run(llvm::raw_ostream &out) {
  task = llvm::cantFail(Task::make("spgemm", "", "", 1));
  Processor host = hostProcessor();
  bool wide = llvm::StringRef(host.features).contains("+avx512bw");
  model = shipped = *MachineModel::of("x86", wide ? 512 : 256);
  const char *const mixed[] = {"band:20000:8", "band:60000:1", "er:12:8",     "er:14:4",
                               "er:10:32",     "rmat:10:16",   "stencil5:120", "stencil27:16"};
  const char *const shortRows[] = {"band:60000:1", "stencil5:120", "er:14:4"};
  if (llvm::Error error = fit("row_wise/dense@one", mixed,
                              {"rowOpen", "entry", "windowMerge", "windowEmit", "windowScan"},
                              [](const Amounts &n) {
                                return Terms{n.rows, n.entries, n.products, n.result, n.range};
                              }))
    return error;
  if (llvm::Error error = fit("row_wise/tiered@one", mixed, {"tierStore", "wordVisit"},
                              [](const Amounts &n) { return Terms{n.products, n.words}; }))
    return error;
  if (llvm::Error error = fit("row_wise/hash@one", mixed, {"hashProbe", "hashEmit"},
                              [](const Amounts &n) { return Terms{n.products, n.result}; }))
    return error;
  if (llvm::Error error = fit("row_wise/sort@one", shortRows, {"listProduct"},
                              [](const Amounts &n) { return Terms{n.products}; }))
    return error;
  MemoryPrices memory = measureMemory();
  model.firstTouchPerByte = memory.touchMsPerByte * cyclesPerMs;
  model.compactPerByte = memory.copyMsPerByte * cyclesPerMs;
  source["firstTouchPerByte"] = source["compactPerByte"] = "a loop over fresh, over old memory";

  out << llvm::formatv("{0}, {1:f2} GHz; cycles\n", host.cpu, cyclesPerMs / 1e6);
  out << llvm::formatv("  {0,-18} {1,9} {2,9}  {3}\n", "price", "shipped", "here", "from");
  for (auto &[name, from] : source)
    out << llvm::formatv("  {0,-18} {1,9:f3} {2,9:f3}  {3}\n", name, *priceNamed(shipped, name),
                         *priceNamed(model, name), from);
  return llvm::Error::success();
}

llvm::Error Calibration::save(const std::string &path) const {
  std::string text;
  llvm::raw_string_ostream file(text);
  file << llvm::formatv("# {0} at {1:f2} GHz, by scratch-bench --calibrate; for --prices\n",
                        hostProcessor().cpu, cyclesPerMs / 1e6);
  writePrices(model, file, [&](llvm::StringRef name) -> std::optional<std::string> {
    auto found = source.find(name.str());
    if (found == source.end())
      return std::nullopt;
    return "; " + found->second;
  });
  Outputs outputs;
  if (llvm::Error error = outputs.add(path, std::move(text)))
    return error;
  return outputs.commit();
}

llvm::Error bench::calibrate(const std::string &path, llvm::raw_ostream &out) {
  Calibration calibration;
  if (llvm::Error error = calibration.run(out))
    return error;
  return calibration.save(path);
}
