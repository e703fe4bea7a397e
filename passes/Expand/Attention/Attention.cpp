//===- Attention.cpp - masked attention becomes loops over tiles ----------===//
//
// Stage: expand. Keys are packed once per key head. Then, in parallel over (batch,
// heads, block of queries), weighted by the tiles that each has to compute:
//   for tiles of keys within the mask's bounds:
//     skipped tile: nothing      full tile: no mask code
//     scores = Q K^T;  partial tile: dead scores = -inf;  softmax step;  sums += P V
//   result = sums / total
// Query heads that share a key head are rows of one block, interleaved: row r is
// query r / G of head r % G (unless the mask differs between heads).
// Memory beyond inputs and results: packed keys (and values, where their type or
// size asks for it), and tiles per worker. Never queries x keys.
//
//===----------------------------------------------------------------------===//
#include "passes/Emission/Exponential.h"
#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/Tiles.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;
/// Token numbers fit 32-bit lanes together with offsets (see MaskEmitter.cpp).
static constexpr int64_t kMostTokens = int64_t(1) << 28;
/// Numbers of a score in powers of two.
static constexpr double kLog2E = 1.4426950408889634, kLn2 = 0.6931471805599453;

namespace {

/// A tensor [batch, head, token, size] in either layout.
struct HeadTensor {
  Value buffer;
  bool headsFirst = true;

  LoopBuilder::Values at(Value batch, Value head, Value token, Value d) const {
    if (headsFirst)
      return {batch, head, token, d};
    return {batch, token, head, d};
  }
};

class AttentionExpansion {
public:
  AttentionExpansion(LoopBuilder &b, AttentionOp op)
      : b(b), op(op), tiling(*op.getTiling()), tiles(b, tiling) {}

  FailureOr<LoopBuilder::Values> expand();

private:
  /// One task: a block of rows that share a batch and a key head.
  struct Task {
    Value batch, group, keyHead; ///< `group` of query heads
    Value firstRow, rows;        ///< of group size x queries
    mask::Range<ScalarDomain> queries;
  };

  HeadTensor open(Value tensor);
  Value toF32(Value value);
  Value fromF32(Value value, Type type);
  Value real(double value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value remainder(Value a, Value c) { return arith::RemUIOp::create(b, a, c); }
  Value quotient(Value a, Value c) { return arith::DivUIOp::create(b, a, c); }

  void openExtents();
  void packKeys();
  void packValues();
  Task taskAt(Value number);
  Value headOf(const Task &task, Value row) {
    return b.add(b.mul(task.group, packed), remainder(b.add(task.firstRow, row), packed));
  }
  Value queryOf(const Task &task, Value row) {
    return quotient(b.add(task.firstRow, row), packed);
  }
  void overKeyTiles(const Task &task,
                    function_ref<void(Value tile, Value count, Value certain)> body,
                    ScalarDomain &domain);
  Value partition(Value tasks);
  void packQueries(const Task &task, Value buffer);
  void applyScore(const Task &task, Value scores, Value firstKey, Value count);
  void applyMask(const Task &task, ScalarDomain &domain, Value scores, Value firstKey,
                 Value count);
  void run(const Task &task, const AttentionTiles::Workspace &w);
  void finish(const Task &task, const AttentionTiles::Workspace &w);

  LoopBuilder &b;
  AttentionOp op;
  TilingAttr tiling;
  AttentionTiles tiles;
  MaskFormula formula;
  HeadTensor query, key, value, result;
  Value logSumExp;
  Value batches, queryHeads, keyHeads, queries, keys, size, valueSize;
  Value shared;  ///< query heads per key head
  Value packed;  ///< query heads whose rows are in one block
  Value groups, rowsOfGroup, blocksOfGroup; ///< groups = query heads / packed
  Value panels, paddedSize;
  Value packedKeys;             ///< [batch * key head * panel][size][P]
  Value packedValues;           ///< [batch * key head * key][padded size]
  bool ownsValues = false;
};

} // namespace

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

HeadTensor AttentionExpansion::open(Value tensor) {
  return {openDense(b, tensor), op.getLayout() == Layout::Bhsd};
}

Value AttentionExpansion::toF32(Value value) {
  if (value.getType().isF32())
    return value;
  return arith::ExtFOp::create(b, b.getF32Type(), value);
}

/// bf16 is rounded here, to nearest even: not every processor can, and no library
/// is called. NaN stays NaN.
Value AttentionExpansion::fromF32(Value value, Type type) {
  if (type.isF32())
    return value;
  if (type.isF16())
    return arith::TruncFOp::create(b, type, value);
  Type i32 = b.getI32Type(), i16 = b.getIntegerType(16);
  Value bits = arith::BitcastOp::create(b, i32, value);
  Value odd = b.bitAnd(b.shiftRight(bits, 16), b.integer(1, i32));
  Value rounded = b.add(bits, b.add(odd, b.integer(0x7fff, i32)));
  Value quiet = b.bitOr(bits, b.integer(0x400000, i32));
  Value isNan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, value, value);
  Value high = b.shiftRight(b.select(isNan, quiet, rounded), 16);
  return arith::BitcastOp::create(b, type, arith::TruncIOp::create(b, i16, high));
}

