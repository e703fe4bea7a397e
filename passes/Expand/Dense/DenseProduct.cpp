//===- DenseProduct.cpp - dense contractions as register tiles ------------===//
//
// Stage: expand. Rows of the result are cut into blocks, the depth into pieces that
// fit the caches [1] (DenseBlocks.cpp); the tile of sums of a few rows and one panel of columns
// stays in registers while a piece of the depth streams by (RegisterTile.h). Every row
// has its own beginning in `a`, kept in a table per block, and every segment of the
// depth (a row of a filter, a row of pixels) its own offset, kept in a table per
// call: a[begin(row) + offset(segment) + i * step]. That is all there is to a
// convolution; a matmul has one segment.
//
// Each element of the result is one worker's, and its terms are added in the order
// of the depth, whatever the number of threads.
//
// [1] Goto and van de Geijn, ACM TOMS 34(3), 2008.
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/DenseProduct.h"

#include "dialects/Scratch/VectorUnit.h"
#include "passes/Expand/Dense/Dense.h"
#include "passes/Expand/Dense/MatrixVector.h"
#include "passes/Expand/InitialValue.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "passes/Expand/Vectors.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

void DenseProduct::chooseShape() {
  int64_t bits = vectorBits(p.op);
  VectorUnit unit = VectorUnit::of(bits);
  SmallVector<int64_t> ranges = p.op.getStaticLoopRanges();
  lanes = bits / element.getIntOrFloatBitWidth();
  int64_t width = ranges[p.column];
  if (!ShapedType::isDynamic(width))
    lanes = std::max<int64_t>(2, std::min<int64_t>(lanes, llvm::PowerOf2Ceil(width)));
  // Depthwise, a vector of `a` serves one vector of sums.
  wide = p.columnInA || (!ShapedType::isDynamic(width) && width <= lanes) ? 1 : 2;
  wideHeight = wide == 1 ? kChains : unit.sums / wide;
  // The loops of what is no matrix product are shorter.
  stepsPerTurn = takesTurns(p) ? unit.stepsPerTurn : 1;
  int64_t known = 1;
  for (unsigned loop : p.rows)
    known = ShapedType::isDynamic(ranges[loop]) ? kRowStep : known * ranges[loop];
  wideHeight = std::clamp<int64_t>(known, 1, wideHeight);
  narrowHeight = std::clamp<int64_t>(known, 1, kChains);
}

void DenseProduct::countLoops() {
  counts.resize(p.op.getNumLoops());
  SmallVector<unsigned> order(p.rows);
  order.push_back(p.column);
  for (auto [dimension, loop] : llvm::enumerate(order))
    counts[loop] = extent(b, p.init, dimension);
  for (auto [dimension, loop] : llvm::enumerate(p.cLoops)) {
    Value found = extent(b, p.c, dimension);
    if (loop != p.column)
      counts[loop] = found;
    else if (!getConstantIntValue(found) || !getConstantIntValue(counts[loop]))
      checkExtents(b, found, counts[loop], "dense product: columns");
  }
}

/// Their other inputs have the extents of the result.
void DenseProduct::openConsumers() {
  Value tile = p.op->getResult(0);
  for (linalg::LinalgOp consumer : consumers = findConsumers(p.op)) {
    Values &buffers = consumed.emplace_back();
    for (auto [number, input] : llvm::enumerate(consumer.getDpsInputs())) {
      if (input == tile) {
        buffers.push_back({});
        continue;
      }
      int64_t rank = cast<RankedTensorType>(input.getType()).getRank();
      for (int64_t d = 0; d < rank; ++d)
        if (cast<RankedTensorType>(input.getType()).isDynamicDim(d))
          checkExtents(b, extent(b, input, d), extent(b, p.init, type.getRank() - rank + d),
                       "dense product: extent of what is done to it");
      buffers.push_back(flatten(b, openDense(b, input)));
    }
    tile = consumer->getResult(0);
  }
}

/// Every index that the loops reach must be there: shapes may be known at run time only.
void DenseProduct::checkSource() {
  auto shape = cast<RankedTensorType>(p.a.getType()).getShape();
  for (auto [dimension, index] : llvm::enumerate(p.aIndex)) {
    bool known = !ShapedType::isDynamic(shape[dimension]);
    Value needed = b.index(1 + index.back());
    int64_t loops = 0, coefficients = 0;
    for (size_t loop = 0; loop < counts.size(); ++loop)
      if (index[loop]) {
        ++loops, coefficients += index[loop];
        known &= getConstantIntValue(counts[loop]).has_value();
        needed = b.add(needed, b.mul(b.sub(counts[loop], b.index(1)), b.index(index[loop])));
      }
    if (known)
      continue;
    Value found = a.extents[dimension];
    if (loops == 1 && coefficients == 1 && index.back() == 0) {
      checkExtents(b, found, needed, "dense product: extent of an operand");
      continue;
    }
    Value enough = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, needed, found);
    FailOp::create(b, enough, SCRATCH_SHAPE_MISMATCH, "dense product: extent of an operand", found,
                   needed);
  }
}

/// Whether loop `outer` of the depth goes on in `a` where `inner` ends.
static bool continues(const DenseContraction &p, unsigned outer, unsigned inner) {
  auto only = [&](unsigned dimension, unsigned loop) {
    for (auto [other, coefficient] : llvm::enumerate(p.aIndex[dimension]))
      if (coefficient != (other == loop ? 1 : 0))
        return false;
    return true;
  };
  int64_t place = -1, uses = 0;
  for (auto [dimension, index] : llvm::enumerate(p.aIndex)) {
    if (index[outer] == 1)
      place = dimension;
    uses += (index[outer] != 0) + (index[inner] != 0);
  }
  return uses == 2 && place >= 0 && place + 1 < int64_t(p.aIndex.size()) &&
         only(place + 1, inner);
}

