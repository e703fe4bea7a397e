//===- DenseBlocks.cpp - what one worker has of a dense product -----------===//
//
// Stage: expand. A block of rows, and where panels are copied in turn a group of columns too,
// goes through the depth piece by piece.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/DenseProduct.h"

#include "dialects/Scratch/VectorUnit.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Vectors.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Steps of rows in a block at most: a piece of them stays in the second cache. Few rows are cut
/// finer, for the workers.
static constexpr int64_t kMostRowSteps = 4, kBlocksWanted = 8;

/// How many rows, and vectors of columns, are one worker's at a time.
void DenseProduct::chooseBlocks() {
  Value share = arith::CeilDivUIOp::create(b, rows, b.index(kBlocksWanted * kRowStep));
  rowsPerBlock = b.mul(b.min(b.max(share, b.index(1)), b.index(kMostRowSteps)), b.index(kRowStep));
  groups = b.index(1), vectorsPerGroup = c.vectors;
  if (!takesTurns(p))
    return;
  // There are more rows per block, which use a copy more often, and fewer panels: a piece of a few
  // of them is in the second cache, too.
  VectorUnit unit = VectorUnit::of(vectorBits(p.op));
  Value most = b.index(unit.rowStepsInTurn * kRowStep);
  Value equal = arith::CeilDivUIOp::create(
      b, rows, b.max(arith::CeilDivUIOp::create(b, rows, most), b.index(1)));
  // There may be no rows, and no columns.
  Value least = b.index(1);
  rowsPerBlock = b.select(c.inTurn, b.roundUp(b.max(equal, least), kRowStep), rowsPerBlock);
  Value wanted = b.index(kBlocksWanted * wide);
  if (unit.countsRowBlocks) {
    Value ofRows = b.max(arith::CeilDivUIOp::create(b, rows, rowsPerBlock), least);
    wanted = b.mul(arith::CeilDivUIOp::create(b, b.index(kBlocksWanted), ofRows), b.index(wide));
  }
  Value panels = arith::DivUIOp::create(b, c.vectors, wanted);
  Value few = b.min(b.max(panels, b.index(1)),
                    b.index(unit.panelsInTurn));
  vectorsPerGroup = b.select(c.inTurn, b.mul(few, b.index(wide)), vectorsPerGroup);
  Value inTurn = arith::CeilDivUIOp::create(b, c.vectors, b.max(vectorsPerGroup, least));
  groups = b.select(c.inTurn, inTurn, groups);
}

/// Tables and copies of one worker.
Values DenseProduct::allocateWorker() {
  auto room = [&](Type type, Value size) {
    return AllocateOp::create(b, bufferOf(type), ValueRange{size}, /*zeroed=*/false);
  };
  Values state{room(b.getI64Type(), rowsPerBlock)};
  if (takesTurns(p))
    state.push_back(room(element, b.select(c.inTurn, b.mul(vectorsPerGroup, b.index(lanes * kDepthPiece)),
                                           b.index(0))));
  if (crowded)
    state.push_back(room(element, roomForRows()));
  return state;
}

void DenseProduct::block(Value number, ValueRange state) {
  Value zero = b.index(0), one = b.index(1);
  Value group = zero, ofRows = number;
  if (takesTurns(p)) {
    group = arith::RemUIOp::create(b, number, groups);
    ofRows = arith::DivUIOp::create(b, number, groups);
  }
  Value first = b.mul(ofRows, rowsPerBlock);
  Value last = b.min(rows, b.add(first, rowsPerBlock));
  Value firstVector = b.mul(group, vectorsPerGroup);
  Block block{first, b.sub(last, first), state[0], firstVector,
              b.min(c.vectors, b.add(firstVector, vectorsPerGroup)),
              takesTurns(p) ? state[1] : Value(), crowded ? state.back() : Value()};
  fillOffsets(block.begins, first, last, p.rows, start);
  // Without depth there still is one piece, which writes the initial values.
  Value perPiece = b.min(b.max(perSegment, one), b.index(kDepthPiece));
  Value segmentsPerPiece = b.max(arith::DivUIOp::create(b, b.index(kDepthPiece), perPiece), one);
  auto pieces = [&](Value total, Value size) {
    return b.max(arith::CeilDivUIOp::create(b, total, size), one);
  };
  Value outerPieces = pieces(segments, segmentsPerPiece);
  Value innerPieces = pieces(perSegment, perPiece);
  b.loop(zero, outerPieces, [&](Value outer) {
    b.loop(zero, innerPieces, [&](Value inner) {
      Value segment = b.mul(outer, segmentsPerPiece), at = b.mul(inner, perPiece);
      Piece piece{segment, b.min(segments, b.add(segment, segmentsPerPiece)), at,
                  b.min(perSegment, b.add(at, perPiece)),
                  b.equal(b.add(outer, inner), zero),
                  b.bitAnd(b.equal(b.add(outer, one), outerPieces),
                           b.equal(b.add(inner, one), innerPieces))};
      if (crowded)
        copyRows(block, piece);
      PanelTurn turn{block.firstVector, block.lastVector, piece.first, piece.last, block.turns};
      if (takesTurns(p))
        b.ifThen(c.inTurn, [&] { packTurn(b, p, c, turn); });
      panels(block, piece, turn, true);
      if (wide > 1)
        panels(block, piece, turn, false);
    });
  });
}
