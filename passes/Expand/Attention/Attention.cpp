//===- Attention.cpp - masked attention becomes loops over tiles ----------===//
//
// Stage: expand. Keys are packed once per key head, or tile by tile where one task alone
// reads them. Then, in parallel over (batch,
// heads, block of queries), weighted by the tiles that each has to compute:
//   for tiles of keys within the mask's bounds:
//     skipped tile: nothing      full tile: no mask code
//     scores = Q K^T;  partial tile: dead scores = -inf;  softmax step;  sums += P V
//   result = sums / total
// Query heads that share a key head are rows of one block, interleaved: row r is
// query r / G of head r % G (unless the mask differs between heads). Where that
// leaves few tasks on many keys, keys are cut into parts, whose results are merged.
// Memory beyond inputs and results: packed keys (and values, where their type or
// size asks for it), and tiles per worker. Never queries x keys.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Attention/Attention.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Destination.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

static constexpr int64_t kDynamic = ShapedType::kDynamic;
/// Keys are cut into parts of at least so many while there are fewer tasks than
/// this. Neither depends on how many threads there are: nor do results.
static constexpr int64_t kKeysOfPart = 1024, kManyTasks = 64;
/// Those of a mask.
static constexpr Rewrites kMaskRewrites =
    Rewrites::Compact | Rewrites::Residues | Rewrites::Patches | Rewrites::Ranges;
/// Numbers of a score in powers of two.
static constexpr double kLog2E = 1.4426950408889634, kLn2 = 0.6931471805599453;

