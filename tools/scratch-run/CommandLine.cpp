//===- CommandLine.cpp - scratch-run's flags ------------------------------===//
#include "tools/scratch-run/CommandLine.h"

#include "codegen/Driver/StrategyFlags.h"
#include "codegen/Driver/ToolFlags.h"
#include "dialects/Scratch/Kinds.h"

#include <limits>

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
  StrategyFlags strategy{category};
  const std::string semirings = ("Default plus_times; " + semiringNames()).str();
  Flag<std::string> semiring{"semiring", cl::cat(category),
                             cl::desc(semirings)};
  Flag<std::string> mask{
      "mask", cl::cat(category), cl::value_desc("FILE"),
      cl::desc("Compute only the entries of this matrix (spgemm)")};
  Flag<bool> maskByValue{"mask-by-value", cl::cat(category),
                         cl::desc("Explicit zeros of the mask are not in it")};
  Flag<bool> complement{"complement", cl::cat(category),
                        cl::desc("Compute only what is not in the mask")};
  Flag<std::string> element{"type", cl::cat(category),
                            cl::desc("f64 (default), f32, i32, i8 (default for or_and)")};
  Flag<std::string> indexBits{
      "index", cl::cat(category),
      cl::desc("32 (default) or 64 bits of positions and coordinates")};
  Flag<bool> unsorted{"unsorted", cl::cat(category),
                      cl::desc("Rows may hold their entries in any order")};
  Flag<std::string> entry{
      "entry", cl::cat(category), cl::value_desc("NAME"),
      cl::desc("Function of a .mlir file that has several")};
  cl::list<std::string> libraries{
      "shared-libs", cl::cat(category), cl::value_desc("LIST"), cl::CommaSeparated,
      cl::desc("Of a program (a .mlir file with @main): shared libraries that it calls")};
  Flag<std::string> columns{
      "columns", cl::cat(category),
      cl::desc("Width of generated dense operands (default 32)")};
  Flag<std::string> threads{"threads", cl::cat(category), cl::init("0"),
                    cl::desc("Worker threads (default 0: all cores)")};
  Flag<std::string> repeat{"repeat", cl::cat(category), cl::init("3"),
                   cl::desc("Timed runs (default 3)")};
  Flag<bool> check{"check", cl::cat(category),
                   cl::desc("Compare every entry with the reference")};
  Flag<std::string> simulation{
      "simulation", cl::cat(category), cl::init("functional"),
      cl::desc("piuma: functional, timing or check")};
  Flag<std::string> machine{"machine", cl::cat(category), cl::value_desc("FILE"),
                            cl::desc("piuma: parameters of the machine")};
  Flag<std::string> cores{"cores", cl::cat(category), cl::init("0"),
                       cl::desc("piuma: cores (default 1)")};
  Flag<std::string> maxInstructions{"max-instructions", cl::cat(category), cl::init("0"),
                                    cl::desc("piuma: stop a longer run (default: 100 billion)")};
  Flag<std::string> seed{"seed", cl::cat(category), cl::init("1"),
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

static llvm::Error readNumbers(const Flags &flags, RunOptions &options) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  llvm::Error error = readNumber(flags.threads, 0, 4096, options.threads);
  if (!error)
    error = readNumber(flags.repeat, 1, most, options.repeat);
  if (!error && !flags.columns.empty())
    error = readNumber(flags.columns, 0, most, options.columns.emplace());
  if (!error)
    error = readNumber(flags.cores, 0, 4096, options.simulation.cores);
  if (!error)
    error = readNumber(flags.maxInstructions, 0, std::numeric_limits<int64_t>::max(),
                       options.simulation.maxInstructions);
  if (!error)
    error = readNumber(flags.seed, 0, std::numeric_limits<int64_t>::max(), options.simulation.seed);
  if (error || flags.indexBits.empty())
    return error;
  if (flags.indexBits != "32" && flags.indexBits != "64")
    return llvm::createStringError("found --index=" + flags.indexBits + ", expected 32 or 64");
  options.indexBits = flags.indexBits == "32" ? 32 : 64;
  return llvm::Error::success();
}

llvm::Error scratch::parseCommandLine(int argc, char **argv,
                                      RunOptions &options) {
  forgetLibraryOptions();
  static Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  if (llvm::Error error = parseFlags(
          argc, argv,
          "Compiles a kernel, runs it on Matrix Market files, checks and times "
          "it.\n"
          "KERNEL is a .mlir file or one of spgemm, spmm, spmv, sddmm. A file with a\n"
          "@main of its own is a program: it is run as it is, without matrices.\n"))
    return error;
  options.kernel = flags.kernel;
  options.files.assign(flags.files.begin(), flags.files.end());
  flags.strategy.apply(options.compile);
  options.semiring = flags.semiring;
  options.element = flags.element;
  options.mask = flags.mask;
  options.maskByValue = flags.maskByValue;
  options.complement = flags.complement;
  options.unsorted = flags.unsorted;
  options.entry = flags.entry;
  options.libraries.assign(flags.libraries.begin(), flags.libraries.end());
  options.check = flags.check;
  options.simulation.mode = flags.simulation;
  options.simulation.machine = flags.machine;
  options.output = flags.output;
  options.json = flags.json;
  options.remarks = flags.remarks.getNumOccurrences() && flags.remarks.empty();
  options.remarksFile = flags.remarks;
  return readNumbers(flags, options);
}
