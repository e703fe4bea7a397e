//===- AheadOfTime.cpp - from a kernel's file to files of a program -------===//
//
// Parse, run the stages, emit; then header, remarks and artifact are written
// together or not at all.
//
//===----------------------------------------------------------------------===//
#include "codegen/Aot/AheadOfTime.h"

#include "codegen/Aot/Externals.h"
#include "codegen/Aot/Header.h"
#include "codegen/Aot/Link.h"
#include "codegen/Aot/OutputKind.h"
#include "codegen/Driver/Outputs.h"
#include "passes/Expand/EntrySignature.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/Support/Path.h"

using namespace mlir;
using namespace scratch;

/// What to make: MLIR text when the stages stop early, else by extension.
static llvm::Expected<OutputKind> kindOf(const AheadOfTimeOptions &options, Stage last) {
  if (options.input.empty())
    return llvm::createStringError("input: found none, expected KERNEL.mlir (or -)");
  if (options.output.empty())
    return llvm::createStringError("output: found none, expected -o FILE");
  if (last != Stage::Emit && options.output == "-")
    return OutputKind::Mlir;
  llvm::Expected<OutputKind> kind = outputKindOf(options.output);
  if (!kind)
    return kind;
  if (last != Stage::Emit && *kind != OutputKind::Mlir)
    return llvm::createStringError("output: found '" + options.output + "' with --stop-after=" +
                                   stageName(last) + ", expected a name that ends with .mlir");
  if (last == Stage::Emit && *kind == OutputKind::Mlir)
    return llvm::createStringError("output: found '" + options.output +
                                   "', expected --stop-after=STAGE with it");
  if (*kind == OutputKind::Elf && options.compile.select.target.getValue() != "piuma")
    return llvm::createStringError("output: found '" + options.output +
                                   "', expected --target=piuma with it");
  return kind;
}

static llvm::Expected<std::string> emit(Compilation &compilation, Artifact artifact) {
  auto bytes = compilation.target().emit(compilation.module(), artifact);
  if (!bytes)
    return bytes.takeError();
  return (*bytes)->getBuffer().str();
}

/// Machine code that a program can link.
static llvm::Expected<std::string> emitObject(Compilation &compilation) {
  llvm::Expected<std::string> object = emit(compilation, Artifact::Object);
  if (object)
    if (llvm::Error error = checkExternals(*object))
      return error;
  return object;
}

/// An object without a function is what a wrong or forgotten input gives.
static llvm::Error checkContent(ModuleOp module, StringRef input) {
  for (auto function : module.getOps<FunctionOpInterface>())
    if (!function.isExternal() && !function.isPrivate())
      return llvm::Error::success();
  return llvm::createStringError(input + ": found no public function with a body, expected "
                                         "something to compile");
}

/// The kernel that an image starts. The stages keep its mark.
static llvm::Expected<std::string> onlyEntry(ModuleOp module) {
  SmallVector<std::string> names;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttr(ScratchDialect::kEntry))
      names.push_back(function.getName().str());
  if (names.size() == 1)
    return names.front();
  return llvm::createStringError("found " + Twine(names.size()) +
                                 " entry points, expected one in an image");
}

static llvm::Expected<std::string> contentsOf(Compilation &compilation, OutputKind kind,
                                              StringRef stem) {
  switch (kind) {
  case OutputKind::Assembly:
    return emit(compilation, Artifact::Assembly);
  case OutputKind::LlvmIr:
    return emit(compilation, Artifact::LlvmIr);
  case OutputKind::Archive: {
    llvm::Expected<std::string> object = emitObject(compilation);
    return object ? archiveOf(*object, (stem + ".o").str()) : std::move(object);
  }
  case OutputKind::Elf: {
    llvm::Expected<std::string> object = emit(compilation, Artifact::Object);
    if (!object)
      return object;
    auto entry = onlyEntry(compilation.module());
    if (!entry)
      return entry.takeError();
    auto image = compilation.target().link(*object, *entry);
    if (!image)
      return image.takeError();
    return (*image)->getBuffer().str();
  }
  case OutputKind::Mlir: {
    std::string text;
    llvm::raw_string_ostream(text) << compilation.module() << "\n";
    return text;
  }
  default:
    return emitObject(compilation);
  }
}

static std::string textOf(const StrategyRemarks &remarks, StringRef path) {
  if (path.ends_with(".yaml") || path.ends_with(".yml"))
    return remarks.yaml;
  std::string text;
  llvm::raw_string_ostream out(text);
  remarks.print(out);
  return text;
}

llvm::Expected<std::vector<std::string>>
scratch::compileAheadOfTime(const AheadOfTimeOptions &options) {
  llvm::Expected<Stage> last =
      options.stopAfter.empty() ? Stage::Emit : parseStage(options.stopAfter);
  if (!last)
    return last.takeError();
  llvm::Expected<OutputKind> kind = kindOf(options, *last);
  if (!kind)
    return kind.takeError();

  std::unique_ptr<MLIRContext> context = makeContext();
  Compilation compilation(*context, options.compile);
  if (llvm::Error error = compilation.parseFile(options.input))
    return error;

  // Before any stage: functions still show their tensors.
  if (*kind != OutputKind::Mlir) {
    if (llvm::Error error = checkContent(compilation.module(), options.input))
      return error;
    warnOfOtherFunctions(compilation.module());
  }

  Outputs outputs;
  if (!options.header.empty()) {
    auto header = writeHeader(compilation.module(), options.header, &compilation.source());
    if (!header)
      return header.takeError();
    if (llvm::Error error = outputs.add(options.header, std::move(*header)))
      return error;
  }
  if (llvm::Error error = compilation.runThrough(*last))
    return error;
  if (!options.remarks.empty())
    if (llvm::Error error =
            outputs.add(options.remarks, textOf(compilation.remarks(), options.remarks)))
      return error;

  auto contents = contentsOf(compilation, *kind, llvm::sys::path::stem(options.output));
  if (!contents)
    return contents.takeError();
  if (*kind != OutputKind::SharedLibrary) {
    if (llvm::Error error = outputs.add(options.output, std::move(*contents)))
      return error;
    if (llvm::Error error = outputs.commit())
      return error;
    return compilation.warnings();
  }
  llvm::Expected<std::string> library = outputs.begin(options.output);
  if (!library)
    return library.takeError();
  if (llvm::Error error = linkShared(*contents, *library,
                                     llvm::sys::path::filename(options.output), options.program))
    return error;
  if (llvm::Error error = outputs.commit())
    return error;
  return compilation.warnings();
}
