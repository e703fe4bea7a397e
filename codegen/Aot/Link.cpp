//===- Link.cpp - libraries of an object file -----------------------------===//
//
// Stage: emit. Shared ones with the system's C compiler as linker driver where there is one,
// since it knows where libc is; else with lld, which needs no more than the
// runtime's library. libomp comes with the runtime.
//
//===----------------------------------------------------------------------===//
#include "codegen/Aot/Link.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace scratch;

llvm::Expected<std::string> scratch::archiveOf(llvm::StringRef object, llvm::StringRef member) {
  llvm::NewArchiveMember only(llvm::MemoryBufferRef(object, member));
  auto archive = llvm::writeArchiveToBuffer(only, llvm::SymtabWritingMode::NormalSymtab,
                                            llvm::object::Archive::K_GNU,
                                            /*Deterministic=*/true, /*Thin=*/false);
  if (!archive)
    return archive.takeError();
  return (*archive)->getBuffer().str();
}

/// The folder of libscratch_runtime.so, seen from the tool's.
static llvm::Expected<std::string> runtimeFolder(const std::string &program) {
  std::string tool = llvm::sys::fs::getMainExecutable(
      program.c_str(), reinterpret_cast<void *>(&runtimeFolder));
  llvm::StringRef bin = llvm::sys::path::parent_path(tool);
  for (llvm::StringRef folder : {SCRATCH_RUNTIME_FOLDER, "../lib"}) {
    llvm::SmallString<128> candidate(bin);
    llvm::sys::path::append(candidate, folder);
    llvm::sys::path::remove_dots(candidate, /*remove_dot_dot=*/true);
    if (llvm::sys::fs::exists(candidate + "/libscratch_runtime.so"))
      return candidate.str().str();
  }
  return llvm::createStringError("found no libscratch_runtime.so beside '" + tool +
                                 "', expected it in " SCRATCH_RUNTIME_FOLDER);
}

static llvm::Expected<std::string> findLinker() {
  for (llvm::StringRef name : {"cc", "ld.lld-22", "ld.lld"})
    if (auto found = llvm::sys::findProgramByName(name))
      return *found;
  return llvm::createStringError("found no linker, expected cc or ld.lld");
}

/// The linker's first complaint, on one line.
static std::string complaintIn(llvm::StringRef log) {
  auto buffer = llvm::MemoryBuffer::getFile(log);
  llvm::StringRef text = buffer ? (*buffer)->getBuffer().trim() : llvm::StringRef();
  return text.empty() ? "it said nothing" : text.split('\n').first.str();
}

llvm::Error scratch::linkShared(llvm::StringRef object, llvm::StringRef output,
                                llvm::StringRef soname, const std::string &program) {
  llvm::Expected<std::string> runtime = runtimeFolder(program);
  if (!runtime)
    return runtime.takeError();
  llvm::Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();

  llvm::SmallString<128> input, log;
  auto cleanUp = llvm::scope_exit([&] {
    llvm::sys::fs::remove(input);
    llvm::sys::fs::remove(log);
  });
  int descriptor;
  if (llvm::sys::fs::createTemporaryFile("scratch-kernel", "o", descriptor, input) ||
      llvm::sys::fs::createTemporaryFile("scratch-link", "log", log))
    return llvm::createStringError("found no place for temporary files");
  llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << object;

  bool viaCompiler = llvm::sys::path::filename(*linker) == "cc";
  std::string folder = "-L" + *runtime;
  std::string rpath = (viaCompiler ? "-Wl,-rpath," : "--rpath=") + *runtime;
  std::string name = ((viaCompiler ? "-Wl,-soname," : "--soname=") + soname).str();
  llvm::SmallVector<llvm::StringRef> arguments = {
      *linker, "-shared", "-o", output, input, folder, rpath, name, "-lscratch_runtime"};
  if (viaCompiler)
    arguments.push_back("-lm");
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), log.str(), log.str()};
  std::string problem;
  if (llvm::sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects, 0, 0, &problem))
    return llvm::createStringError("the linker failed: " +
                                   (problem.empty() ? complaintIn(log) : problem));
  return llvm::Error::success();
}
