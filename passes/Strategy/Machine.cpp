//===- Machine.cpp - the registered machine models ------------------------===//
#include "passes/Strategy/Machine.h"

namespace scratch {
MachineModel makeX86Model(unsigned vectorBits); // Machines/X86.cpp
} // namespace scratch

using namespace scratch;

namespace {
struct Registration {
  llvm::StringLiteral target;
  MachineModel (*make)(unsigned vectorBits);
};
} // namespace

// One line per target.
static constexpr Registration kMachines[] = {
    {"x86", makeX86Model},
};

std::optional<MachineModel> MachineModel::of(llvm::StringRef target, unsigned vectorBits) {
  for (const Registration &machine : kMachines)
    if (machine.target == target)
      return machine.make(vectorBits);
  return std::nullopt;
}

llvm::StringRef MachineModel::expectedTargets() { return "x86"; }
