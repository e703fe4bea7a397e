//===- LoadedModule.cpp - an object file in this process ------------------===//
#include "codegen/Jit/LoadedModule.h"

#include "codegen/Jit/RuntimeSymbols.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"

using namespace scratch;

LoadedModule::LoadedModule(std::unique_ptr<llvm::orc::LLJIT> jit)
    : jit(std::move(jit)) {}
LoadedModule::LoadedModule(LoadedModule &&) = default;
LoadedModule::~LoadedModule() = default;

/// The runtime's own functions, by table; libomp, libm and libc from the
/// process.
static llvm::Error bindSymbols(llvm::orc::LLJIT &jit, llvm::ArrayRef<std::string> libraries) {
  llvm::orc::JITDylib &library = jit.getMainJITDylib();
  llvm::orc::SymbolMap symbols;
  for (const RuntimeSymbol &symbol : runtimeSymbols())
    symbols[jit.mangleAndIntern(symbol.name)] = {
        llvm::orc::ExecutorAddr::fromPtr(symbol.address),
        llvm::JITSymbolFlags::Exported};
  if (llvm::Error error =
          library.define(llvm::orc::absoluteSymbols(std::move(symbols))))
    return error;
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit.getDataLayout().getGlobalPrefix());
  if (!process)
    return process.takeError();
  library.addGenerator(std::move(*process));
  for (const std::string &path : libraries) {
    auto shared = llvm::orc::DynamicLibrarySearchGenerator::Load(
        path.c_str(), jit.getDataLayout().getGlobalPrefix());
    if (!shared)
      return shared.takeError();
    library.addGenerator(std::move(*shared));
  }
  return llvm::Error::success();
}

llvm::Expected<LoadedModule>
LoadedModule::load(std::unique_ptr<llvm::MemoryBuffer> object,
                   llvm::ArrayRef<std::string> libraries) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  // Named, since detecting the host would be a second place that looks at it.
  llvm::orc::JITTargetMachineBuilder machine(
      llvm::Triple("x86_64-unknown-linux-gnu"));
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(machine))
                 .create();
  if (!jit)
    return jit.takeError();
  if (llvm::Error error = bindSymbols(**jit, libraries))
    return error;
  if (llvm::Error error = (*jit)->addObjectFile(std::move(object)))
    return error;
  return LoadedModule(std::move(*jit));
}

llvm::Expected<scratch_entry> LoadedModule::entry(llvm::StringRef name) const {
  llvm::Expected<llvm::orc::ExecutorAddr> address = jit->lookup(name);
  if (!address)
    return address.takeError();
  return address->toPtr<scratch_entry>();
}

llvm::Expected<void (*)()> LoadedModule::main() const {
  llvm::Expected<llvm::orc::ExecutorAddr> address = jit->lookup("main");
  if (!address)
    return address.takeError();
  return address->toPtr<void (*)()>();
}
