//===- AttentionResults.cpp - where attention's results go ----------------===//
#include "passes/Expand/Attention/AttentionResults.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Destination.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;

/// Keys are cut into parts of at least so many while there are fewer tasks than
/// this. Neither depends on how many threads there are: nor do results.
static constexpr int64_t kKeysOfPart = 1024, kManyTasks = 64;
/// Parts that results may be asked for.
static constexpr int64_t kMostParts = 1 << 20;
static constexpr double kLn2 = 0.6931471805599453;

static Value quotient(LoopBuilder &b, Value a, Value c) {
  return arith::DivUIOp::create(b, a, c);
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
Value AttentionResults::buffer(unsigned number, ArrayRef<Value> extents) {
  if (!op.getOuts().empty())
    if (Value given = bufferOfDestination(b, op, op.getOuts()[number]))
      return given;
  return allocateResult(b, op->getResult(number).getType(), extents);
}

AttentionResults::AttentionResults(LoopBuilder &b, const AttentionProblem &problem,
                                   AttentionTasks &tasks, AttentionTiles &tiles)
    : b(b), p(problem), e(problem.e), op(problem.op), tasks(tasks), tiles(tiles) {
  bool first = op.getLayout() == Layout::Bhsd;
  SmallVector<Value> shape{e.batches, first ? e.queryHeads : e.queries,
                           first ? e.queries : e.queryHeads, e.valueSize};
  SmallVector<Value> logShape{e.batches, e.queryHeads, e.queries};
  result.headsFirst = first;
  if (op.getParts()) {
    openParts(shape, logShape);
    return;
  }
  checkOuts(b, op, shape, logShape);
  result.buffer = buffer(0, shape);
  if (op.getLogSumExp())
    logSumExp = buffer(1, logShape);
  if (p.formula.queryOrder.counts)
    clear();
  if (op.allows(Rewrites::Split) && !p.formula.queryOrder.counts && !p.single)
    split(shape, logShape);
}

/// Parts that are results.
void AttentionResults::openParts(SmallVector<Value> shape, SmallVector<Value> logShape) {
  Value least = arith::MaxSIOp::create(b, op.getParts(), b.index(1));
  Value nearest = arith::MinSIOp::create(b, least, b.index(kMostParts));
  FailOp::create(b, arith::CmpIOp::create(b, arith::CmpIPredicate::eq, op.getParts(), nearest),
                 SCRATCH_INVALID_ARGUMENT, "attention: parts", op.getParts(), nearest);
  parts.count = nearest;
  tasks.splitBy(parts.count);
  shape.insert(shape.begin(), op.getParts());
  logShape.insert(logShape.begin(), op.getParts());
  checkOuts(b, op, shape, logShape);
  parts.results = buffer(0, shape);
  parts.logSumExps = buffer(1, logShape);
}

/// As many parts as make enough tasks, none of them short of keys; one is no part.
void AttentionResults::split(SmallVector<Value> shape, SmallVector<Value> logShape) {
  Value whole = arith::MaxUIOp::create(b, tasks.perPart(), b.index(1));
  parts.count = arith::MaxUIOp::create(
      b,
      b.min(quotient(b, p.keyPlaces(), b.index(kKeysOfPart)),
            quotient(b, b.index(kManyTasks), whole)),
      b.index(1));
  tasks.splitBy(parts.count);
  Value isSplit = b.less(b.index(1), parts.count), none = b.index(0);
  shape.insert(shape.begin(), b.select(isSplit, parts.count, none));
  logShape.insert(logShape.begin(), shape[0]);
  auto allocate = [&](ArrayRef<Value> sizes) -> Value {
    SmallVector<int64_t> open(sizes.size(), ShapedType::kDynamic);
    return AllocateOp::create(b, MemRefType::get(open, b.getF32Type()), sizes, /*zeroed=*/false);
  };
  parts.results = allocate(shape);
  parts.logSumExps = allocate(logShape);
}

/// Queries that a keep-list drops have no place: they see no key.
void AttentionResults::clear() {
  Type element = op.getResult().getType().getElementType();
  Value none = arith::ConstantOp::create(b, cast<TypedAttr>(b.getZeroAttr(element)));
  Value heads = b.mul(e.batches, e.queryHeads), zero = b.index(0);
  parallelRows(b, countIfOk(b, heads), [&](Value first, Value last) {
    b.loop(first, last, [&](Value number) {
      Value batch = quotient(b, number, e.queryHeads);
      Value head = arith::RemUIOp::create(b, number, e.queryHeads);
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

void AttentionResults::write(const AttentionTask &task, const AttentionTiles::Workspace &w) {
  if (!parts.results)
    return writeTo(task, w, result, logSumExp, {});
  HeadTensor target{parts.results, result.headsFirst};
  if (!result.buffer)
    return writeTo(task, w, target, parts.logSumExps, task.part);
  b.ifElse(
      b.equal(parts.count, b.index(1)), [&] { writeTo(task, w, result, logSumExp, {}); },
      [&] { writeTo(task, w, target, parts.logSumExps, task.part); });
}

void AttentionResults::writeTo(const AttentionTask &task, const AttentionTiles::Workspace &w,
                               const HeadTensor &target, Value logs, Value part) {
  Type element = cast<MemRefType>(target.buffer.getType()).getElementType();
  auto inPart = [&](LoopBuilder::Values at) {
    if (part)
      at.insert(at.begin(), part);
    return at;
  };
  b.loop(b.index(0), tasks.rowsInUse(task), [&](Value row) {
    Value head = tasks.headOf(task, row), token = tasks.queryOf(task, row);
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

std::optional<ComingRange> AttentionResults::coming(const AttentionTask &task,
                                                    Value isAsked) const {
  if (!result.buffer || !result.headsFirst || p.formula.queryOrder.tokens)
    return std::nullopt;
  Value count = b.select(isAsked, b.mul(tasks.tokensOf(task), e.valueSize), b.index(0));
  return ComingRange::of(b, result.buffer, b.mul(tasks.firstTokenOf(task), e.valueSize), count,
                         /*isWritten=*/true);
}

void AttentionResults::merge() {
  if (!areMerged())
    return;
  Value whole = b.equal(parts.count, b.index(1));
  mergeParts(b, parts, b.select(whole, b.index(0), e.batches), e.queryHeads, e.queries,
             e.valueSize, result, logSumExp);
}

void AttentionResults::release() const {
  if (!areMerged())
    return;
  ReleaseOp::create(b, parts.results);
  ReleaseOp::create(b, parts.logSumExps);
}

LoopBuilder::Values AttentionResults::tensors() {
  bool asked = !result.buffer;
  LoopBuilder::Values results{
      asTensor(b, op.getResult().getType(), asked ? parts.results : result.buffer)};
  if (op.getLogSumExp())
    results.push_back(
        asTensor(b, op.getLogSumExp().getType(), asked ? parts.logSumExps : logSumExp));
  return results;
}