void AttentionExpansion::openExtents() {
  unsigned heads = op.headDimension(), sequence = op.sequenceDimension();
  Value q = op.getQuery(), k = op.getKey(), v = op.getValue();
  batches = extent(b, q, 0);
  queryHeads = extent(b, q, heads);
  keyHeads = extent(b, k, heads);
  queries = extent(b, q, sequence);
  keys = extent(b, k, sequence);
  size = extent(b, q, 3);
  valueSize = extent(b, v, 3);
  checkExtents(b, extent(b, k, 0), batches, "attention: batches of key");
  checkExtents(b, extent(b, v, 0), batches, "attention: batches of value");
  checkExtents(b, extent(b, k, 3), size, "attention: head size of key");
  checkExtents(b, extent(b, v, heads), keyHeads, "attention: heads of value");
  checkExtents(b, extent(b, v, sequence), keys, "attention: length of value");
  Value some = arith::MaxUIOp::create(b, keyHeads, b.index(1));
  checkExtents(b, remainder(queryHeads, some), b.index(0),
               "attention: query heads beyond a multiple of key heads");
  for (Value tokens : {queries, keys})
    FailOp::create(b, b.lessEqual(tokens, b.index(kMostTokens)), SCRATCH_INVALID_ARGUMENT,
                   "attention: tokens", tokens, b.index(kMostTokens));
  shared = arith::MaxUIOp::create(b, quotient(queryHeads, some), b.index(1));
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// Panels of P keys, transposed; keys beyond the last are zero.
void AttentionExpansion::packKeys() {
  int64_t width = tiles.panel();
  panels = arith::CeilDivUIOp::create(b, keys, b.index(width));
  Value total = b.mul(b.mul(batches, keyHeads), panels);
  packedKeys = AllocateOp::create(
      b, MemRefType::get({kDynamic, kDynamic, width}, b.getF32Type()),
      ValueRange{total, size}, /*zeroed=*/false);
  parallelRows(b, countIfOk(b, total), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value panel = remainder(number, panels), rest = quotient(number, panels);
      Value batch = quotient(rest, keyHeads), head = remainder(rest, keyHeads);
      Value firstKey = b.mul(panel, b.index(width));
      Value live = b.min(b.sub(keys, firstKey), b.index(width));
      b.loop(b.index(0), live, [&](Value k) {
        Value token = b.add(firstKey, k);
        b.loop(b.index(0), size, [&](Value d) {
          b.store(toF32(b.load(key.buffer, key.at(batch, head, token, d))), packedKeys,
                  {number, d, k});
        });
      });
      b.loop(live, b.index(width), [&](Value k) {
        b.loop(b.index(0), size,
               [&](Value d) { b.store(real(0.0), packedKeys, {number, d, k}); });
      });
    });
  });
}

/// Values as rows of f32, padded to whole vectors. Those that already are so in
/// the caller's memory are used as they are.
void AttentionExpansion::packValues() {
  int64_t lanes = tiling.getLanes();
  paddedSize = b.roundUp(valueSize, lanes);
  RankedTensorType type = op.getValue().getType();
  bool whole = !type.isDynamicDim(3) && type.getDimSize(3) % lanes == 0;
  if (type.getElementType().isF32() && whole && value.headsFirst) {
    packedValues = memref::CollapseShapeOp::create(
        b, value.buffer, SmallVector<ReassociationIndices>{{0, 1, 2}, {3}});
    return;
  }
  ownsValues = true;
  Value total = b.mul(b.mul(batches, keyHeads), keys);
  packedValues =
      AllocateOp::create(b, MemRefType::get({kDynamic, kDynamic}, b.getF32Type()),
                         ValueRange{total, paddedSize}, /*zeroed=*/false);
  parallelRows(b, countIfOk(b, total), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value token = remainder(number, keys), rest = quotient(number, keys);
      Value batch = quotient(rest, keyHeads), head = remainder(rest, keyHeads);
      b.loop(b.index(0), valueSize, [&](Value d) {
        b.store(toF32(b.load(value.buffer, value.at(batch, head, token, d))), packedValues,
                {number, d});
      });
      b.loop(valueSize, paddedSize,
             [&](Value d) { b.store(real(0.0), packedValues, {number, d}); });
    });
  });
}

