//===- Program.cpp - a compiled entry point, ready to be called -----------===//
#include "codegen/Run/Program.h"

#include "codegen/Driver/Host.h"
#include "codegen/Run/ShippedKernels.h"
#include "codegen/X86/X86.h"
#include "passes/Expand/Destination.h"

#include "llvm/ADT/StringExtras.h"

#include <chrono>

using namespace mlir;
using namespace scratch;

static llvm::Error parse(Compilation &compilation, const RunOptions &options,
                         unsigned indexBits) {
  if (!options.text.empty())
    return compilation.parseText(options.text, options.kernel);
  if (StringRef(options.kernel).ends_with(".mlir") || options.kernel == "-")
    return compilation.parseFile(options.kernel);
  llvm::Expected<std::string> text = shippedKernel(options, indexBits);
  if (!text)
    return text.takeError();
  return compilation.parseText(*text, options.kernel);
}

static llvm::Expected<func::FuncOp> findEntry(ModuleOp module, StringRef name) {
  SmallVector<func::FuncOp> entries = entryPoints(module);
  if (entries.empty())
    return llvm::createStringError(whyNoEntryPoint(module));
  std::string names = llvm::join(
      llvm::map_range(entries,
                      [](func::FuncOp entry) { return entry.getName(); }),
      ", ");
  if (name.empty() && entries.size() > 1)
    return llvm::createStringError(
        "found " + Twine(entries.size()) +
        " functions to run, expected --entry=NAME with one of " + names);
  for (func::FuncOp entry : entries)
    if (name.empty() || entry.getName() == name)
      return entry;
  return llvm::createStringError("found no function '" + name +
                                 "', expected one of " + names);
}

static llvm::Error takeSlots(TypeRange types, StringRef what,
                             SmallVectorImpl<TensorSlot> &slots) {
  for (auto [number, type] : llvm::enumerate(types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return llvm::createStringError(
          "found a number as " + what + " " + Twine(number + 1) +
          ", expected tensors only: call the compiled kernel from C");
    slots.push_back(
        {describeTensor(tensor), SmallVector<int64_t>(tensor.getShape())});
  }
  return llvm::Error::success();
}

static Decision describe(KernelOpInterface kernel,
                         const StrategyRemarks &remarks, size_t number) {
  StrategyAttr strategy = kernel.getStrategyAttr();
  Decision decision{stringifyDataflow(strategy.getDataflow()).str(),
                    stringifyPhases(strategy.getPhases()).str(),
                    stringifySchedule(strategy.getSchedule()).str(),
                    {},
                    "",
                    ""};
  for (VariantAttr variant : strategy.getVariants())
    decision.accumulators.push_back(stringify(variant.getAccumulator()).str());
  if (number < remarks.list.size()) {
    decision.choice = remarks.list[number].choice;
    decision.why = remarks.list[number].why;
  }
  return decision;
}

/// What the entry point's kernels became. Remarks are in program order, so
/// kernel n of the module has remark n.
static void takeDecisions(const Compilation &compilation, func::FuncOp entry,
                          Program &program) {
  size_t number = 0;
  compilation.module().walk<WalkOrder::PreOrder>([&](KernelOpInterface kernel) {
    if (kernel->getParentOfType<func::FuncOp>() == entry)
      program.decisions.push_back(
          describe(kernel, compilation.remarks(), number));
    ++number;
  });
}

/// Code that is loaded into this process must suit this machine.
static llvm::Error checkRunsHere(ModuleOp module) {
  return x86::checkRunsWith(
      module->getAttrOfType<TargetAttr>(ScratchDialect::kTarget),
      hostProcessor().features);
}

static std::string targetText(ModuleOp module) {
  auto target = module->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  return (target.getKind() + " (" + target.getCpu() + ", " +
          Twine(target.getVectorBits()) + "-bit vectors)")
      .str();
}

llvm::Expected<Program> scratch::compileProgram(const RunOptions &options,
                                                unsigned indexBits) {
  auto start = std::chrono::steady_clock::now();
  std::unique_ptr<MLIRContext> context = makeContext();
  Compilation compilation(*context, options.compile);
  if (llvm::Error error = parse(compilation, options, indexBits))
    return error;
  if (llvm::Error error = compilation.runThrough(Stage::Import))
    return error;
  llvm::Expected<func::FuncOp> entry =
      findEntry(compilation.module(), options.entry);
  if (!entry)
    return entry.takeError();
  Program program;
  program.name = entry->getName().str();
  if (llvm::Error error =
          takeSlots(entry->getArgumentTypes(), "argument", program.inputs))
    return error;
  if (llvm::Error error =
          takeSlots(entry->getResultTypes(), "result", program.results))
    return error;
  for (auto [number, slot] : llvm::enumerate(program.inputs))
    slot.writable = isWritable(*entry, number);
  program.known = recognize(*entry, program.unknownBecause);
  if (llvm::Error error = compilation.runThrough(Stage::Select))
    return error;
  takeDecisions(compilation, *entry, program);
  program.target = targetText(compilation.module());
  program.remarks = compilation.remarks();
  auto object = compilation.emit(Artifact::Object);
  if (!object)
    return object.takeError();
  auto stopwatch = [&] {
    program.compileMs = std::chrono::duration<double, std::milli>(
                            std::chrono::steady_clock::now() - start)
                            .count();
  };
  if (auto *link = compilation.target().link) {
    auto image = link((*object)->getBuffer(), program.name);
    if (!image)
      return image.takeError();
    program.image = std::move(*image);
    stopwatch();
    return program;
  }
  if (llvm::Error error = checkRunsHere(compilation.module()))
    return error;
  llvm::Expected<LoadedModule> module = LoadedModule::load(std::move(*object));
  if (!module)
    return module.takeError();
  llvm::Expected<scratch_entry> address = module->entry(program.name);
  if (!address)
    return address.takeError();
  program.module.emplace(std::move(*module));
  program.entry = *address;
  stopwatch();
  return program;
}
