//===- Targets.cpp - the table of targets ---------------------------------===//
#include "codegen/Driver/Targets.h"

#include "codegen/Driver/Host.h"
#include "codegen/Piuma/Piuma.h"
#include "codegen/X86/X86.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace scratch;

// One line per target.
static const TargetColumn kTargets[] = {
    {"x86", x86::resolveTarget, x86::emit},
    {"piuma", piuma::resolveTarget, piuma::emit, piuma::link},
};

// Targets that the architecture has a place for, and nothing in it so far.
static constexpr llvm::StringLiteral kPlanned[] = {"cuda"};

llvm::Expected<const TargetColumn *> scratch::findTarget(StringRef name) {
  for (const TargetColumn &target : kTargets)
    if (target.name == name)
      return &target;
  std::string built = llvm::join(
      llvm::map_range(kTargets, [](auto &target) { return target.name; }),
      ", ");
  if (llvm::is_contained(kPlanned, name))
    return llvm::createStringError("target '" + name +
                                   "' is not built yet, expected " + built);
  return llvm::createStringError("no target '" + name + "', expected " + built);
}

llvm::Expected<TargetAttr> scratch::resolveTarget(MLIRContext *context,
                                                  const TargetColumn &target,
                                                  StringRef cpu) {
  if (!cpu.empty() && cpu != "native")
    return target.resolve(context, cpu, "");
  if (target.link)
    return target.resolve(context, "", "");
  Processor host = hostProcessor();
  return target.resolve(context, host.cpu, host.features);
}
