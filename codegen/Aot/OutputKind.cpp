//===- OutputKind.cpp - kinds of files, by extension ----------------------===//
#include "codegen/Aot/OutputKind.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

#include <optional>

using namespace scratch;

llvm::Expected<OutputKind> scratch::outputKindOf(llvm::StringRef path) {
  auto kind = llvm::StringSwitch<std::optional<OutputKind>>(llvm::sys::path::extension(path))
                  .Case(".o", OutputKind::Object)
                  .Case(".a", OutputKind::Archive)
                  .Case(".so", OutputKind::SharedLibrary)
                  .Case(".s", OutputKind::Assembly)
                  .Case(".ll", OutputKind::LlvmIr)
                  .Case(".mlir", OutputKind::Mlir)
                  .Case(".elf", OutputKind::Elf)
                  .Default(std::nullopt);
  if (!kind)
    return llvm::createStringError(
        "output: found '" + path +
        "', expected a name that ends with .o, .so, .a, .s, .ll, .mlir or .elf");
  return *kind;
}
