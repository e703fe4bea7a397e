//===- Dialect.cpp - registration of the scratch dialect ------------------===//
#include "dialects/Scratch/Scratch.h"

using namespace scratch;

#include "dialects/Scratch/ScratchDialect.cpp.inc"
#include "dialects/Scratch/ScratchEnums.cpp.inc"
#include "dialects/Scratch/ScratchInterfaces.cpp.inc"
#include "dialects/Scratch/ScratchPruneInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Scratch/ScratchOps.cpp.inc"

void ScratchDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Scratch/ScratchOps.cpp.inc"
      >();
}
