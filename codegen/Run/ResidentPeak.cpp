//===- ResidentPeak.cpp - memory that was really written ------------------===//
#include "codegen/Run/ResidentPeak.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

#include <fcntl.h>
#include <unistd.h>

using namespace scratch;

/// Bytes of a line of /proc/self/status, which counts in KiB (proc(5)).
static std::optional<int64_t> statusBytes(llvm::StringRef key) {
  auto status = llvm::MemoryBuffer::getFileAsStream("/proc/self/status");
  if (!status)
    return std::nullopt;
  llvm::StringRef text = (*status)->getBuffer();
  size_t at = text.find(key);
  int64_t kibibytes;
  if (at == llvm::StringRef::npos ||
      text.substr(at + key.size()).ltrim(": \t").consumeInteger(10, kibibytes))
    return std::nullopt;
  return kibibytes * 1024;
}

/// The mark of most resident pages becomes what is resident now (proc(5): 5 into clear_refs).
static bool resetMark() {
  int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (file < 0)
    return false;
  bool done = write(file, "5", 1) == 1;
  close(file);
  return done;
}

ResidentPeak::ResidentPeak() {
  if (resetMark())
    start = statusBytes("VmHWM");
}

std::optional<int64_t> ResidentPeak::rise() const {
  if (!start)
    return std::nullopt;
  std::optional<int64_t> most = statusBytes("VmHWM");
  if (!most)
    return std::nullopt;
  return *most - *start;
}
