//===- Link.cpp - an image of a kernel and the guest runtime --------------===//
//
// Stage: emit (PIUMA). The guest runtime and the linker script are part of this
// library, so that a tool needs ld.lld and nothing beside it.
//
//===----------------------------------------------------------------------===//
#include "codegen/Piuma/Piuma.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

using namespace scratch;

static constexpr char kGuest[] = {
#embed "piuma_services.o"
};
static constexpr char kScript[] = {
#embed "piuma.ld"
};

namespace {
/// Temporary files of one link, removed at the end.
class Files {
public:
  ~Files() {
    for (const auto &path : paths)
      llvm::sys::fs::remove(path);
  }
  /// A new file with these bytes; its path, empty on failure.
  std::string add(llvm::StringRef name, llvm::StringRef suffix, llvm::StringRef bytes) {
    llvm::SmallString<128> path;
    int descriptor;
    if (llvm::sys::fs::createTemporaryFile(name, suffix, descriptor, path))
      return "";
    llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << bytes;
    paths.push_back(path.str().str());
    return paths.back();
  }

private:
  std::vector<std::string> paths;
};
} // namespace

static llvm::Expected<std::string> findLinker() {
  llvm::StringRef folders[] = {SCRATCH_LLVM_FOLDER};
  for (llvm::StringRef name : {"ld.lld-22", "ld.lld"}) {
    if (auto found = llvm::sys::findProgramByName(name))
      return *found;
    if (auto found = llvm::sys::findProgramByName(name, folders))
      return *found;
  }
  return llvm::createStringError("found no linker, expected ld.lld (package lld-22)");
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> piuma::link(llvm::StringRef object,
                                                                llvm::StringRef entry) {
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  Files files;
  std::string kernel = files.add("scratch-kernel", "o", object);
  std::string guest = files.add("scratch-guest", "o", {kGuest, sizeof kGuest});
  std::string script = files.add("scratch-image", "ld", {kScript, sizeof kScript});
  std::string image = files.add("scratch-image", "elf", "");
  std::string log = files.add("scratch-link", "log", "");
  if (kernel.empty() || guest.empty() || script.empty() || image.empty() || log.empty())
    return llvm::createStringError("found no place for temporary files");
  std::string start = ("--defsym=scratch_piuma_entry=" + entry).str();
  llvm::StringRef arguments[] = {*linker, "-static", "--gc-sections", "-T",   script,
                                 start,   "-o",      image,           kernel, guest};
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), llvm::StringRef(log),
                                                llvm::StringRef(log)};
  std::string problem;
  if (llvm::sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects, 0, 0, &problem)) {
    auto said = llvm::MemoryBuffer::getFile(log);
    if (problem.empty() && said)
      problem = (*said)->getBuffer().trim().split('\n').first.str();
    return llvm::createStringError("the linker failed: " + problem);
  }
  auto linked = llvm::MemoryBuffer::getFile(image, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false,
                                            /*IsVolatile=*/true);
  if (!linked)
    return llvm::createStringError("the linker left no image");
  return std::move(*linked);
}
