//===- Machine.cpp - the registered machine models ------------------------===//
#include "passes/Strategy/Machine.h"

namespace scratch {
MachineModel makePiumaModel(unsigned vectorBits); // Machines/Piuma.cpp
MachineModel makeX86Model(unsigned vectorBits);   // Machines/X86.cpp
} // namespace scratch

using namespace scratch;

namespace {
struct Registration {
  llvm::StringLiteral target;
  MachineModel (*make)(unsigned vectorBits);
  BaselineTarget baseline;
};
} // namespace

// One line per target.
static const Registration kMachines[] = {
    {"x86", makeX86Model, {"x86-64-v3", "", 256}},
    {"piuma", makePiumaModel, {"generic-rv64", "+m,+a,+f,+d", 0}},
};

static const Registration *find(llvm::StringRef target) {
  for (const Registration &machine : kMachines)
    if (machine.target == target)
      return &machine;
  return nullptr;
}

std::optional<MachineModel> MachineModel::of(llvm::StringRef target, unsigned vectorBits) {
  const Registration *machine = find(target);
  return machine ? std::optional(machine->make(vectorBits)) : std::nullopt;
}

std::optional<BaselineTarget> BaselineTarget::of(llvm::StringRef target) {
  const Registration *machine = find(target);
  return machine ? std::optional(machine->baseline) : std::nullopt;
}

llvm::StringRef MachineModel::expectedTargets() { return "x86, piuma"; }
