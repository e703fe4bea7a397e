//===- Emit.cpp - artifacts of a lowered module ---------------------------===//
//
// Stage: emit (x86). All in memory: who writes files, writes them whole.
//
//===----------------------------------------------------------------------===//
#include "codegen/X86/Translate.h"
#include "codegen/X86/X86.h"

#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace mlir;
using namespace scratch;

/// Machine code, as an object file or as text.
static llvm::Error generate(llvm::Module &module, llvm::TargetMachine &machine,
                            llvm::CodeGenFileType type,
                            llvm::raw_pwrite_stream &out) {
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, /*DwoOut=*/nullptr, type))
    return llvm::createStringError(
        "LLVM's x86 target cannot write this kind of file");
  passes.run(module);
  return llvm::Error::success();
}

static llvm::Error write(llvm::Module &module, llvm::TargetMachine &machine,
                         Artifact kind, llvm::raw_pwrite_stream &out) {
  switch (kind) {
  case Artifact::Object:
    return generate(module, machine, llvm::CodeGenFileType::ObjectFile, out);
  case Artifact::Assembly:
    return generate(module, machine, llvm::CodeGenFileType::AssemblyFile, out);
  case Artifact::Bitcode:
    llvm::WriteBitcodeToFile(module, out);
    break;
  case Artifact::LlvmIr:
    module.print(out, nullptr);
    break;
  }
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
scratch::x86::emit(ModuleOp module, Artifact kind) {
  auto machine = makeTargetMachine(
      module->getAttrOfType<TargetAttr>(ScratchDialect::kTarget));
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
  return std::make_unique<llvm::SmallVectorMemoryBuffer>(
      std::move(bytes),
      /*RequiresNullTerminator=*/false);
}