/// Rows of one task, R interleaved, times scale (in powers of two, unless a score
/// region wants to see natural ones). Missing rows of the last block are zero.
void AttentionExpansion::packQueries(const Task &task, Value buffer) {
  Value height = b.index(tiling.getRows());
  Value blocks = arith::CeilDivUIOp::create(b, task.rows, height);
  Value unit = real(op.getScore().empty() ? kLog2E : 1.0);
  Value scale;
  if (op.getScale()) {
    scale = real(op.getScale()->convertToDouble() *
                 (op.getScore().empty() ? kLog2E : 1.0));
  } else {
    Value root = math::SqrtOp::create(
        b, arith::UIToFPOp::create(b, b.getF32Type(), b.cast(size, b.getI64Type())));
    scale = arith::DivFOp::create(b, unit, root);
  }
  b.loop(b.index(0), b.mul(blocks, height), [&](Value row) {
    Value block = quotient(row, height), lane = remainder(row, height);
    Value live = b.less(row, task.rows);
    b.ifElse(
        live, {},
        [&] {
          Value head = headOf(task, row), token = queryOf(task, row);
          b.loop(b.index(0), size, [&](Value d) {
            Value q = toF32(b.load(query.buffer, query.at(task.batch, head, token, d)));
            b.store(arith::MulFOp::create(b, q, scale), buffer, {block, d, lane});
          });
          return LoopBuilder::Values();
        },
        [&] {
          b.loop(b.index(0), size,
                 [&](Value d) { b.store(real(0.0), buffer, {block, d, lane}); });
          return LoopBuilder::Values();
        });
  });
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

AttentionExpansion::Task AttentionExpansion::taskAt(Value number) {
  Task task;
  Value block = remainder(number, blocksOfGroup), rest = quotient(number, blocksOfGroup);
  task.batch = quotient(rest, groups);
  task.group = remainder(rest, groups);
  task.keyHead = quotient(b.mul(task.group, packed), shared);
  task.firstRow = b.mul(block, b.index(tiling.getQueries()));
  task.rows = b.min(b.sub(rowsOfGroup, task.firstRow), b.index(tiling.getQueries()));
  Value last = b.sub(task.rows, b.index(1));
  task.queries = {queryOf(task, b.index(0)), queryOf(task, last)};
  return task;
}

/// Runs `body` on the tiles of keys that may hold a live entry, in order.
void AttentionExpansion::overKeyTiles(const Task &task,
                                      function_ref<void(Value, Value, Value)> body,
                                      ScalarDomain &domain) {
  Value width = b.index(tiling.getKeys()), one = b.index(1);
  // Without keys nothing is asked.
  mask::Range<ScalarDomain> all{b.index(0), b.sub(keys, one)};
  mask::Range<ScalarDomain> hull = mask::keyHull(domain, formula.predicate, task.queries, all);
  Value some = domain.lessEqual(hull.low, hull.high);
  Value from = b.select(some, quotient(hull.low, width), b.index(0));
  Value to = b.select(some, b.add(quotient(hull.high, width), one), b.index(0));
  b.loop(from, to, [&](Value tile) {
    Value firstKey = b.mul(tile, width);
    Value count = b.min(b.sub(keys, firstKey), width);
    if (formula.isTrivial())
      return body(tile, count, {});
    mask::Range<ScalarDomain> range{firstKey, b.sub(b.add(firstKey, count), one)};
    auto verdict = mask::TileClassifier<ScalarDomain>(domain, task.queries, range)
                       .classify(formula.predicate);
    b.ifThen(verdict.possible, [&] { body(tile, count, verdict.certain); });
  });
}

/// Chunks of tasks of about equal numbers of tiles.
Value AttentionExpansion::partition(Value tasks) {
  Value one = b.index(1), zero = b.index(0);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()),
                                     ValueRange{b.add(tasks, one)}, /*zeroed=*/true);
  Value safe = countIfOk(b, tasks);
  // A weight is about one multiplication.
  Value perTile = b.mul(b.add(size, valueSize),
                        b.index(tiling.getKeys() * tiling.getQueries() / 8));
  parallelRows(b, safe, [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Task task = taskAt(number);
      ScalarDomain domain(b, formula, task.batch, task.group);
      Value at = b.add(number, one);
      b.storeIndex(perTile, weights, at);
      overKeyTiles(task, [&](Value, Value, Value) {
        b.storeIndex(b.add(b.loadIndex(weights, at), perTile), weights, at);
      }, domain);
    });
  });
  b.loop(zero, safe, [&](Value number) {
    Value at = b.add(number, one);
    b.storeIndex(b.add(b.loadIndex(weights, number), b.loadIndex(weights, at)), weights, at);
  });
  Value starts = PartitionOp::create(b, bufferOf(b.getI64Type()), weights, safe);
  ReleaseOp::create(b, weights);
  return starts;
}

