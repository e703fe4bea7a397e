//===- Merge.cpp - one attention out of its parts -------------------------===//
//
// Stage: expand. Per query: the largest log-sum-exp m, weights exp(l - m) over
// their sum, and the weighted sum of the parts' results, in the order of parts.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Attention/Merge.h"

#include "passes/Emission/Exponential.h"
#include "passes/Emission/ShortFloats.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;

static constexpr double kLog2E = 1.4426950408889634, kLn2 = 0.6931471805599453;

void scratch::mergeParts(LoopBuilder &b, const AttentionParts &parts, Value batches, Value heads,
                         Value tokens, Value size, const HeadTensor &result, Value logSumExp) {
  auto real = [&](double value) -> Value {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  };
  Value zero = b.index(0), least = real(-std::numeric_limits<double>::infinity());
  Type element = cast<MemRefType>(result.buffer.getType()).getElementType();
  Value rows = b.mul(b.mul(batches, heads), tokens);
  Value weights = AllocateOp::create(
      b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getF32Type()),
      ValueRange{rows, parts.count}, /*zeroed=*/false);
  parallelRows(b, countIfOk(b, rows), [&](Value first, Value last) {
    b.loop(first, last, [&](Value row) {
      Value token = arith::RemUIOp::create(b, row, tokens);
      Value rest = arith::DivUIOp::create(b, row, tokens);
      Value batch = arith::DivUIOp::create(b, rest, heads);
      Value head = arith::RemUIOp::create(b, rest, heads);
      auto logAt = [&](Value part) {
        return b.load(parts.logSumExps, {part, batch, head, token});
      };
      Value most = b.loop(zero, parts.count, {least}, [&](Value part, ValueRange before) {
        // NaN is the largest: it must show in the result.
        return LoopBuilder::Values{arith::MaximumFOp::create(b, before[0], logAt(part))};
      })[0];
      Value empty = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, most, least);
      Value base = b.select(empty, real(0.0), most);
      Value total = b.loop(zero, parts.count, {real(0.0)}, [&](Value part, ValueRange before) {
        Value less = arith::SubFOp::create(b, logAt(part), base);
        Value weight = emitExp2(b, arith::MulFOp::create(b, less, real(kLog2E)));
        // What exp gives of minus infinity is tiny, not nothing.
        Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, less, least);
        weight = b.select(none, real(0.0), weight);
        b.store(weight, weights, {row, part});
        return LoopBuilder::Values{arith::AddFOp::create(b, before[0], weight)};
      })[0];
      Value inverse = b.select(empty, real(0.0), arith::DivFOp::create(b, real(1.0), total));
      b.loop(zero, size, [&](Value d) {
        Value sum = b.loop(zero, parts.count, {real(0.0)}, [&](Value part, ValueRange before) {
          LoopBuilder::Values at = result.at(batch, head, token, d);
          at.insert(at.begin(), part);
          Value product = arith::MulFOp::create(b, b.load(weights, {row, part}),
                                                b.load(parts.results, at));
          return LoopBuilder::Values{arith::AddFOp::create(b, before[0], product)};
        })[0];
        sum = arith::MulFOp::create(b, sum, inverse);
        b.store(emitFromF32(b, sum, element), result.buffer, result.at(batch, head, token, d));
      });
      if (!logSumExp)
        return;
      Value log = arith::MulFOp::create(b, emitLog2(b, total), real(kLn2));
      b.store(b.select(empty, least, arith::AddFOp::create(b, most, log)), logSumExp,
              {batch, head, token});
    });
  });
  ReleaseOp::create(b, weights);
}

LoopBuilder::Values scratch::expandAttentionMerge(LoopBuilder &b, AttentionMergeOp op) {
  bool headsFirst = op.getLayout() == Layout::Bhsd;
  SmallVector<Value> of;
  for (unsigned d = 0; d < 5; ++d)
    of.push_back(extent(b, op.getParts(), d));
  Value heads = of[headsFirst ? 2 : 3], tokens = of[headsFirst ? 3 : 2];
  Value found[] = {of[0], of[1], heads, tokens};
  for (auto [d, expected] : llvm::enumerate(found))
    checkExtents(b, extent(b, op.getLogSumExps(), d), expected,
                 "attention_merge: extent of log-sum-exps");
  HeadTensor result{allocateResult(b, op.getResult().getType(), ArrayRef(of).drop_front()),
                    headsFirst};
  Value logs;
  if (op.getLogSumExp())
    logs = allocateResult(b, op.getLogSumExp().getType(), {of[1], heads, tokens});
  mergeParts(b, {of[0], openDense(b, op.getParts()), openDense(b, op.getLogSumExps())}, of[1],
             heads, tokens, of[4], result, logs);
  LoopBuilder::Values results{asTensor(b, op.getResult().getType(), result.buffer)};
  if (logs)
    results.push_back(asTensor(b, op.getLogSumExp().getType(), logs));
  return results;
}
