//===- RunMain.cpp - programs that bring their own main -------------------===//
#include "codegen/Run/RunMain.h"

#include "codegen/Driver/Host.h"
#include "codegen/Jit/LoadedModule.h"
#include "codegen/X86/X86.h"
#include "passes/Expand/EntrySignature.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cstdio>
#include <omp.h>

using namespace mlir;
using namespace scratch;

/// What only kernels have.
static llvm::Error checkOptions(const RunOptions &options) {
  std::pair<bool, StringLiteral> ofKernels[] = {{options.check, "--check"},
                                                {!options.output.empty(), "-o"},
                                                {!options.json.empty(), "--json"},
                                                {!options.entry.empty(), "--entry"}};
  for (auto [given, name] : ofKernels)
    if (given)
      return llvm::createStringError("found " + name + " for a program (@main in " +
                                     options.kernel + "), expected it for kernels");
  if (options.compile.select.target != "x86")
    return llvm::createStringError("found a program (@main in " + options.kernel + ") for target " +
                                   options.compile.select.target +
                                   ", expected x86: programs run in this process");
  return llvm::Error::success();
}

/// Upstream's support libraries, which `vector.print` and files of tensors need,
/// where they are installed; then the user's.
static std::vector<std::string> librariesOf(const RunOptions &options) {
  std::vector<std::string> libraries;
  for (StringRef name : {"libmlir_c_runner_utils.so", "libmlir_runner_utils.so"}) {
    SmallString<128> path(SCRATCH_MLIR_LIBRARY_DIR);
    llvm::sys::path::append(path, name);
    if (llvm::sys::fs::exists(path))
      libraries.push_back(path.str().str());
  }
  libraries.insert(libraries.end(), options.libraries.begin(), options.libraries.end());
  return libraries;
}

llvm::Error scratch::runMain(const RunOptions &options, llvm::raw_ostream &err) {
  std::unique_ptr<MLIRContext> context = makeContext();
  Compilation compilation(*context, options.compile);
  if (llvm::Error error = compilation.parseFile(options.kernel))
    return error;
  if (!isProgram(compilation.module()))
    return llvm::createStringError("found no matrix, expected " + options.kernel + " A.mtx ...");
  if (llvm::Error error = checkOptions(options))
    return error;
  auto object = compilation.emit(Artifact::Object);
  if (!object)
    return object.takeError();
  if (llvm::Error error = x86::checkRunsWith(
          compilation.module()->getAttrOfType<TargetAttr>(ScratchDialect::kTarget),
          hostProcessor().features))
    return error;
  if (options.remarks)
    compilation.remarks().print(err);
  auto module = LoadedModule::load(std::move(*object), librariesOf(options));
  if (!module)
    return module.takeError();
  auto main = module->main();
  if (!main)
    return main.takeError();
  if (options.threads)
    omp_set_num_threads(options.threads);
  (*main)();
  std::fflush(stdout);
  return llvm::Error::success();
}