/// Pairs of bf16 where the processor multiplies them, and where the op asks for what
/// such a processor computes.
static AttentionTiles::Products productsOf(AttentionOp op) {
  using Products = AttentionTiles::Products;
  if (!op.getQuery().getType().getElementType().isBF16())
    return Products::Reals;
  if (VectorInstructions::of(op).bf16Pairs && op.getTiling()->getLanes() == 16)
    return Products::PairInstruction;
  return op->hasAttr("pairs") ? Products::Pairs : Products::Reals;
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// Rows of one task, times scale (in powers of two, unless a score region wants to see
/// natural ones); pairs as they are, since a scaled bf16 would be rounded. Rows beyond
/// the last repeat it.
void AttentionExpansion::packQueries(const Task &task, Value buffer) {
  Value scale = emitScale(b, op.getScale(), e.size, op.getScore().empty() ? kLog2E : 1.0);
  b.loop(b.index(0), b.roundUp(task.rows, tiling.getRows()), [&](Value row) {
    Value own = b.min(row, b.sub(task.rows, b.index(1)));
    Value head = headOf(task, own), token = queryOf(task, own);
    b.loop(b.index(0), entries(e.size), [&](Value d) {
      if (tiles.inPairs()) {
        b.store(loadPair(b, query, task.batch, head, token, d, e.size), buffer, {row, d});
        return;
      }
      Value q = b.load(query.buffer, query.at(task.batch, head, token, d));
      b.store(arith::MulFOp::create(b, emitToF32(b, q), scale), buffer, {row, d});
    });
  });
}

//===----------------------------------------------------------------------===//
// Keys and values
//===----------------------------------------------------------------------===//

void AttentionExpansion::openOperands() {
  int64_t lanes = tiling.getLanes();
  HeadLists keyLists{key, e.batches, e.keyHeads, keyPlaces, e.size, formula.keyOrder};
  HeadLists valueLists{value, e.batches, e.keyHeads, keyPlaces, e.valueSize, formula.keyOrder};
  Value readers = b.mul(quotient(e.shared, packed), blocksOfGroup); // tasks that read a list
  if (formula.keyOrder.perHead) {
    for (HeadLists *lists : {&keyLists, &valueLists})
      lists->heads = e.queryHeads, lists->shared = e.shared;
    readers = blocksOfGroup;
  }
  Value alone = b.lessEqual(readers, b.index(1));
  if (tiles.inPairs()) {
    keys = OperandTiles::packed(b, packingOfPairedPanels(b, keyLists, tiles.panel(), lanes), alone);
    values = OperandTiles::packed(b, packingOfPairedRows(b, valueLists, lanes), alone);
    return;
  }
  keys = OperandTiles::packed(b, packingOfPanels(b, keyLists, tiles.panel(), lanes), alone);
  values = areRowsInPlace(valueLists, lanes)
               ? OperandTiles::inPlace(openRows(b, valueLists, lanes, e.queries), keyPlaces)
               : OperandTiles::packed(b, packingOfRows(b, valueLists, lanes), alone);
}

LoopBuilder::Values AttentionExpansion::allocateWorker() {
  LoopBuilder::Values state = tiles.allocate(entries(e.size), paddedValueSize());
  for (const OperandTiles &operand : {keys, values})
    if (Value own = operand.allocate(b, tiling.getKeys()))
      state.push_back(own);
  return state;
}

AttentionExpansion::Worker AttentionExpansion::workerOf(ValueRange state) {
  Worker worker{tiles.workspaceOf(state), {}, {}};
  auto own = state.drop_front(tiles.buffers());
  worker.keys = own[0];
  if (own.size() > 1)
    worker.values = own[1];
  return worker;
}

//===----------------------------------------------------------------------===//
// Tasks
//===----------------------------------------------------------------------===//

AttentionExpansion::Task AttentionExpansion::taskAt(Value number) {
  Task task;
  task.block = remainder(number, blocksOfGroup);
  Value rest = quotient(number, blocksOfGroup);
  task.group = remainder(rest, groups);
  rest = quotient(rest, groups);
  Value batches = arith::MaxUIOp::create(b, e.batches, b.index(1));
  task.batch = remainder(rest, batches);
  task.part = quotient(rest, batches);
  task.keyHead = quotient(b.mul(task.group, packed), e.shared);
  task.firstRow = b.mul(task.block, b.index(tiling.getQueries()));
  task.rows = b.min(b.sub(rowsOfGroup, task.firstRow), b.index(tiling.getQueries()));
  return task;
}

void AttentionExpansion::sortTiles() {
  auto queriesOf = [&](Value block) -> mask::Range<ScalarDomain> {
    Value first = b.mul(block, b.index(tiling.getQueries()));
    Value end = b.min(b.add(first, b.index(tiling.getQueries())), rowsOfGroup);
    return {quotient(first, packed), quotient(b.sub(end, b.index(1)), packed)};
  };
  map = TileMap::inspect(
      b, formula,
      {e.batches, groups, blocksOfGroup, keyPlaces, tiling.getKeys(), queriesOf});
}

/// Runs `body` on the tiles of keys that may hold a live entry, in order. `partial`
/// is null where there is no mask.
void AttentionExpansion::overKeyTiles(const Task &task,
                                      function_ref<void(Value, Value, Value)> body) {
  Value width = b.index(tiling.getKeys()), one = b.index(1);
  Value from = b.index(0), to = arith::CeilDivUIOp::create(b, keyPlaces, width);
  Value tiles = to;
  if (map)
    std::tie(from, to) = map->bounds(b, task.batch, task.group, task.block);
  if (parts.count) {
    // A part has its share of the tiles.
    auto share = [&](Value part) { return quotient(b.mul(part, tiles), parts.count); };
    from = b.max(from, share(task.part));
    to = b.min(to, share(b.add(task.part, one)));
  }
  b.loop(from, to, [&](Value tile) {
    Value count = b.min(b.sub(keyPlaces, b.mul(tile, width)), width);
    if (!map)
      return body(tile, count, {});
    Value kind = map->kindAt(b, task.batch, task.group, task.block, tile);
    auto is = [&](int64_t which) { return b.equal(kind, b.integer(which, b.getI8Type())); };
    b.ifThen(b.notEqual(kind, b.integer(TileMap::kSkipped, b.getI8Type())),
             [&] { body(tile, count, is(TileMap::kPartial)); });
  });
}

/// Chunks of tasks of about equal numbers of tiles.
Value AttentionExpansion::partition(Value tasks) {
  Value one = b.index(1), zero = b.index(0);
  Value weights = AllocateOp::create(b, bufferOf(b.getI64Type()),
                                     ValueRange{b.add(tasks, one)}, /*zeroed=*/true);
  Value safe = countIfOk(b, tasks);
  // A weight is about one multiplication.
  Value perTile = b.mul(b.add(e.size, e.valueSize),
                        b.index(tiling.getKeys() * tiling.getQueries() / 8));
  parallelRows(b, safe, [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Task task = taskAt(number);
      Value at = b.add(number, one);
      b.storeIndex(perTile, weights, at);
      overKeyTiles(task, [&](Value, Value, Value) {
        b.storeIndex(b.add(b.loadIndex(weights, at), perTile), weights, at);
      });
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
      Value product = b.load(scores, {row, j});
      if (tiles.inPairs())
        product = arith::MulFOp::create(b, product, emitScale(b, op.getScale(), e.size, 1.0));
      Value score = cloneBody(b, op.getScore(),
                              {product, task.batch, head, token,
                               keyOf(task, b.add(firstKey, j))})[0];
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
    Value token = placeOf(task, row);
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

/// Writes sums over totals: the result, or that of the task's part.
void AttentionExpansion::finish(const Task &task, const AttentionTiles::Workspace &w) {
  if (!parts.results)
    return write(task, w, result, logSumExp, {});
  HeadTensor target{parts.results, result.headsFirst};
  if (!result.buffer)
    return write(task, w, target, parts.logSumExps, task.part);
  b.ifElse(
      b.equal(parts.count, b.index(1)),
      [&] {
        write(task, w, result, logSumExp, {});
      },
      [&] {
        write(task, w, target, parts.logSumExps, task.part);
      });
}

void AttentionExpansion::write(const Task &task, const AttentionTiles::Workspace &w,
                               const HeadTensor &target, Value logs, Value part) {
  Type element = cast<MemRefType>(target.buffer.getType()).getElementType();
  auto inPart = [&](LoopBuilder::Values at) {
    if (part)
      at.insert(at.begin(), part);
    return at;
  };
  Value rows = task.rows;
  if (formula.queryOrder.counts) {
    // Places of a short list that are not in use.
    Value used = b.mul(formula.queryOrder.countAt(b, task.batch), packed);
    rows = b.min(rows, b.sub(b.max(used, task.firstRow), task.firstRow));
  }
  b.loop(b.index(0), rows, [&](Value row) {
    Value head = headOf(task, row), token = queryOf(task, row);
    Value total = tiles.addLanes(vector::LoadOp::create(b, tiles.vectorType(), w.total,
                                                        ValueRange{row, b.index(0)}));
    Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, total, real(0.0));
    Value inverse = b.select(empty, real(0.0), arith::DivFOp::create(b, real(1.0), total));
    b.loop(b.index(0), e.valueSize, [&](Value d) {
      Value sum = arith::MulFOp::create(b, b.load(w.sums, {row, d}), inverse);
      b.store(emitFromF32(b, sum, element), target.buffer,
              inPart(target.at(task.batch, head, token, d)));
    });
    if (!logs)
      return;
    Value log = arith::AddFOp::create(b, b.load(w.most, row), emitLog2(b, total));
    Value natural = arith::MulFOp::create(b, log, real(kLn2));
    b.store(b.select(empty, tiles.minusInfinity(), natural), logs,
            inPart({task.batch, head, token}));
  });
}

/// A partial tile's weighted sum over the keys that take part alone.
void AttentionExpansion::sumLiveValues(const Task &task, ScalarDomain &domain,
                                       const AttentionTiles::Workspace &w, Value firstKey,
                                       Value count) {
  b.loop(b.index(0), task.rows, [&](Value row) {
    Value place = placeOf(task, row);
    b.loop(b.index(0), count, [&](Value j) {
      Value keyPlace = b.add(firstKey, j);
      b.ifThen(mask::evaluate(domain, formula.predicate, place, keyPlace), [&] {
        Value weight = tiles.weightAt(w, row, j), token = keyOf(task, keyPlace);
        b.loop(b.index(0), e.valueSize, [&](Value d) {
          Value entry =
              emitToF32(b, b.load(value.buffer, value.at(task.batch, task.keyHead, token, d)));
          Value term = arith::MulFOp::create(b, weight, entry);
          b.store(arith::AddFOp::create(b, b.load(w.sums, {row, d}), term), w.sums, {row, d});
        });
      });
    });
  });
}

/// Weighted sums over all tiles. Dead keys of partial tiles weigh zero, which is
/// enough unless their values are infinite or NaN; if `careful`, they are left out.
void AttentionExpansion::sumTiles(const Task &task, const Worker &worker, Value careful) {
  const AttentionTiles::Workspace &w = worker.w;
  // A single tile that runs sets what the others add to; lists may leave no key to any.
  if (!single || map || formula.keyOrder.tokens)
    tiles.reset(w, task.rows, paddedValueSize());
  ScalarDomain domain(b, formula, task.batch, task.group);
  Value list = listOf(task);
  overKeyTiles(task, [&](Value tile, Value count, Value partial) {
    Value firstKey = b.mul(tile, b.index(tiling.getKeys()));
    auto panels = keys.open(b, worker.keys, list, firstKey, count);
    tiles.multiplyKeys(w, task.rows, panels.buffer, panels.first, count, entries(e.size));
    applyScore(task, w.scores, firstKey, count);
    if (partial)
      b.ifThen(partial, [&] { applyMask(task, domain, w.scores, firstKey, count); });
    Value changed = b.notEqual(b.bitAnd(count, b.index(tiling.getLanes() - 1)), b.index(0));
    if (partial)
      changed = b.bitOr(changed, partial);
    if (!op.getScore().empty())
      changed = b.bit(true);
    b.ifThen(changed, [&] { tiles.findPeaks(w, task.rows, count); });
    // Paired queries are not scaled; a score region's results are in powers of two.
    bool scaled = !tiles.inPairs() || !op.getScore().empty();
    tiles.softmax(w, task.rows, count, paddedValueSize(), single,
                  scaled ? Value() : emitScale(b, op.getScale(), e.size, kLog2E));
    auto sumAll = [&] {
      auto rows = values.open(b, worker.values, list, firstKey, count);
      tiles.multiplyValues(w, task.rows, rows.buffer, rows.first, entries(count),
                           paddedValueSize(), single);
    };
    if (!partial) {
      sumAll();
      return;
    }
    b.ifElse(
        b.bitAnd(partial, careful),
        [&] { sumLiveValues(task, domain, w, firstKey, count); }, sumAll);
  });
}

void AttentionExpansion::run(const Task &task, const Worker &worker) {
  const AttentionTiles::Workspace &w = worker.w;
  packQueries(task, w.queries);
  Value no = b.bit(false), yes = b.bit(true);
  if (!map)
    sumTiles(task, worker, no);
  else // Once more where something that is not finite may have come from dead keys.
    b.whileLoop(
        {no, yes}, [](ValueRange state) { return state[1]; },
        [&](ValueRange state) {
          Value careful = state[0];
          sumTiles(task, worker, careful);
          Value finite = tiles.isFinite(w.sums, task.rows, paddedValueSize());
          Value again = arith::XOrIOp::create(b, b.bitOr(careful, finite), yes);
          return LoopBuilder::Values{yes, again};
        });
  finish(task, w);
}

//===----------------------------------------------------------------------===//
// The kernel
//===----------------------------------------------------------------------===//

/// Queries that a keep-list drops have no place: they see no key.
void AttentionExpansion::clearResults() {
  Type element = op.getResult().getType().getElementType();
  Value none = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element)));
  Value heads = b.mul(e.batches, e.queryHeads), zero = b.index(0);
  parallelRows(b, countIfOk(b, heads), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value batch = quotient(number, e.queryHeads), head = remainder(number, e.queryHeads);
      b.loop(zero, e.queries, [&](Value token) {
        b.loop(zero, e.valueSize, [&](Value d) {
          b.store(none, result.buffer, result.at(batch, head, token, d));
        });
        if (logSumExp)
          b.store(tiles.minusInfinity(), logSumExp, {batch, head, token});
      });
    });
  });
}

