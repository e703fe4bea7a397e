//===- Run.cpp - from a kernel and files to a checked, timed result -------===//
#include "codegen/Run/Run.h"

#include "codegen/Driver/Outputs.h"
#include "codegen/Run/Report.h"
#include "codegen/Run/RunMain.h"
#include "codegen/Run/ShippedKernels.h"
#include "codegen/Run/Simulate.h"
#include "runtime/io/MatrixMarket.h"

using namespace scratch;

namespace {
/// What is left after a run; the measurement frees its results before the
/// program, whose code it came from, goes.
struct Finished {
  Program program;
  Inputs inputs;
  Measurement measured;
};
} // namespace

static bool isFile(const RunOptions &options) {
  return llvm::StringRef(options.kernel).ends_with(".mlir") ||
         options.kernel == "-";
}

/// What only a simulated machine has.
static llvm::Error checkSimulation(const RunOptions &options) {
  const std::string &target = options.compile.select.target.getValue();
  const SimulationOptions &found = options.simulation, unset;
  std::pair<bool, llvm::StringLiteral> simulated[] = {
      {found.mode != unset.mode, "--simulation"},
      {found.machine != unset.machine, "--machine"},
      {found.cores != unset.cores, "--cores"},
      {found.maxInstructions != unset.maxInstructions, "--max-instructions"},
      {found.seed != unset.seed, "--seed"}};
  for (auto [given, name] : simulated)
    if (given && target == "x86")
      return llvm::createStringError("found " + name +
                                     " for target x86, expected it with --target=piuma");
  return llvm::Error::success();
}

/// Options that contradict each other or the kind of kernel.
static llvm::Error checkOptions(const RunOptions &options) {
  auto onlyShipped = [&](bool given, llvm::StringRef name) {
    return given && isFile(options)
               ? llvm::createStringError(
                     "found " + name + " for " + options.kernel +
                     ", expected it for shipped kernels: a .mlir file "
                     "says it itself")
               : llvm::Error::success();
  };
  std::pair<bool, llvm::StringLiteral> shipped[] = {
      {!options.semiring.empty(), "--semiring"},
      {!options.element.empty(), "--type"},
      {options.indexBits != 0, "--index"},
      {!options.mask.empty(), "--mask"},
      {options.unsorted, "--unsorted"}};
  for (auto [given, name] : shipped)
    if (llvm::Error error = onlyShipped(given, name))
      return error;
  if (options.mask.empty() && (options.complement || options.maskByValue))
    return llvm::createStringError(
        llvm::StringRef("found ") +
        (options.complement ? "--complement" : "--mask-by-value") +
        " without a mask, expected --mask=FILE");
  if (llvm::Error error = checkSimulation(options))
    return error;
  if (options.files.empty())
    return llvm::createStringError("found no matrix, expected " +
                                   options.kernel + " A.mtx ...");
  return llvm::Error::success();
}

static llvm::Expected<Finished> attempt(const RunOptions &options,
                                        unsigned indexBits) {
  llvm::Expected<Program> program = compileProgram(options, indexBits);
  if (!program)
    return program.takeError();
  if (options.check && !program->known)
    return llvm::createStringError("--check has no reference for '" +
                                   program->name +
                                   "': " + program->unknownBecause);
  llvm::Expected<Inputs> inputs = loadInputs(*program, options);
  if (!inputs)
    return inputs.takeError();
  scratch_release_kept(); // what reading the files wrote is not the kernel's
  llvm::Expected<Measurement> measured =
      program->image ? simulate(*program, inputs->tensors, options.simulation)
                     : measure(*program, inputs->tensors, options.threads,
                               options.repeat);
  if (!measured)
    return measured.takeError();
  return Finished{std::move(*program), std::move(*inputs),
                  std::move(*measured)};
}

/// With 32-bit indices first; where those are too narrow for what the user
/// gave, once more with 64 bits. A .mlir file's indices are its own.
static llvm::Expected<Finished> attemptWidths(const RunOptions &options,
                                              llvm::raw_ostream &err) {
  llvm::Expected<Finished> first =
      attempt(options, options.indexBits ? options.indexBits : 32);
  if (first || options.indexBits == 64 || isFile(options))
    return first;
  llvm::Error error = first.takeError();
  if (!error.isA<IndexOverflow>())
    return error;
  err << "note: " << llvm::toString(std::move(error))
      << "; compiling for 64-bit indices\n";
  return attempt(options, 64);
}

static std::string text(llvm::function_ref<void(llvm::raw_ostream &)> print) {
  std::string result;
  llvm::raw_string_ostream stream(result);
  print(stream);
  return result;
}

/// All files or none.
static llvm::Error writeFiles(const RunOptions &options, const RunFacts &facts) {
  Outputs outputs;
  if (!options.json.empty())
    if (llvm::Error error = outputs.add(
            options.json, text([&](llvm::raw_ostream &out) { writeJson(out, facts); })))
      return error;
  if (!options.remarksFile.empty())
    if (llvm::Error error = outputs.add(options.remarksFile, facts.program.remarks.yaml))
      return error;
  if (options.output.empty())
    return outputs.commit();
  if (facts.measured.results.size() != 1)
    return llvm::createStringError("found " + llvm::Twine(facts.measured.results.size()) +
                                   " results, expected one for -o " + options.output);
  auto write = [&](const std::string &file) {
    return scratch_mtx_write(file.c_str(), &facts.measured.results.front())
               ? llvm::createStringError(scratch_last_error())
               : llvm::Error::success();
  };
  if (llvm::Error error = outputs.make(options.output, write))
    return error;
  return outputs.commit();
}

llvm::Error scratch::runKernel(const RunOptions &options,
                               llvm::raw_ostream &out, llvm::raw_ostream &err) {
  if (isFile(options) && options.files.empty())
    return runMain(options, err);
  if (llvm::Error error = checkOptions(options))
    return error;
  llvm::Expected<Finished> finished = attemptWidths(options, err);
  if (!finished)
    return finished.takeError();
  if (options.remarks)
    finished->program.remarks.print(err);
  RunFacts facts{
      options, finished->program, finished->inputs, finished->measured, {}};
  if (options.check) {
    llvm::Expected<CheckResult> check =
        checkResult(finished->program, finished->inputs.tensors,
                    finished->measured.results.front());
    if (!check)
      return check.takeError();
    facts.check = *check;
  }
  if (llvm::Error error = writeFiles(options, facts))
    return error;
  bool taken = options.json == "-" || options.remarksFile == "-" || options.output == "-";
  printReport(taken ? err : out, facts);
  return llvm::Error::success();
}
