//===- CommandLine.cpp - scratch-run's flags ------------------------------===//
#include "tools/scratch-run/CommandLine.h"

#include "llvm/Support/CommandLine.h"

using namespace scratch;
namespace cl = llvm::cl;

template <typename Value> using Flag = cl::opt<Value, false, cl::parser<Value>>;

namespace {
/// Made after the libraries' own options are gone: some share our names.
struct Flags {
  cl::OptionCategory category{"scratch-run options"};
  Flag<std::string> kernel{cl::Positional, cl::Required, cl::cat(category),
                           cl::desc("KERNEL")};
  cl::list<std::string> files{cl::Positional, cl::cat(category),
                              cl::desc("A.mtx ...")};
  Flag<std::string> target{"target", cl::cat(category), cl::init("x86"),
                           cl::desc("x86 or piuma (simulated)")};
  Flag<std::string> mcpu{
      "mcpu", cl::cat(category),
      cl::desc("Processor, as LLVM names it (default: native)")};
  Flag<std::string> dataflow{"dataflow", cl::cat(category), cl::init("auto"),
                             cl::desc("auto, inner, outer, row_wise")};
  Flag<std::string> accumulator{"accumulator", cl::cat(category),
                                cl::init("auto"),
                                cl::desc("auto, dense, tiered, hash")};
  Flag<std::string> phases{"phases", cl::cat(category), cl::init("auto"),
                           cl::desc("auto, one, two")};
  Flag<std::string> semiring{"semiring", cl::cat(category),
                             cl::desc("plus_times (default), min_plus, ...")};
  Flag<std::string> mask{
      "mask", cl::cat(category), cl::value_desc("FILE"),
      cl::desc("Compute only the entries of this matrix (spgemm)")};
  Flag<bool> maskByValue{"mask-by-value", cl::cat(category),
                         cl::desc("Explicit zeros of the mask are not in it")};
  Flag<bool> complement{"complement", cl::cat(category),
                        cl::desc("Compute only what is not in the mask")};
  Flag<std::string> element{"type", cl::cat(category),
                            cl::desc("f64 (default), f32, i32, i8")};
  Flag<std::string> indexBits{
      "index", cl::cat(category),
      cl::desc("32 (default) or 64 bits of positions and coordinates")};
  Flag<bool> unsorted{"unsorted", cl::cat(category),
                      cl::desc("Rows may hold their entries in any order")};
  Flag<std::string> entry{
      "entry", cl::cat(category), cl::value_desc("NAME"),
      cl::desc("Function of a .mlir file that has several")};
  Flag<int64_t> columns{
      "columns", cl::cat(category), cl::init(32),
      cl::desc("Width of generated dense operands (default 32)")};
  Flag<int> threads{"threads", cl::cat(category), cl::init(0),
                    cl::desc("Worker threads (default: all cores)")};
  Flag<int> repeat{"repeat", cl::cat(category), cl::init(3),
                   cl::desc("Timed runs (default 3)")};
  Flag<bool> check{"check", cl::cat(category),
                   cl::desc("Compare every entry with the reference")};
  Flag<std::string> simulation{
      "simulation", cl::cat(category), cl::init("functional"),
      cl::desc("piuma: functional, timing or check")};
  Flag<std::string> machine{"machine", cl::cat(category), cl::value_desc("FILE"),
                            cl::desc("piuma: parameters of the machine")};
  Flag<unsigned> cores{"cores", cl::cat(category), cl::init(0),
                       cl::desc("piuma: cores (default 1)")};
  Flag<unsigned> seed{"seed", cl::cat(category), cl::init(1),
                      cl::desc("piuma: of interleavings, with --simulation=check")};
  Flag<std::string> output{"o", cl::cat(category), cl::value_desc("C.mtx"),
                           cl::desc("Write the result as Matrix Market")};
  Flag<std::string> json{"json", cl::cat(category), cl::value_desc("FILE"),
                         cl::desc("Write what was measured as JSON")};
  Flag<std::string> remarks{
      "remarks", cl::cat(category), cl::ValueOptional, cl::value_desc("FILE"),
      cl::desc("Say what select decided and why; with FILE: as YAML")};
};
} // namespace

/// Options of LLVM's libraries are for people who work on LLVM.
static void forgetLibraryOptions() {
  llvm::SmallVector<cl::Option *> others;
  for (auto &option : cl::getRegisteredOptions())
    if (!option.first.starts_with("help") && option.first != "version")
      others.push_back(option.second);
  for (cl::Option *option : others)
    option->removeArgument();
}

/// The command line's own complaint as one line.
static llvm::Error usageError(llvm::StringRef text) {
  llvm::StringRef first = text.trim().split('\n').first;
  first.consume_front("scratch-run: ");
  return llvm::createStringError(first.rtrim() + "; see scratch-run --help");
}

static llvm::Error checkNumbers(const Flags &flags) {
  if (flags.threads < 0 || flags.threads > 4096)
    return llvm::createStringError(
        "found --threads=" + llvm::Twine(flags.threads) +
        ", expected 0 (all cores) to 4096");
  if (flags.repeat < 1)
    return llvm::createStringError(
        "found --repeat=" + llvm::Twine(flags.repeat) +
        ", expected at least 1");
  if (flags.columns < 0)
    return llvm::createStringError(
        "found --columns=" + llvm::Twine(flags.columns) +
        ", expected at least 0");
  if (!flags.indexBits.empty() && flags.indexBits != "32" &&
      flags.indexBits != "64")
    return llvm::createStringError("found --index=" + flags.indexBits +
                                   ", expected 32 or 64");
  return llvm::Error::success();
}

llvm::Error scratch::parseCommandLine(int argc, char **argv,
                                      RunOptions &options) {
  forgetLibraryOptions();
  static Flags flags;
  std::string complaint;
  llvm::raw_string_ostream errors(complaint);
  cl::HideUnrelatedOptions(flags.category);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "Compiles a kernel, runs it on Matrix Market files, checks and times "
          "it.\n"
          "KERNEL is a .mlir file or one of spgemm, spmm, spmv, sddmm.\n",
          &errors))
    return usageError(complaint);
  if (llvm::Error error = checkNumbers(flags))
    return error;
  options.kernel = flags.kernel;
  options.files.assign(flags.files.begin(), flags.files.end());
  options.compile.select.target = flags.target.getValue();
  options.compile.select.dataflow = flags.dataflow.getValue();
  options.compile.select.accumulator = flags.accumulator.getValue();
  options.compile.select.phases = flags.phases.getValue();
  options.compile.cpu = flags.mcpu;
  options.semiring = flags.semiring;
  options.element = flags.element;
  options.indexBits = flags.indexBits.empty() ? 0 : std::stoi(flags.indexBits);
  options.mask = flags.mask;
  options.maskByValue = flags.maskByValue;
  options.complement = flags.complement;
  options.unsorted = flags.unsorted;
  options.entry = flags.entry;
  options.columns = flags.columns;
  options.threads = flags.threads;
  options.repeat = flags.repeat;
  options.check = flags.check;
  options.simulation = {flags.simulation, flags.machine, flags.cores, flags.seed};
  options.output = flags.output;
  options.json = flags.json;
  options.remarks = flags.remarks.getNumOccurrences() && flags.remarks.empty();
  options.remarksFile = flags.remarks;
  return llvm::Error::success();
}