/// Destinations have the results' extents.
static void checkOuts(LoopBuilder &b, AttentionOp op, ArrayRef<Value> shape,
                      ArrayRef<Value> logShape) {
  ArrayRef<Value> shapes[] = {shape, logShape};
  for (auto [out, extents] : llvm::zip(op.getOuts(), shapes))
    for (auto [d, expected] : llvm::enumerate(extents))
      checkExtents(b, extent(b, out, d), expected, "attention: extent of outs");
}

/// Over a destination, or of its own.
Value AttentionExpansion::resultBuffer(unsigned number, ArrayRef<Value> extents) {
  if (!op.getOuts().empty())
    if (Value given = bufferOfDestination(b, op, op.getOuts()[number]))
      return given;
  return allocateResult(b, op->getResult(number).getType(), extents);
}

/// Parts that results may be asked for.
static constexpr int64_t kMostParts = 1 << 20;

/// Buffers of the results, and of parts where there may be some.
void AttentionExpansion::openResults() {
  bool first = op.getLayout() == Layout::Bhsd;
  SmallVector<Value> shape{e.batches, first ? e.queryHeads : e.queries,
                           first ? e.queries : e.queryHeads, e.valueSize};
  SmallVector<Value> logShape{e.batches, e.queryHeads, e.queries};
  result.headsFirst = first;
  if (op.getParts()) {
    Value least = arith::MaxSIOp::create(b, op.getParts(), b.index(1));
    Value nearest = arith::MinSIOp::create(b, least, b.index(kMostParts));
    FailOp::create(b, arith::CmpIOp::create(b, arith::CmpIPredicate::eq, op.getParts(), nearest),
                   SCRATCH_INVALID_ARGUMENT, "attention: parts", op.getParts(), nearest);
    parts.count = nearest;
    shape.insert(shape.begin(), op.getParts());
    logShape.insert(logShape.begin(), op.getParts());
    checkOuts(b, op, shape, logShape);
    parts.results = resultBuffer(0, shape);
    parts.logSumExps = resultBuffer(1, logShape);
    return;
  }
  checkOuts(b, op, shape, logShape);
  result.buffer = resultBuffer(0, shape);
  if (op.getLogSumExp())
    logSumExp = resultBuffer(1, logShape);
  if (formula.queryOrder.counts)
    clearResults();
  if (!op.allows(Rewrites::Split) || formula.queryOrder.counts || single)
    return;
  // As many parts as make enough tasks, none of them short of keys.
  Value tasks = arith::MaxUIOp::create(b, b.mul(b.mul(e.batches, groups), blocksOfGroup),
                                       b.index(1));
  parts.count = arith::MaxUIOp::create(
      b, b.min(quotient(keyPlaces, b.index(kKeysOfPart)), quotient(b.index(kManyTasks), tasks)),
      b.index(1));
  Value split = b.less(b.index(1), parts.count), none = b.index(0);
  shape.insert(shape.begin(), b.select(split, parts.count, none));
  logShape.insert(logShape.begin(), shape[0]);
  auto allocate = [&](ArrayRef<Value> sizes) -> Value {
    SmallVector<int64_t> open(sizes.size(), kDynamic);
    return AllocateOp::create(b, MemRefType::get(open, b.getF32Type()), sizes, /*zeroed=*/false);
  };
  parts.results = allocate(shape);
  parts.logSumExps = allocate(logShape);
}

