//===- Compilation.cpp - one module on its way through the stages ---------===//
#include "codegen/Driver/Compilation.h"

#include "dialects/Piuma/Piuma.h"
#include "passes/Pipelines/Targets.h"
#include "passes/Strategy/PriceFile.h"

#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace scratch;

std::unique_ptr<MLIRContext> scratch::makeContext() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registry.insert<ScratchDialect, piuma::PiumaDialect>();
  auto context =
      std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  // The target is an attribute of ours, also on modules that use nothing else
  // of it.
  context->loadDialect<ScratchDialect>();
  return context;
}

Compilation::Compilation(MLIRContext &context, const CompileOptions &options)
    : context(context), options(options), diagnostics(&context) {}

llvm::Error Compilation::parseFile(StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/true);
  if (!buffer)
    return llvm::createStringError(path + ": found no readable file (" +
                                   buffer.getError().message() +
                                   "), expected MLIR");
  return parse(std::move(*buffer));
}

llvm::Error Compilation::parseText(StringRef text, StringRef name) {
  return parse(llvm::MemoryBuffer::getMemBufferCopy(text, name));
}

llvm::Error Compilation::parse(std::unique_ptr<llvm::MemoryBuffer> buffer) {
  std::string name = buffer->getBufferIdentifier().str();
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  root = parseSourceFile<ModuleOp>(sources, &context);
  if (!root)
    return diagnostics.takeError(name + ": found no module, expected MLIR");
  return llvm::Error::success();
}

llvm::Error Compilation::readPrices() {
  if (options.prices.empty())
    return llvm::Error::success();
  auto file = llvm::MemoryBuffer::getFile(options.prices, /*IsText=*/true);
  if (!file)
    return llvm::createStringError(options.prices + ": found no readable file (" +
                                   file.getError().message() + "), expected prices");
  auto prices = parsePrices(&context, (*file)->getBuffer());
  if (!prices)
    return llvm::createStringError(options.prices + ": " + llvm::toString(prices.takeError()));
  (*root)->setAttr(kPricesAttr, *prices);
  return llvm::Error::success();
}

/// Before the first stage: the target is known and written on the module.
llvm::Error Compilation::begin() {
  llvm::Expected<const TargetColumn *> found =
      findTarget(options.select.target.getValue());
  if (!found)
    return found.takeError();
  column = *found;
  if (llvm::Error error = collectRemarks(&context, said))
    return error;
  if (llvm::Error error = readPrices())
    return error;
  auto named = (*root)->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  if (named && named.getKind() != column->name)
    return llvm::createStringError("the module is written for target '" +
                                   named.getKind() +
                                   "', found --target=" + column->name);
  if (named && options.cpu.empty()) // kept, if it names what LLVM knows
    return column->resolve(&context, named.getCpu(), named.getFeatures())
        .takeError();
  llvm::Expected<TargetAttr> target =
      resolveTarget(&context, *column, options.cpu);
  if (!target)
    return target.takeError();
  (*root)->setAttr(ScratchDialect::kTarget, *target);
  return llvm::Error::success();
}

llvm::Error Compilation::run(Stage stage) {
  PassManager pm(&context);
  // Once per stage is enough to find who broke what.
  pm.enableVerifier(false);
  const TargetPipelines *pipelines = findTargetPipelines(column->name);
  switch (stage) {
  case Stage::Import:
    buildImportPipeline(pm);
    break;
  case Stage::Select:
    buildSelectPipeline(pm, options.select);
    break;
  case Stage::Expand:
    buildExpandPipeline(pm);
    break;
  case Stage::Map:
    pipelines->buildMap(pm);
    break;
  case Stage::Lower:
    pipelines->buildLower(pm);
    break;
  case Stage::Emit:
    return llvm::Error::success();
  }
  if (failed(pm.run(*root)) || failed(verify(*root)))
    return diagnostics.takeError("stage '" + stageName(stage) + "' failed");
  return llvm::Error::success();
}

llvm::Error Compilation::runThrough(Stage last) {
  if (!column)
    if (llvm::Error error = begin())
      return error;
  for (Stage stage : {Stage::Import, Stage::Select, Stage::Expand, Stage::Map,
                      Stage::Lower}) {
    if (stage > last)
      break;
    if (done && stage <= *done)
      continue;
    if (llvm::Error error = run(stage))
      return error;
    done = stage;
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
Compilation::emit(Artifact kind) {
  if (llvm::Error error = runThrough(Stage::Lower))
    return error;
  auto artifact = column->emit(*root, kind);
  if (artifact)
    return artifact;
  // What MLIR reported says more than the stage's name.
  return diagnostics.takeError(llvm::toString(artifact.takeError()));
}
