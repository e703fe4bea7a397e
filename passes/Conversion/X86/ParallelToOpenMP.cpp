//===- ParallelToOpenMP.cpp - parallel rows become an OpenMP team ---------===//
//
// Stage: map (x86). Runs before accumulators are lowered: afterwards each
// accumulator is a plain value of its worker.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Conversion/X86/PieceCounter.h"
#include "passes/Emission/RuntimeCalls.h"
#include "passes/Emission/InlineRegion.h"

namespace scratch {
#define GEN_PASS_DEF_PARALLELTOOPENMPPASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// Rows per piece of an evenly split loop, and most pieces.
static constexpr int64_t kRowsPerPiece = 256;
static constexpr int64_t kMaxPieces = 256;

/// A team is all workers: they go through the chunks together, one after the other,
/// with what one of them set up. Barriers are the business of what is in the body.
static void lowerTeam(ParallelOp op, ModuleOp module) {
  LoopBuilder b(op.getLoc(), op);
  Value zero = b.index(0), one = b.index(1), starts = op.getChunks();
  SmallVector<Value> state = inlineRegion(b, op.getSetup(), {});
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value call = callRuntime(b, module, "scratch_rt_call", pointer, {});
  Value all = b.sub(memref::DimOp::create(b, starts, 0), one);
  // Read once: workers must agree on when to stop.
  Value pieces = b.select(StatusOp::create(b), all, zero);
  omp::ParallelOperands clauses;
  clauses.ifExpr = b.less(zero, pieces);
  clauses.numThreads = callRuntime(b, module, "scratch_rt_threads", b.getI32Type(), {});
  auto team = omp::ParallelOp::create(b, clauses);
  {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&team.getRegion());
    callRuntime(b, module, "scratch_rt_worker", {}, {call});
    b.loop(zero, pieces, [&](Value piece) {
      SmallVector<Value> arguments{piece, b.loadIndex(starts, piece),
                                   b.loadIndex(starts, b.add(piece, one))};
      arguments.append(state.begin(), state.end());
      inlineRegion(b, op.getBody(), arguments);
    });
    omp::TerminatorOp::create(b);
  }
  inlineRegion(b, op.getTeardown(), state);
  op.erase();
}

static void lower(ParallelOp op, ModuleOp module) {
  LoopBuilder b(op.getLoc(), op);
  Value one = b.index(1);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  Value starts = op.getChunks();
  Value count = starts ? b.sub(memref::DimOp::create(b, starts, 0), one)
                       : b.min(b.min(arith::CeilDivUIOp::create(b, op.getRows(),
                                                                b.index(kRowsPerPiece)),
                                     b.index(kMaxPieces)),
                               op.getRows());
  Value call = callRuntime(b, module, "scratch_rt_call", pointer, {});
  Value threads = callRuntime(b, module, "scratch_rt_threads", b.getI32Type(), {});
  Value workers = b.toIndex(threads);
  // Chunks: long runs first, so that who is at the end of the result goes on writing there
  // (runtime/core/Pieces.c), then short ones, so that nobody waits for the last. Rows: a run each.
  Value even = arith::CeilDivUIOp::create(b, count, workers);
  auto run = [&](Value left) {
    return starts ? b.max(arith::DivUIOp::create(b, left, b.shiftLeft(workers, 1)), one)
                  : b.max(even, one);
  };
  PieceCounter pieces(b, op, count, run);

  omp::ParallelOperands clauses;
  clauses.ifExpr = b.less(one, count);
  clauses.numThreads = threads;
  auto team = omp::ParallelOp::create(b, clauses);
  b.createBlock(&team.getRegion());
  callRuntime(b, module, "scratch_rt_worker", {}, {call});
  SmallVector<Value> state = inlineRegion(b, op.getSetup(), {});
  pieces.forEach([&](Value piece) {
    Value next = b.add(piece, one);
    auto at = [&](Value number) -> Value {
      return starts ? b.loadIndex(starts, number)
                    : Value(arith::DivUIOp::create(b, b.mul(op.getRows(), number), count));
    };
    SmallVector<Value> arguments{piece, at(piece), at(next)};
    arguments.append(state.begin(), state.end());
    inlineRegion(b, op.getBody(), arguments);
  });
  inlineRegion(b, op.getTeardown(), state);
  omp::TerminatorOp::create(b);
  op.erase();
}

/// One worker sums: the loop moves as many bytes as the memory gives.
static void lower(PrefixSumOp op) {
  LoopBuilder b(op.getLoc(), op);
  b.loop(b.index(0), op.getCount(), {b.index(0)}, [&](Value at, ValueRange sum) {
    Value after = b.add(sum[0], b.loadIndex(op.getBuffer(), at));
    b.storeIndex(after, op.getBuffer(), at);
    return LoopBuilder::Values{after};
  });
  op.erase();
}

namespace {
struct ParallelToOpenMPPass : scratch::impl::ParallelToOpenMPPassBase<ParallelToOpenMPPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<ParallelOp> loops;
    getOperation().walk([&](ParallelOp op) { loops.push_back(op); });
    for (ParallelOp op : loops) {
      if (op.getTeam())
        lowerTeam(op, getOperation());
      else
        lower(op, getOperation());
    }
    getOperation().walk([](PrefixSumOp op) { lower(op); });
  }
};
} // namespace
