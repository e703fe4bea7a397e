//===- OutlineTiles.cpp - tiles become functions --------------------------===//
//
// Stage: map (x86), after accumulators are lowered. A row that may take several
// accumulators is one loop nest per accumulator; in one function they compete
// for sixteen registers, and the innermost loops reload their buffers' addresses
// with every product. As functions of their own each gets all registers, for one
// call per row, or per block where a tile spans rows. What a function does not read of its descriptors is dropped from
// its arguments by LLVM.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"
#include "passes/Conversion/X86/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace scratch {
#define GEN_PASS_DEF_OUTLINETILESPASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static AccumulatorKind kindOf(scf::ExecuteRegionOp tile) {
  return cast<TileType>(tile->getAttrOfType<TypeAttr>(kTileAttr).getValue()).getKind();
}

/// Whether the tile needs a function of its own in any case: it is long, or has states in its frame.
static bool standsAlone(scf::ExecuteRegionOp tile) {
  return spansRows(kindOf(tile)) || kindOf(tile) == AccumulatorKind::Narrow;
}

/// Whether another tile is opened in the same loop over rows.
static bool hasRival(scf::ExecuteRegionOp tile, ArrayRef<scf::ExecuteRegionOp> tiles) {
  auto rows = tile->getParentOfType<LoopLikeOpInterface>();
  return llvm::any_of(tiles, [&](scf::ExecuteRegionOp other) {
    return other != tile && other->getParentOfType<LoopLikeOpInterface>() == rows;
  });
}

namespace {
struct OutlineTilesPass : scratch::impl::OutlineTilesPassBase<OutlineTilesPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<scf::ExecuteRegionOp> tiles, crowded;
    getOperation().walk([&](scf::ExecuteRegionOp op) {
      if (op->hasAttr(kTileAttr))
        tiles.push_back(op);
    });
    llvm::copy_if(tiles, std::back_inserter(crowded),
                  [&](scf::ExecuteRegionOp tile) { return standsAlone(tile) || hasRival(tile, tiles); });
    IRRewriter rewriter(&getContext());
    for (auto [number, tile] : llvm::enumerate(crowded)) {
      std::string name = "scratch.tile." + std::to_string(number);
      FailureOr<func::FuncOp> function =
          outlineSingleBlockRegion(rewriter, tile.getLoc(), tile.getRegion(), name);
      if (failed(function)) {
        tile.emitError("tile cannot become a function; expected one block");
        return signalPassFailure();
      }
      function->setPrivate();
      (*function)->setAttr("llvm.linkage",
                           LLVM::LinkageAttr::get(&getContext(), LLVM::Linkage::Internal));
      (*function)->setAttr("passthrough",
                           rewriter.getArrayAttr({rewriter.getStringAttr("noinline")}));
      ++numOutlined;
    }
  }
};
} // namespace
