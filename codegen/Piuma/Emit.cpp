//===- Emit.cpp - RISC-V artifacts of a lowered module --------------------===//
//
// Stage: emit (PIUMA). What matters for the back end: the data layout must be
// known before translation, the ABI is lp64d in every place that asks, no
// compressed instructions and no linker relaxation, so that addresses are those
// that the compiler wrote.
//
//===----------------------------------------------------------------------===//
#include "codegen/Piuma/Piuma.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace scratch;

static constexpr llvm::StringLiteral kCpu = "generic-rv64";
static constexpr llvm::StringLiteral kFeatures = "+m,+a,+f,+d";
static constexpr llvm::StringLiteral kAbi = "lp64d";

llvm::Expected<TargetAttr> piuma::resolveTarget(MLIRContext *context, StringRef cpu,
                                                StringRef features) {
  if (!cpu.empty() && cpu != kCpu)
    return llvm::createStringError("no processor '" + cpu + "' on PIUMA, expected " + kCpu);
  if (!features.empty() && features != kFeatures)
    return llvm::createStringError("found features '" + features + "' on PIUMA, expected " +
                                   kFeatures);
  return TargetAttr::get(context, "piuma", kCpu, kFeatures, /*vector_bits=*/0);
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>> makeTargetMachine() {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTarget();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVAsmPrinter();
  LLVMInitializeRISCVAsmParser(); // of inline assembly
  llvm::Triple triple("riscv64-unknown-elf");
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return llvm::createStringError("LLVM has no RISC-V target: " + error);
  llvm::TargetOptions options;
  options.MCOptions.ABIName = kAbi;
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
      triple, kCpu, (kFeatures + ",-relax").str(), options, llvm::Reloc::Static,
      llvm::CodeModel::Medium, llvm::CodeGenOptLevel::Aggressive));
}

static llvm::Expected<std::unique_ptr<llvm::Module>>
translate(ModuleOp module, llvm::LLVMContext &context, const llvm::TargetMachine &machine) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal() &&
        SymbolTable::getSymbolVisibility(function) == SymbolTable::Visibility::Private)
      function.setLinkage(LLVM::Linkage::Internal);
  // Translation writes the alignment of every access: without a layout, half a word for i64.
  std::string layout = machine.createDataLayout().getStringRepresentation();
  module->setAttr(LLVM::LLVMDialect::getDataLayoutAttrName(),
                  StringAttr::get(module.getContext(), layout));
  std::unique_ptr<llvm::Module> result = translateModuleToLLVMIR(module, context, "scratch");
  if (!result)
    return llvm::createStringError("the lowered module has no translation to LLVM IR");
  result->setTargetTriple(machine.getTargetTriple());
  result->addModuleFlag(llvm::Module::Error, "target-abi", llvm::MDString::get(context, kAbi));
  for (llvm::Function &function : *result) {
    function.addFnAttr("target-cpu", kCpu);
    function.addFnAttr("target-features", (kFeatures + ",-relax").str());
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  return result;
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callGraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

static llvm::Error write(llvm::Module &module, llvm::TargetMachine &machine, Artifact kind,
                         llvm::raw_pwrite_stream &out) {
  if (kind == Artifact::Bitcode) {
    llvm::WriteBitcodeToFile(module, out);
    return llvm::Error::success();
  }
  if (kind == Artifact::LlvmIr) {
    module.print(out, nullptr);
    return llvm::Error::success();
  }
  llvm::legacy::PassManager passes;
  auto type = kind == Artifact::Object ? llvm::CodeGenFileType::ObjectFile
                                       : llvm::CodeGenFileType::AssemblyFile;
  if (machine.addPassesToEmitFile(passes, out, /*DwoOut=*/nullptr, type))
    return llvm::createStringError("LLVM's RISC-V target cannot write this kind of file");
  passes.run(module);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> piuma::emit(ModuleOp module, Artifact kind) {
  auto machine = makeTargetMachine();
  if (!machine)
    return machine.takeError();
  llvm::LLVMContext context;
  auto ir = translate(module, context, **machine);
  if (!ir)
    return ir.takeError();
  optimize(**ir, **machine);
  SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream out(bytes);
  if (llvm::Error error = write(**ir, **machine, kind, out))
    return error;
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(bytes),
                                                         /*RequiresNullTerminator=*/false);
}