FailureOr<LoopBuilder::Values> AttentionExpansion::expand() {
  e = AttentionExtents::open(b, op.getQuery(), op.getKey(), op.getValue(), op.getLayout());
  checkReads(b, op.getScore(), {e.batches, e.queryHeads, e.queries, e.keys});
  query = openHeads(b, op.getQuery(), op.getLayout());
  key = openHeads(b, op.getKey(), op.getLayout());
  value = openHeads(b, op.getValue(), op.getLayout());
  FailureOr<MaskFormula> opened =
      MaskFormula::open(b, op, op.getMask(), {e.batches, e.queryHeads, e.queries, e.keys},
                        op.getRewrites().value_or(kMaskRewrites), /*compactQueries=*/!op.getParts(),
                        /*ordersPerHead=*/true);
  if (failed(opened))
    return failure();
  formula = std::move(*opened);
  queryPlaces = formula.queryPlaces;
  keyPlaces = formula.keyPlaces;
  int64_t known = op.getKey().getType().getDimSize(op.sequenceDimension());
  single = op.allows(Rewrites::Single) && !op.getParts() && known > 0 &&
           known <= tiling.getKeys();
  bool together = op.allows(Rewrites::Heads) && !formula.dependsOnHead;
  packed = together ? e.shared : b.index(1);
  groups = quotient(e.queryHeads, packed);
  rowsOfGroup = b.mul(queryPlaces, packed);
  blocksOfGroup = arith::CeilDivUIOp::create(b, rowsOfGroup, b.index(tiling.getQueries()));
  openResults();
  openOperands();
  if (!formula.isTrivial())
    sortTiles();
  Value tasks = b.mul(b.mul(e.batches, groups), blocksOfGroup);
  if (parts.count)
    tasks = b.mul(tasks, parts.count);
  Value starts = partition(tasks);
  parallelChunks(
      b, starts, [&] { return allocateWorker(); },
      [&](Value, Value from, Value to, ValueRange state) {
        // A worker whose buffers could not be had leaves its tasks.
        Value end = b.select(StatusOp::create(b), to, from);
        b.loop(from, end, [&](Value number) {
          run(taskAt(number), workerOf(state));
        });
        recordCount(b, "chunks", 0, b.index(1));
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  keys.release(b);
  values.release(b);
  SmallVector<Value> done = {starts};
  done.append(formula.temporaries);
  if (map)
    map->release(b);
  if (parts.results && result.buffer) {
    Value whole = b.equal(parts.count, b.index(1));
    mergeParts(b, parts, b.select(whole, b.index(0), e.batches), e.queryHeads, e.queries,
               e.valueSize, result, logSumExp);
    done.append({parts.results, parts.logSumExps});
  }
  for (Value buffer : done)
    ReleaseOp::create(b, buffer);
  bool partial = !result.buffer;
  LoopBuilder::Values results{
      asTensor(b, op.getResult().getType(), partial ? parts.results : result.buffer)};
  if (op.getLogSumExp())
    results.push_back(
        asTensor(b, op.getLogSumExp().getType(), partial ? parts.logSumExps : logSumExp));
  return results;
}

FailureOr<LoopBuilder::Values> scratch::expandAttention(LoopBuilder &b, AttentionOp op) {
  if (!op.getTiling())
    return op.emitError("attention has no tiling; run select first");
  return AttentionExpansion(b, op, productsOf(op)).expand();
}
