//===- InlineRegion.cpp - move a region's body where it is wanted ---------===//
#include "passes/Emission/InlineRegion.h"

using namespace mlir;
using namespace scratch;

LoopBuilder::Values scratch::inlineRegion(LoopBuilder &b, Region &region, ValueRange arguments) {
  Block &block = region.front();
  Operation *terminator = block.getTerminator();
  LoopBuilder::Values yielded(terminator->getOperands());
  terminator->erase();
  for (auto [argument, value] : llvm::zip_equal(block.getArguments(), arguments)) {
    argument.replaceAllUsesWith(value);
    std::replace(yielded.begin(), yielded.end(), Value(argument), value);
  }
  b.getInsertionBlock()->getOperations().splice(b.getInsertionPoint(), block.getOperations());
  return yielded;
}
