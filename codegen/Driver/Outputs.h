//===- Outputs.h - all files of a run, or none ------------------*- C++ -*-===//
//
// Every file is made beside its place; when all are whole, all move there. A run
// that fails leaves what was there before.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_OUTPUTS_H
#define SCRATCH_CODEGEN_DRIVER_OUTPUTS_H

#include "llvm/ADT/STLFunctionalExtras.h"
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

  /// An empty file that will become `path`, or what `path` is a link to; its name
  /// for now, with the same extension. Every path may be given once.
  llvm::Expected<std::string> begin(llvm::StringRef path);
  /// A file that will become `path`. Streams are written on commit.
  llvm::Error add(llvm::StringRef path, std::string contents);
  /// The same of what `write` puts into the file whose name it gets.
  llvm::Error make(llvm::StringRef path,
                   llvm::function_ref<llvm::Error(const std::string &file)> write);
  /// Streams first: what they got cannot be taken back, the files still can.
  llvm::Error commit();

  /// Standard output (`-`), or what is no regular file, such as a device.
  static bool isStream(llvm::StringRef path);

private:
  llvm::Error claim(llvm::StringRef path);

  struct File {
    std::string path, temporary;
  };
  struct Text {
    std::string path, contents;
  };
  std::vector<std::string> claimed;
  std::vector<File> files;
  std::vector<Text> streams;
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_OUTPUTS_H
