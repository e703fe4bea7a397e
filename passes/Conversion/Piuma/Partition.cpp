//===- Partition.cpp - rows cut into chunks by all threads ----------------===//
//
// Stage: map (PIUMA). Each chunk is a binary search that waits for memory at every
// step: one thread alone took a tenth of a product's time with it.
//
// Taking a chunk is one atomic, so that chunks are light: 256 products, and fewer
// where all rows together would not be a chunk or two for each of a core's 66 threads.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Partition.h"

#include "dialects/Piuma/Piuma.h"
#include "passes/Emission/LoopBuilder.h"
#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

/// Weight of a chunk, about one product each, and of one of a small product.
static constexpr int64_t kWeight = 256, kLeastWeight = 16;
static constexpr int64_t kMostChunks = 2048;
/// Chunks that are to be had before they are made heavier: 2^7, two a thread.
static constexpr int64_t kFewChunksLog = 7;

static Value chunksOf(LoopBuilder &b, Value total, Value rows) {
  Value weight = b.max(b.min(b.shiftRight(total, kFewChunksLog), b.index(kWeight)),
                       b.index(kLeastWeight));
  Value wanted = arith::DivUIOp::create(b, total, weight);
  return b.min(b.min(b.max(wanted, b.index(1)), b.index(kMostChunks)), rows);
}

void scratch::lowerPartition(PartitionOp op) {
  LoopBuilder b(op.getLoc(), op);
  Value zero = b.index(0), one = b.index(1);
  Value rows = op.getRows(), prefix = op.getPrefix();
  auto before = [&](Value row) -> Value {
    Value sum = b.loadIndex(prefix, row);
    if (!op.getEntryWeight())
      return sum;
    Value entries = b.sub(sum, b.loadIndex(prefix, zero));
    return b.add(b.mul(entries, op.getEntryWeight()), b.mul(row, b.index(op.getRowWeight())));
  };
  Value total = b.ifElse(
      b.less(zero, rows), {b.getIndexType()}, [&] { return LoopBuilder::Values{before(rows)}; },
      [&] { return LoopBuilder::Values{zero}; })[0];
  Value wanted = chunksOf(b, total, rows);
  auto type = cast<MemRefType>(op.getStarts().getType());
  Value room = AllocateOp::create(b, type, ValueRange{b.add(wanted, one)}, /*zeroed=*/false);
  Value ok = StatusOp::create(b);
  Value chunks = b.select(ok, wanted, zero);
  Value share = arith::DivUIOp::create(b, total, b.max(chunks, one));
  auto spmd = piuma::SpmdOp::create(b);
  {
    OpBuilder::InsertionGuard guard(b);
    b.createBlock(&spmd.getBody());
    auto identity = [&](piuma::Identity what) -> Value {
      return piuma::IdentityOp::create(b, b.getIndexType(), what);
    };
    Value me = identity(piuma::Identity::Thread), threads = identity(piuma::Identity::Threads);
    auto firstOf = [&](Value thread) -> Value {
      return arith::DivUIOp::create(b, b.mul(chunks, thread), threads);
    };
    b.loop(firstOf(me), firstOf(b.add(me, one)), [&](Value chunk) {
      Value target = b.mul(share, chunk);
      Value row = emitPartitionPoint(b, zero, rows, [&](Value at) -> Value {
        return b.lessEqual(target, before(at));
      });
      b.storeIndex(row, room, chunk);
    });
    piuma::ReturnOp::create(b);
  }
  b.ifThen(ok, [&] { b.storeIndex(rows, room, chunks); });
  Value starts = memref::SubViewOp::create(
      b, room, ArrayRef<OpFoldResult>{b.getIndexAttr(0)},
      ArrayRef<OpFoldResult>{Value(b.add(chunks, one))}, ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
  starts = memref::CastOp::create(b, type, starts);
  op.getStarts().replaceAllUsesWith(starts);
  op.erase();
}
