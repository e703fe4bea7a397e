//===- Translate.cpp - from the llvm and omp dialects to LLVM IR ----------===//
//
// Stage: emit (x86), first step.
//
//===----------------------------------------------------------------------===//
#include "codegen/X86/Translate.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"

using namespace mlir;
using namespace scratch;

llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
scratch::x86::makeTargetMachine(TargetAttr target) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return llvm::createStringError("LLVM has no x86 target: " + error);
  // Small code model: kernels are linked into programs and shared libraries.
  return std::unique_ptr<llvm::TargetMachine>(found->createTargetMachine(
      triple, target.getCpu(), target.getFeatures(), llvm::TargetOptions(),
      llvm::Reloc::PIC_, llvm::CodeModel::Small,
      llvm::CodeGenOptLevel::Aggressive));
}

static void addAttributes(llvm::Function &function, TargetAttr target) {
  function.addFnAttr("target-cpu", target.getCpu());
  if (!target.getFeatures().empty())
    function.addFnAttr("target-features", target.getFeatures());
  function.addFnAttr("prefer-vector-width",
                     std::to_string(target.getVectorBits()));
  // Generated code raises no exceptions, and neither does what it calls.
  function.addFnAttr(llvm::Attribute::NoUnwind);
}

/// Private functions with a body are nobody else's: two kernels in one program
/// may both have upstream's sorting functions, and those that are unused can
/// go.
static void internalizePrivate(ModuleOp module) {
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal() && SymbolTable::getSymbolVisibility(function) ==
                                      SymbolTable::Visibility::Private)
      function.setLinkage(LLVM::Linkage::Internal);
}

llvm::Expected<std::unique_ptr<llvm::Module>>
scratch::x86::translate(ModuleOp module, llvm::LLVMContext &context,
                        const llvm::TargetMachine &machine) {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerOpenMPDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  internalizePrivate(module);
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(module, context, "scratch");
  if (!result)
    return llvm::createStringError(
        "the lowered module has no translation to LLVM IR");
  result->setTargetTriple(machine.getTargetTriple());
  result->setDataLayout(machine.createDataLayout());
  result->setPICLevel(llvm::PICLevel::BigPIC);
  auto target = module->getAttrOfType<TargetAttr>(ScratchDialect::kTarget);
  for (llvm::Function &function : *result)
    addAttributes(function, target);
  return result;
}
