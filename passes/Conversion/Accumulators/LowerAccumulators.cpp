//===- LowerAccumulators.cpp - create ops and tiles become loops -----------===//
//
// Stage: map. Each create op is lowered where it stands, then every tile
// opened on it, in place.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Accumulators/Accumulator.h"

using namespace mlir;
using namespace scratch;

/// Operations on a tile or on one of its rows; `lowered` gets them, users first.
static void lowerOps(Accumulator &accumulator, Value tile,
                     SmallVectorImpl<Operation *> &lowered) {
  SmallVector<Operation *> users(tile.getUsers());
  for (Operation *user : users) {
    LoopBuilder b(user->getLoc(), user);
    if (auto op = dyn_cast<MarkOp>(user))
      accumulator.mark(b, op);
    else if (auto op = dyn_cast<MarkDenseOp>(user))
      accumulator.markDense(b, op);
    else if (auto op = dyn_cast<AccumulateOp>(user))
      accumulator.accumulate(b, op);
    else if (auto op = dyn_cast<AccumulateGroupsOp>(user))
      accumulator.accumulateGroups(b, op);
    else if (auto op = dyn_cast<AccumulateBitmapOp>(user))
      accumulator.accumulateBitmap(b, op);
    else if (auto op = dyn_cast<AccumulateSampledOp>(user))
      accumulator.accumulateSampled(b, op);
    else if (auto op = dyn_cast<DrainAlongOp>(user))
      op.getCount().replaceAllUsesWith(accumulator.drainAlong(b, op));
    else if (auto op = dyn_cast<CountAlongOp>(user))
      op.getCount().replaceAllUsesWith(accumulator.countAlong(b, op));
    else if (auto op = dyn_cast<DrainOp>(user)) {
      Value out = op.getCoordinates(), values = op.getValues(), at = op.getAt();
      op.getCount().replaceAllUsesWith(op.getUnordered()
                                           ? accumulator.drainUnordered(b, out, values, at)
                                           : accumulator.drain(b, out, values, at));
    } else if (auto op = dyn_cast<CountOp>(user))
      op.getCount().replaceAllUsesWith(accumulator.count(b));
    else if (auto op = dyn_cast<RowOp>(user)) {
      accumulator.row(b, op);
      lowerOps(accumulator, op.getView(), lowered);
    } else if (auto op = dyn_cast<DealOp>(user))
      accumulator.deal(b, op);
    else if (isa<MeetOp>(user))
      accumulator.meet(b);
    else if (auto op = dyn_cast<AppendOp>(user))
      accumulator.append(b, op);
    lowered.push_back(user);
  }
}

/// Operations on the tile, in order of the program.
static void lowerTileOps(Accumulator &accumulator, Value tile) {
  SmallVector<Operation *> lowered;
  lowerOps(accumulator, tile, lowered);
  // Multiplies of custom semirings live in the ops until here.
  Operation *end = tile.getParentBlock()->getTerminator();
  LoopBuilder b(end->getLoc(), end);
  accumulator.finish(b);
  for (Operation *op : lowered)
    op->erase();
}

/// BEFORE  %n = scratch.tile %acc ... accumulate {A} drain {D; yield %m}
/// AFTER   %n = scf.execute_region {open; A; D; yield %m}
static void lowerTile(Accumulator &accumulator, TileOp op) {
  LoopBuilder b(op.getLoc(), op);
  auto whole = scf::ExecuteRegionOp::create(b, op.getResultTypes());
  whole->setAttr(kTileAttr, TypeAttr::get(op.getAccumulate().getArgument(0).getType()));
  b.createBlock(&whole.getRegion());
  accumulator.open(b, op.getLow(), op.getHigh(), op.getBound());
  Operation *end = scf::YieldOp::create(b);
  for (Region *region : {&op.getAccumulate(), &op.getDrain()}) {
    if (region == &op.getDrain()) {
      b.setInsertionPoint(end);
      accumulator.accumulated(b);
    }
    lowerTileOps(accumulator, region->front().getArgument(0));
    Operation *terminator = region->front().getTerminator();
    if (region == &op.getDrain())
      end->setOperands(terminator->getOperands());
    terminator->erase();
    end->getBlock()->getOperations().splice(end->getIterator(), region->front().getOperations());
  }
  op->replaceAllUsesWith(whole->getResults());
  op.erase();
}

LogicalResult scratch::lowerAccumulators(Operation *function, MakeAccumulator make) {
  SmallVector<AccumulatorCreateOp> creates;
  function->walk([&](AccumulatorCreateOp op) { creates.push_back(op); });
  for (AccumulatorCreateOp create : creates) {
    std::unique_ptr<Accumulator> accumulator = make(create);
    if (!accumulator)
      return create.emitError("no lowering for accumulator '")
             << stringify(create.getAccumulator().getType().getKind()) << "' on this target";
    LoopBuilder b(create.getLoc(), create);
    accumulator->create(b);
    SmallVector<Operation *> users(create->getUsers());
    for (Operation *user : users) {
      if (auto tile = dyn_cast<TileOp>(user)) {
        lowerTile(*accumulator, tile);
      } else if (auto destroy = dyn_cast<AccumulatorDestroyOp>(user)) {
        b.setInsertionPoint(destroy);
        accumulator->destroy(b);
        destroy.erase();
      } else {
        return user->emitError("accumulator leaves its worker; expected scratch.tile or "
                               "scratch.accumulator.destroy");
      }
    }
    create.erase();
  }
  return success();
}