/// The innermost loops that run on in `a` are the steps of a segment.
void DenseProduct::openDepth() {
  size_t outer = p.depth.size() - 1;
  perSegment = counts[p.depth.back()];
  step = steps[p.depth.back()];
  while (outer > 0 && continues(p, p.depth[outer - 1], p.depth[outer])) {
    --outer;
    perSegment = b.mul(perSegment, counts[p.depth[outer]]);
  }
  ArrayRef<unsigned> loops = ArrayRef(p.depth).take_front(outer);
  segments = b.index(1);
  for (unsigned loop : loops)
    segments = b.mul(segments, counts[loop]);
  offsets = AllocateOp::create(b, bufferOf(b.getI64Type()), ValueRange{segments}, false);
  b.ifThen(StatusOp::create(b),
           [&] { fillOffsets(offsets, b.index(0), segments, loops, b.index(0)); });
}

/// table[i - first] = start + where iteration i of the loops is in `a`.
void DenseProduct::fillOffsets(Value table, Value first, Value last, ArrayRef<unsigned> loops,
                               Value start) {
  Values at(loops.size());
  Value rest = first, zero = b.index(0), one = b.index(1);
  for (int64_t i = int64_t(loops.size()) - 1; i >= 0; --i) {
    // Without iterations a count may be zero.
    Value count = b.max(counts[loops[i]], one);
    at[i] = i ? Value(arith::RemUIOp::create(b, rest, count)) : rest;
    if (i)
      rest = arith::DivUIOp::create(b, rest, count);
  }
  b.loop(first, last, at, [&](Value number, ValueRange now) {
    Value offset = start, carry = one;
    for (auto [i, loop] : llvm::enumerate(loops))
      offset = b.add(offset, b.mul(now[i], steps[loop]));
    b.store(b.cast(offset, b.getI64Type()), table, b.sub(number, first));
    Values next(now);
    for (int64_t i = int64_t(loops.size()) - 1; i >= 0; --i) {
      next[i] = b.add(next[i], carry);
      if (i == 0)
        break;
      Value wraps = b.equal(next[i], counts[loops[i]]);
      next[i] = b.select(wraps, zero, next[i]);
      carry = b.select(wraps, one, zero);
    }
    return next;
  });
}

Value DenseProduct::expand() {
  chooseShape();
  countLoops();
  a = openSource(b, p.a, element, lanes);
  checkSource();
  Values strides = a.strides(b);
  steps.assign(counts.size(), b.index(0));
  start = b.index(0);
  for (auto [dimension, index] : llvm::enumerate(p.aIndex)) {
    for (size_t loop = 0; loop < counts.size(); ++loop)
      if (index[loop])
        steps[loop] = b.add(steps[loop], b.mul(b.index(index[loop]), strides[dimension]));
    start = b.add(start, b.mul(b.index(index.back()), strides[dimension]));
  }
  openDepth();
  if (p.columnInA) // the column is added where a vector is read
    steps[p.column] = b.index(0);
  columns = counts[p.column];
  rows = b.index(1);
  for (unsigned loop : p.rows)
    rows = b.mul(rows, counts[loop]);
  if (!isFilledWith(p.init, b.getFloatAttr(element, 0)))
    init = flatten(b, openDense(b, p.init));
  SmallVector<Value> sizes;
  for (int64_t d = 0; d < type.getRank(); ++d)
    if (type.isDynamicDim(d))
      sizes.push_back(extent(b, p.init, d));
  openConsumers();
  Value buffer = AllocateOp::create(b, MemRefType::get(type.getShape(), element), sizes, false);
  result = flatten(b, buffer);
  c = openPanels(b, p, counts, rows, lanes, wide);
  lastOfC = b.sub(b.mul(c.columns, c.depth), b.index(1));
  findCrowdedRows();
  chooseBlocks();
  Value blocks = b.mul(arith::CeilDivUIOp::create(b, rows, rowsPerBlock), groups);
  Value weight = b.mul(b.mul(rowsPerBlock, vectorsPerGroup), c.depth);
  Value chunks = equalChunks(b, blocks, weight);
  parallelChunks(
      b, chunks, [&] { return allocateWorker(); },
      [&](Value, Value first, Value last, ValueRange state) {
        b.ifThen(StatusOp::create(b), [&] {
          b.loop(first, last, [&](Value number) { block(number, state); });
        });
      },
      [&](ValueRange state) {
        for (Value buffer : state)
          ReleaseOp::create(b, buffer);
      });
  ReleaseOp::create(b, chunks);
  ReleaseOp::create(b, offsets);
  b.ifThen(c.owned, [&] { ReleaseOp::create(b, c.flat); });
  if (a.copied)
    ReleaseOp::create(b, a.flat);
  return asTensor(b, type, buffer);
}

bool scratch::isDenseProduct(Operation *op) {
  return matchDenseContraction(op) && vectorBits(op) >= 128;
}

Operation *scratch::lastOfDenseProduct(Operation *op) {
  SmallVector<linalg::LinalgOp> consumers = findConsumers(cast<linalg::LinalgOp>(op));
  return consumers.empty() ? op : consumers.back();
}

Value scratch::expandDenseProduct(LoopBuilder &b, Operation *op) {
  DenseContraction product = *matchDenseContraction(op);
  if (isMatrixVector(product))
    return expandMatrixVector(b, product,
                              vectorBits(op) / product.element().getIntOrFloatBitWidth());
  return DenseProduct(b, std::move(product)).expand();
}
