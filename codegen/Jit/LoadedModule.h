//===- LoadedModule.h - an object file in this process ----------*- C++ -*-===//
//
// Links the object that emit made for x86 into the running process, by LLVM's
// ORC, and finds its entry points. The same object that scratch-cc writes: what
// runs here is what ships.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_JIT_LOADEDMODULE_H
#define SCRATCH_CODEGEN_JIT_LOADEDMODULE_H

#include "runtime/abi/scratch.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>
#include <string>

namespace llvm::orc {
class LLJIT;
}

namespace scratch {

class LoadedModule {
public:
  /// Takes over a relocatable object of the host's architecture. Symbols that
  /// neither the runtime nor this process has come from `libraries`, shared ones.
  static llvm::Expected<LoadedModule> load(std::unique_ptr<llvm::MemoryBuffer> object,
                                           llvm::ArrayRef<std::string> libraries = {});

  LoadedModule(LoadedModule &&);
  ~LoadedModule();

  /// An entry point by the name of its function; valid while the module lives.
  llvm::Expected<scratch_entry> entry(llvm::StringRef name) const;

  /// The `main` of a program; valid while the module lives.
  llvm::Expected<void (*)()> main() const;

private:
  explicit LoadedModule(std::unique_ptr<llvm::orc::LLJIT> jit);

  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_JIT_LOADEDMODULE_H
