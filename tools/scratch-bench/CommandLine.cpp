//===- CommandLine.cpp - scratch-bench's flags ----------------------------===//
#include "tools/scratch-bench/CommandLine.h"

#include "codegen/Driver/ToolFlags.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace scratch;
using namespace scratch::bench;
namespace cl = llvm::cl;

template <typename Value> using Flag = cl::opt<Value, false, cl::parser<Value>>;

namespace {
/// Made after the libraries' own options are gone: some share our names.
struct Flags {
  cl::OptionCategory category{"scratch-bench options"};
  cl::list<std::string> matrices{cl::Positional, cl::cat(category), cl::desc("MATRIX ...")};
  Flag<std::string> kernel{"kernel", cl::cat(category), cl::init("spgemm"),
                           cl::desc("Of spgemm (default), triangles, ktruss, spmm, spmv; several: a,b")};
  Flag<std::string> semiring{"semiring", cl::cat(category), cl::desc("plus_times (default), min_plus, ...")};
  Flag<std::string> element{"type", cl::cat(category), cl::desc("f64 or f32 (default: the kernel's)")};
  Flag<std::string> columns{"columns", cl::cat(category), cl::init("64"),
                            cl::desc("Widths of spmm's dense operand (default 64)")};
  Flag<std::string> threads{"threads", cl::cat(category), cl::init("1"),
                            cl::desc("Numbers of threads (default 1)")};
  Flag<std::string> strategies{
      "strategies", cl::cat(category), cl::init("auto"),
      cl::desc("Beside auto, what to force: all, or row_wise/hash@two, auto+unsorted, ...; "
               "execute: numbers alone, after an analysis")};
  Flag<std::string> peers{"peers", cl::cat(category), cl::init("all"),
                          cl::desc("all (default), none, or names")};
  Flag<bool> listPeers{"list-peers", cl::cat(category), cl::desc("Name the peers found")};
  Flag<std::string> rounds{"rounds", cl::cat(category), cl::init("5"), cl::desc("Turns of everyone (default 5)")};
  Flag<std::string> turn{"turn-ms", cl::cat(category), cl::init("100"),
                    cl::desc("How long a turn lasts at least (default 100)")};
  Flag<std::string> json{"json", cl::cat(category), cl::value_desc("FILE"),
                         cl::desc("Write all figures as JSON")};
  Flag<std::string> calibrate{"calibrate", cl::cat(category), cl::value_desc("FILE"),
                              cl::desc("Measure what steps of kernels cost, for --prices=FILE")};
  Flag<std::string> chart{"chart", cl::cat(category), cl::value_desc("FILE.svg"),
                          cl::desc("Draw ratios and distance to the bound")};
};
} // namespace

static llvm::SmallVector<llvm::StringRef> words(llvm::StringRef list) {
  llvm::SmallVector<llvm::StringRef> words;
  list.split(words, ',', -1, /*KeepEmpty=*/false);
  return words;
}

template <typename Number>
static llvm::Error parseNumbers(llvm::StringRef flag, llvm::StringRef list, Number most,
                                std::vector<Number> &out) {
  out.clear();
  for (llvm::StringRef word : words(list)) {
    Number number;
    if (word.getAsInteger(10, number) || number < 1 || number > most)
      return llvm::createStringError("found --" + flag + "=" + word + ", expected 1 to " +
                                     llvm::Twine(most));
    out.push_back(number);
  }
  if (out.empty())
    return llvm::createStringError("found --" + flag + "=, expected numbers");
  return llvm::Error::success();
}

static llvm::Error parseTasks(const Flags &flags, BenchOptions &options) {
  std::vector<int64_t> columns;
  if (llvm::Error error = parseNumbers<int64_t>("columns", flags.columns, 1 << 20, columns))
    return error;
  for (llvm::StringRef kernel : words(flags.kernel))
    for (int64_t width : kernel == "spmm" ? columns : std::vector<int64_t>{1}) {
      llvm::Expected<Task> task = Task::make(kernel.str(), flags.element, flags.semiring, width);
      if (!task)
        return task.takeError();
      options.tasks.push_back(*task);
    }
  return llvm::Error::success();
}

static llvm::Error parseStrategies(llvm::StringRef list, BenchOptions &options) {
  options.strategies = {StrategySpec()};
  for (llvm::StringRef word : words(list)) {
    if (word == "auto")
      continue;
    if (word == "all") {
      options.strategies = allStrategies();
      continue;
    }
    llvm::Expected<StrategySpec> spec = StrategySpec::parse(word);
    if (!spec)
      return spec.takeError();
    options.strategies.push_back(*spec);
  }
  return llvm::Error::success();
}

static llvm::Error parsePeers(llvm::StringRef list, std::vector<PeerProgram> found,
                              BenchOptions &options) {
  if (list == "all")
    options.peers = std::move(found);
  else if (list != "none")
    for (llvm::StringRef word : words(list)) {
      auto peer = llvm::find_if(found, [&](const PeerProgram &each) { return each.name == word; });
      if (peer == found.end())
        return llvm::createStringError("found --peers=" + word + ", expected all, none or one of: " +
                                       llvm::join(llvm::map_range(found, [](auto &p) { return p.name; }), ", "));
      options.peers.push_back(*peer);
    }
  return llvm::Error::success();
}

static std::string peerFolder(const char *program) {
  llvm::SmallString<128> folder(llvm::sys::fs::getMainExecutable(program, (void *)peerFolder));
  llvm::sys::path::remove_filename(folder);
  llvm::sys::path::append(folder, "..", "lib", "scratch-peers");
  return folder.str().str();
}

llvm::Error scratch::parseCommandLine(int argc, char **argv, BenchOptions &options) {
  forgetLibraryOptions();
  static Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  std::string overview =
      "Runs Scratch's kernels and other libraries on the same matrices, in turns, checks every "
      "result and shows times, ratios and the distance to the machine's bound.\n"
      "MATRIX is a Matrix Market file or is made on the spot: " + generatorSyntax().str() + "\n";
  if (llvm::Error error = parseFlags(argc, argv, overview))
    return error;
  std::vector<PeerProgram> found = findPeers(peerFolder(argv[0]));
  options.listPeers = flags.listPeers;
  if (options.listPeers) {
    options.peers = std::move(found);
    return llvm::Error::success();
  }
  options.calibrate = flags.calibrate;
  if (!options.calibrate.empty()) {
    if (!flags.matrices.empty())
      return llvm::createStringError("found --calibrate and MATRIX, expected one of them");
    return llvm::Error::success();
  }
  if (flags.matrices.empty())
    return llvm::createStringError("found no matrix, expected MATRIX ... (scratch-bench --help)");
  options.matrices.assign(flags.matrices.begin(), flags.matrices.end());
  if (llvm::Error error = readNumber(flags.rounds, 1, 1000, options.rounds))
    return error;
  if (llvm::Error error = readNumber(flags.turn, 0, 60000, options.turnMs))
    return error;
  options.json = flags.json;
  options.chart = flags.chart;
  if (llvm::Error error = parseNumbers<int>("threads", flags.threads, 4096, options.threads))
    return error;
  if (llvm::Error error = parseTasks(flags, options))
    return error;
  if (llvm::Error error = parseStrategies(flags.strategies, options))
    return error;
  return parsePeers(flags.peers, std::move(found), options);
}
