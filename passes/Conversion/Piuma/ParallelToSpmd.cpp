//===- ParallelToSpmd.cpp - parallel rows become a region of all threads --===//
//
// Stage: map (PIUMA). Runs before accumulators are lowered: afterwards each
// accumulator is a plain value of its thread.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Partition.h"
#include "passes/Conversion/Piuma/Passes.h"
#include "passes/Conversion/Piuma/PrefixSum.h"
#include "passes/Emission/InlineRegion.h"

namespace scratch {
#define GEN_PASS_DEF_PARALLELTOSPMDPASS
#include "passes/Conversion/Piuma/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;
using piuma::Combine;
using piuma::Identity;

namespace {
enum class Distribution { Dynamic, Cyclic, Block };

/// What a thread knows of itself.
struct Place {
  Value me, threads;
};
} // namespace

/// Row or piece at which thread `number` of `threads` begins its block.
static Value blockStart(LoopBuilder &b, Value count, Value number, Value threads) {
  return arith::DivUIOp::create(b, b.mul(count, number), threads);
}

static void dealPieces(LoopBuilder &b, Distribution how, Place place, Value pieces, Value counter,
                       function_ref<void(Value piece)> body) {
  Value one = b.index(1);
  switch (how) {
  case Distribution::Dynamic: {
    Type i64 = b.getI64Type();
    auto take = [&] {
      Value taken = piuma::AtomicOp::create(b, i64, Combine::Addi, b.integer(1, i64), counter,
                                            b.index(0));
      return LoopBuilder::Values{b.toIndex(taken)};
    };
    b.whileLoop(
        take(), [&](ValueRange piece) { return b.less(piece[0], pieces); },
        [&](ValueRange piece) {
          body(piece[0]);
          return take();
        });
    return;
  }
  case Distribution::Cyclic: {
    b.whileLoop(
        {place.me}, [&](ValueRange piece) { return b.less(piece[0], pieces); },
        [&](ValueRange piece) {
          body(piece[0]);
          return LoopBuilder::Values{b.add(piece[0], place.threads)};
        });
    return;
  }
  case Distribution::Block:
    b.loop(blockStart(b, pieces, place.me, place.threads),
           blockStart(b, pieces, b.add(place.me, one), place.threads), body);
    return;
  }
}

/// Teams take pieces in ascending order, whoever is free: a core's first thread
/// takes, and all of them run the body.
static void dealToTeams(LoopBuilder &b, Value pieces, Value counter,
                        function_ref<void(Value piece)> body) {
  Type i64 = b.getI64Type();
  auto take = [&] {
    Value local = piuma::IdentityOp::create(b, b.getIndexType(), Identity::LocalThread);
    Value taken = b.ifElse(
        b.equal(local, b.index(0)), {i64},
        [&] {
          return LoopBuilder::Values{piuma::AtomicOp::create(
              b, i64, Combine::Addi, b.integer(1, i64), counter, b.index(0))};
        },
        [&] { return LoopBuilder::Values{b.integer(0, i64)}; })[0];
    return LoopBuilder::Values{
        b.toIndex(piuma::BroadcastOp::create(b, i64, piuma::TeamScope::Core, taken))};
  };
  b.whileLoop(
      take(), [&](ValueRange piece) { return b.less(piece[0], pieces); },
      [&](ValueRange piece) {
        body(piece[0]);
        return take();
      });
}

static void lower(ParallelOp op, Distribution how) {
  LoopBuilder b(op.getLoc(), op);
  Value one = b.index(1);
  Value starts = op.getChunks(), pieces, counter;
  if (starts) {
    pieces = b.sub(memref::DimOp::create(b, starts, 0), one);
    if (how == Distribution::Dynamic || op.getTeam()) {
      counter = memref::AllocaOp::create(b, MemRefType::get({1}, b.getI64Type()));
      b.store(b.integer(0, b.getI64Type()), counter, b.index(0));
    }
  }
  auto spmd = piuma::SpmdOp::create(b);
  b.createBlock(&spmd.getBody());
  Place place{piuma::IdentityOp::create(b, b.getIndexType(), Identity::Thread),
              piuma::IdentityOp::create(b, b.getIndexType(), Identity::Threads)};
  LoopBuilder::Values state = inlineRegion(b, op.getSetup(), {});
  if (starts) {
    auto body = [&](Value piece) {
      LoopBuilder::Values arguments{piece, b.loadIndex(starts, piece),
                                    b.loadIndex(starts, b.add(piece, b.index(1)))};
      arguments.append(state);
      inlineRegion(b, op.getBody(), arguments);
    };
    if (op.getTeam())
      dealToTeams(b, pieces, counter, body);
    else
      dealPieces(b, how, place, pieces, counter, body);
  } else {
    LoopBuilder::Values arguments{
        place.me, blockStart(b, op.getRows(), place.me, place.threads),
        blockStart(b, op.getRows(), b.add(place.me, one), place.threads)};
    arguments.append(state);
    inlineRegion(b, op.getBody(), arguments);
  }
  inlineRegion(b, op.getTeardown(), state);
  piuma::ReturnOp::create(b);
  op.erase();
}

namespace {
struct ParallelToSpmdPass : scratch::impl::ParallelToSpmdPassBase<ParallelToSpmdPass> {
  using Base::Base;

  void runOnOperation() override {
    auto how = llvm::StringSwitch<std::optional<Distribution>>(distribution)
                   .Case("dynamic", Distribution::Dynamic)
                   .Case("cyclic", Distribution::Cyclic)
                   .Case("block", Distribution::Block)
                   .Default(std::nullopt);
    if (!how) {
      getOperation().emitError("no distribution '")
          << distribution << "', expected dynamic, cyclic or block";
      return signalPassFailure();
    }
    SmallVector<ParallelOp> loops;
    getOperation().walk([&](ParallelOp op) { loops.push_back(op); });
    for (ParallelOp op : loops)
      lower(op, *how);
    getOperation().walk([](PrefixSumOp op) { lowerPrefixSum(op); });
    getOperation().walk([](PartitionOp op) {
      // Regions do not nest: a thread's own rows are cut by it alone.
      if (!op->getParentOfType<piuma::SpmdOp>())
        lowerPartition(op);
    });
  }
};
} // namespace