//===----------------------------------------------------------------------===//
// One task
//===----------------------------------------------------------------------===//

/// The score region on scaled products; results in powers of two.
void AttentionExpansion::applyScore(const Task &task, Value scores, Value firstKey,
                                    Value count) {
  if (op.getScore().empty())
    return;
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value head = headOf(task, row), token = queryOf(task, row);
    b.loop(b.index(0), count, [&](Value j) {
      Value score = cloneBody(b, op.getScore(),
                              {b.load(scores, {row, j}), task.batch, head, token,
                               b.add(firstKey, j)})[0];
      b.store(arith::MulFOp::create(b, score, real(kLog2E)), scores, {row, j});
    });
  });
}

/// Scores of entries that do not take part become minus infinity.
void AttentionExpansion::applyMask(const Task &task, ScalarDomain &domain, Value scores,
                                   Value firstKey, Value count) {
  int64_t lanes = tiling.getLanes();
  Value least = tiles.minusInfinity();
  Value vectors = LaneDomain::covers(formula, lanes) ? b.bitAnd(count, b.index(-lanes))
                                                     : b.index(0);
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value token = queryOf(task, row);
    Value dead = vector::BroadcastOp::create(b, tiles.vectorType(), least);
    if (LaneDomain::covers(formula, lanes))
      b.loop(b.index(0), vectors, [&](Value j) {
        LaneDomain entries(domain, b.add(firstKey, j), lanes);
        Value live = mask::evaluate(entries, formula.predicate, {token}, entries.keys());
        Value score = vector::LoadOp::create(b, tiles.vectorType(), scores, ValueRange{row, j});
        vector::StoreOp::create(b, arith::SelectOp::create(b, live, score, dead), scores,
                                ValueRange{row, j});
      }, lanes);
    b.loop(vectors, count, [&](Value j) {
      Value live = mask::evaluate(domain, formula.predicate, token, b.add(firstKey, j));
      b.store(b.select(live, b.load(scores, {row, j}), least), scores, {row, j});
    });
  });
}

void AttentionExpansion::finish(const Task &task, const AttentionTiles::Workspace &w) {
  Type element = op.getResult().getType().getElementType();
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value head = headOf(task, row), token = queryOf(task, row);
    Value total = tiles.addLanes(vector::LoadOp::create(b, tiles.vectorType(), w.total,
                                                        ValueRange{row, b.index(0)}));
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, total, real(0.0));
    Value inverse = b.select(empty, real(0.0), arith::DivFOp::create(b, real(1.0), total));
    b.loop(b.index(0), valueSize, [&](Value d) {
      Value sum = arith::MulFOp::create(b, b.load(w.sums, {row, d}), inverse);
      b.store(fromF32(sum, element), result.buffer, result.at(task.batch, head, token, d));
    });
    if (!logSumExp)
      return;
    Value log = arith::AddFOp::create(b, b.load(w.most, row), emitLog2(b, total));
    Value natural = arith::MulFOp::create(b, log, real(kLn2));
    b.store(b.select(empty, tiles.minusInfinity(), natural), logSumExp,
            {task.batch, head, token});
  });
}

