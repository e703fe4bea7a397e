//===- CrowdedRows.cpp - rows that would push each other out of a cache ---===//
//
// Stage: expand. Rows of `a` that are a multiple of half a page apart have their
// entries of one step in the same few sets of the first cache: a tile's rows do not
// fit side by side. A worker copies a piece of such rows closer together first.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Dense/DenseProduct.h"

using namespace mlir;
using namespace scratch;

/// Bytes between rows that are crowded: multiples of these.
static constexpr int64_t kHalfPage = 2048;
/// So many vectors of columns pay for a copy.
static constexpr int64_t kLeastVectors = 8;
/// Between copied rows: no multiple of a power of two by much.
static constexpr int64_t kPitch = kDepthPiece + 16;

/// Whether `a` is a matrix stored by its rows.
bool DenseProduct::hasPlainRows() const {
  if (p.rows.size() != 1 || p.depth.size() != 1 || p.columnInA || p.aIndex.size() != 2)
    return false;
  for (auto [index, own] : llvm::zip(p.aIndex, ArrayRef{p.rows[0], p.depth[0]}))
    for (auto [loop, coefficient] : llvm::enumerate(index))
      if (coefficient != (loop == own ? 1 : 0))
        return false;
  return true;
}

void DenseProduct::findCrowdedRows() {
  if (!hasPlainRows())
    return;
  int64_t entries = kHalfPage * 8 / element.getIntOrFloatBitWidth();
  Value apart = arith::RemUIOp::create(b, steps[p.rows[0]], b.index(entries));
  crowded = b.bitAnd(b.equal(apart, b.index(0)),
                     b.lessEqual(b.index(kLeastVectors), c.vectors));
}

Value DenseProduct::roomForRows() {
  return b.select(crowded, b.mul(rowsPerBlock, b.index(kPitch)), b.index(0));
}

void DenseProduct::copyRows(const Block &rows, const Piece &piece) {
  b.ifThen(crowded, [&] {
    b.loop(b.index(0), rows.count, [&](Value row) {
      Value from = b.add(b.loadIndex(rows.begins, row), piece.first);
      copyRun(b, a.flat, from, rows.copies, b.mul(row, b.index(kPitch)),
              b.sub(piece.last, piece.first), lanes);
    });
  });
}

/// Where a row begins if it had all steps before the piece, too.
Value DenseProduct::beginOfRow(const Block &rows, const Piece &piece, Value row) {
  Value begin = b.loadIndex(rows.begins, row);
  if (!crowded)
    return begin;
  return b.select(crowded, b.sub(b.mul(row, b.index(kPitch)), piece.first), begin);
}
