//===- ResidentPeak.h - memory that was really written ----------*- C++ -*-===//
//
// Generated code reserves upper bounds of what it will write, and pages that are
// never written cost nothing: bytes that were asked for tell little. The system
// knows how much of this process was resident at most.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_RUN_RESIDENTPEAK_H
#define SCRATCH_CODEGEN_RUN_RESIDENTPEAK_H

#include <cstdint>
#include <optional>

namespace scratch {

class ResidentPeak {
public:
  /// Starts watching. One watches at a time: the mark is the process's.
  ResidentPeak();

  /// By how many bytes more than at the start were resident at most since then; nothing where
  /// the system cannot tell (Linux's /proc/self/clear_refs is not writable).
  std::optional<int64_t> rise() const;

private:
  std::optional<int64_t> start;
};

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_RESIDENTPEAK_H