void AttentionExpansion::run(const Task &task, const AttentionTiles::Workspace &w) {
  packQueries(task, w.queries);
  tiles.reset(w, task.rows, paddedSize);
  ScalarDomain domain(b, formula, task.batch, task.group);
  Value head = b.add(b.mul(task.batch, keyHeads), task.keyHead);
  Value firstPanel = b.mul(head, panels), firstValue = b.mul(head, keys);
  int64_t perTile = tiling.getKeys() / tiles.panel();
  overKeyTiles(task, [&](Value tile, Value count, Value certain) {
    Value firstKey = b.mul(tile, b.index(tiling.getKeys()));
    Value panel = b.add(firstPanel, b.mul(tile, b.index(perTile)));
    Value panelCount = arith::CeilDivUIOp::create(b, count, b.index(tiles.panel()));
    tiles.multiplyKeys(w, task.rows, packedKeys, panel, panelCount, size);
    applyScore(task, w.scores, firstKey, count);
    if (certain)
      b.ifThen(domain.negate(certain),
               [&] { applyMask(task, domain, w.scores, firstKey, count); });
    tiles.softmax(w, task.rows, count, paddedSize);
    tiles.multiplyValues(w, task.rows, packedValues, b.add(firstValue, firstKey), count,
                         paddedSize);
  }, domain);
  finish(task, w);
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

/// A result's buffer: its static extents, and the others as they are.
static Value allocateResult(LoopBuilder &b, Type type, ArrayRef<Value> extents) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<Value> sizes;
  for (auto [d, extent] : llvm::enumerate(extents))
    if (tensor.isDynamicDim(d))
      sizes.push_back(extent);
    else
      checkExtents(b, extent, b.index(tensor.getDimSize(d)), "attention: extent of the result");
  return AllocateOp::create(b, MemRefType::get(tensor.getShape(), tensor.getElementType()),
                            sizes, /*zeroed=*/false);
}

FailureOr<LoopBuilder::Values> AttentionExpansion::expand() {
  openExtents();
  query = open(op.getQuery());
  key = open(op.getKey());
  value = open(op.getValue());
  FailureOr<MaskFormula> opened =
      MaskFormula::open(b, op, op.getMask(), {batches, queryHeads, queries, keys});
  if (failed(opened))
    return failure();
  formula = std::move(*opened);
  bool first = op.getLayout() == Layout::Bhsd;
  result = {allocateResult(b, op.getResult().getType(),
                           {batches, first ? queryHeads : queries,
                            first ? queries : queryHeads, valueSize}),
            first};
  if (op.getLogSumExp())
    logSumExp = allocateResult(b, op.getLogSumExp().getType(), {batches, queryHeads, queries});
  packed = formula.dependsOnHead ? b.index(1) : shared;
  groups = quotient(queryHeads, packed);
  rowsOfGroup = b.mul(queries, packed);
  blocksOfGroup = arith::CeilDivUIOp::create(b, rowsOfGroup, b.index(tiling.getQueries()));
  packKeys();
  packValues();

  Value tasks = b.mul(b.mul(batches, groups), blocksOfGroup);
  Value starts = partition(tasks);
  parallelChunks(
      b, starts, [&] { return tiles.allocate(size, paddedSize); },
      [&](Value, Value from, Value to, ValueRange state) {
        // A worker whose buffers could not be had leaves its tasks.
        Value end = b.select(StatusOp::create(b), to, from);
        b.loop(from, end, [&](Value number) {
          run(taskAt(number), AttentionTiles::workspaceOf(state));
        });
        recordCount(b, "chunks", 0, b.index(1));
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, starts);
  ReleaseOp::create(b, packedKeys);
  if (ownsValues)
    ReleaseOp::create(b, packedValues);
  for (Value buffer : formula.temporaries)
    ReleaseOp::create(b, buffer);

  LoopBuilder::Values results;
  auto give = [&](Type type, Value buffer) {
    results.push_back(bufferization::ToTensorOp::create(b, type, buffer, /*restrict=*/true,
                                                        /*writable=*/true));
  };
  give(op.getResult().getType(), result.buffer);
  if (logSumExp)
    give(op.getLogSumExp().getType(), logSumExp);
  return results;
}

FailureOr<LoopBuilder::Values> scratch::expandAttention(LoopBuilder &b, AttentionOp op) {
  if (!op.getTiling())
    return op.emitError("attention has no tiling; run select first");
  return AttentionExpansion(b, op).expand();
}
