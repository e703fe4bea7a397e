//===- Host.h - the processor that this process runs on ---------*- C++ -*-===//
//
// The only place of the compiler that looks at the machine under it: passes and
// targets see `#scratch.target` alone.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_DRIVER_HOST_H
#define SCRATCH_CODEGEN_DRIVER_HOST_H

#include <string>

namespace scratch {

struct Processor {
  std::string cpu;      ///< as LLVM names it
  std::string features; ///< "+avx2,-avx512f,..."; may be empty
};

/// The host, with every feature spelled out: a virtual machine may hide some of
/// those that its processor's name promises.
Processor hostProcessor();

} // namespace scratch

#endif // SCRATCH_CODEGEN_DRIVER_HOST_H
