//===- Targets.cpp - the registered targets' map and lower ----------------===//
#include "passes/Pipelines/Targets.h"

#include "passes/Pipelines/Pipelines.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace scratch;

// One line per target.
static const TargetPipelines kTargets[] = {
    {"x86", buildMapX86Pipeline, buildLowerX86Pipeline},
    {"piuma", buildMapPiumaPipeline, buildLowerPiumaPipeline},
};

ArrayRef<TargetPipelines> scratch::allTargetPipelines() { return kTargets; }

const TargetPipelines *scratch::findTargetPipelines(StringRef name) {
  for (const TargetPipelines &target : kTargets)
    if (target.name == name)
      return &target;
  return nullptr;
}

std::string scratch::expectedTargetPipelines() {
  return llvm::join(
      llvm::map_range(kTargets, [](auto &target) { return target.name; }),
      ", ");
}
