//===- Problem.cpp - what select knows about a kernel ---------------------===//
#include "passes/Strategy/Problem.h"

#include "llvm/Support/ErrorHandling.h"

using namespace scratch;

llvm::StringRef scratch::stringify(KernelKind kernel) {
  switch (kernel) {
  case KernelKind::Spgemm:
    return "spgemm";
  case KernelKind::SpgemmExecute:
    return "spgemm_execute";
  case KernelKind::Spmm:
    return "spmm";
  case KernelKind::Spmv:
    return "spmv";
  case KernelKind::Sddmm:
    return "sddmm";
  }
  llvm_unreachable("unknown kernel");
}
