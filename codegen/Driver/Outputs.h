//===- Outputs.h - all files of a run, or none ------------------*- C++ -*-===//
//
// Every file is made beside its place; when all are whole, all move there. A run
// that fails leaves what was there before.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_OUTPUTS_H
#define SCRATCH_CODEGEN_DRIVER_OUTPUTS_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace scratch {

class Outputs {
public:
  Outputs() = default;
  Outputs(const Outputs &) = delete;
  Outputs &operator=(const Outputs &) = delete;
  /// Removes what was not committed.
  ~Outputs();

  /// An empty file that will become `path`; its name for now.
  llvm::Expected<std::string> begin(llvm::StringRef path);
  /// A file that will become `path`. `-` and devices are written on commit.
  llvm::Error add(llvm::StringRef path, std::string contents);
  llvm::Error commit();

private:
  struct File {
    std::string path, temporary;
  };
  struct Text {
    std::string path, contents;
  };
  std::vector<File> files;
  std::vector<Text> streams;
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_OUTPUTS_H
