//===- TeamDeal.cpp - team SpGEMM: the work of a window -------------------===//
//
// Stage: expand. The schedule deals rows of a window by number, or tokens to whoever is
// free: pieces of equal numbers of products, which may begin and end in the middle of a
// row of B [1]. Where every row is short, tokens are runs of rows: they are nearly equal,
// and nobody searches for where a piece begins.
//
// Windows of some columns only are a row each, and rare: they have loops of their own,
// since looking for columns would fill the registers of loops that do not.
//
// [1] SMASH: K. Shivdikar, arXiv 2105.14156, versions one and two.
//===----------------------------------------------------------------------===//
#include "passes/Expand/Spgemm/Team.h"

#include "passes/Emission/Search.h"

using namespace mlir;
using namespace scratch;

/// Products of a token: enough that taking and locating it costs an instruction or a
/// few per product, few enough that the last one does not last. Small windows are cut
/// into smaller tokens, so that there is one for every worker and none waits for a second
/// round: measured with scratchpads of 64 KB and 256 KB, 16 and 2^6 beat 12, 32, 2^7 and 2^8.
static constexpr int64_t kMostTokenProducts = 128, kLeastTokenProducts = 16;
/// A window becomes about 2^6 tokens between these.
static constexpr int64_t kTokensLog = 6;
/// Tokens are whole rows where the longest row has so many products at most, or half a
/// token: the search saved is worth a few products.
static constexpr int64_t kShortRow = 32;
/// Rows of a window become about 2^8 runs at least: they are taken without a search, and
/// smaller ones end closer together. Measured with 64 KB and 256 KB, 2^8 is between 2^7,
/// better where rows have one product, and 2^9, better where they have four.
static constexpr int64_t kRunsLog = 8;

/// The view of a row of the matrix in the tile of `window`. A row that no table holds is
/// the first of its window.
Value TeamProduct::rowOfTile(Value tile, Value row, const Window &window) {
  Value from = b.sub(b.loadIndex(held, row), window.base);
  Value to = b.sub(b.loadIndex(held, b.add(row, b.index(1))), window.base);
  return RowOp::create(b, tile, b.sub(row, window.first), from, b.min(to, capacity));
}

void TeamProduct::emitAccumulate(Value row, Value entry, Value from, Value to) {
  const SemiringEmitter &semiring = product.scaling;
  Value scale = semiring.readsLeft() ? b.load(product.lhs.values, entry) : Value();
  auto op = AccumulateOp::create(b, row, product.rhs.coordinates,
                                 semiring.readsRight() ? product.rhs.values : Value(), from, to,
                                 scale, /*symbolic=*/false, semiring.swapped, semiring.semiring,
                                 product.partials);
  semiring.cloneMultiply(op.getMultiply());
}

/// Products [from, to) of an entry of A, those of the window's columns only.
void TeamProduct::accumulate(Value row, Value entry, Value from, Value to,
                             const Window &window) {
  if (!window.narrow)
    return emitAccumulate(row, entry, from, to);
  Value coordinates = product.rhs.coordinates;
  if (product.rhs.ordered)
    return emitAccumulate(row, entry, emitLowerBound(b, coordinates, from, to, window.low),
                          emitLowerBound(b, coordinates, from, to, window.high));
  b.loop(from, to, [&](Value at) {
    Value column = b.loadIndex(coordinates, at);
    Value inside = b.bitAnd(b.lessEqual(window.low, column), b.less(column, window.high));
    b.ifThen(inside, [&] { emitAccumulate(row, entry, at, b.add(at, b.index(1))); });
  });
}

static void deal(LoopBuilder &b, Value tile, Value first, Value last, Value grain, bool tokens,
                 function_ref<void(Value begin, Value end)> body) {
  auto op = DealOp::create(b, tile, first, last, grain, tokens);
  OpBuilder::InsertionGuard guard(b);
  Type index = b.getIndexType();
  Block *block = b.createBlock(&op.getBody(), {}, {index, index}, {b.getLoc(), b.getLoc()});
  body(block->getArgument(0), block->getArgument(1));
  YieldOp::create(b);
}

void TeamProduct::markRows(Value tile, const Window &window) {
  Value first = window.first, last = window.last;
  deal(b, tile, first, last, b.index(1), /*tokens=*/true, [&](Value begin, Value end) {
    b.loop(begin, end, [&](Value row) {
      product.mask.emitMarks(b, rowOfTile(tile, row, window), row);
    });
  });
  MeetOp::create(b, tile);
}

void TeamProduct::dealRows(Value tile, const Window &window) {
  Value first = window.first, last = window.last;
  deal(b, tile, first, last, b.index(1), /*tokens=*/false, [&](Value begin, Value end) {
    b.loop(begin, end, [&](Value row) {
      Value view = rowOfTile(tile, row, window);
      auto [entry, behind] = product.lhs.segment(b, row);
      b.loop(entry, behind, [&](Value p) {
        auto [from, to] = product.rhs.segment(b, b.loadIndex(product.lhs.coordinates, p));
        accumulate(view, p, from, to, window);
      });
    });
  });
}

void TeamProduct::dealProducts(Value tile, const Window &window) {
  Value one = b.index(1), first = window.first, last = window.last;
  const SparseOperand &lhs = product.lhs;
  Value entryOfFirst = b.loadIndex(lhs.positions, first);
  Value entryOfLast = b.loadIndex(lhs.positions, last);
  Value from = b.loadIndex(products, entryOfFirst), to = b.loadIndex(products, entryOfLast);
  Value total = b.sub(to, from), rows = b.sub(last, first);
  Value grain = b.min(b.max(b.shiftRight(total, kTokensLog), b.index(kLeastTokenProducts)),
                      b.index(kMostTokenProducts));
  Value wholeRows = b.lessEqual(longest, b.max(b.shiftRight(grain, 1), b.index(kShortRow)));
  // As many rows as make a token, few enough that empty ones are shared as well.
  Value run = arith::DivUIOp::create(b, b.mul(rows, grain), b.max(total, one));
  run = b.max(b.min(run, b.shiftRight(rows, kRunsLog)), one);
  Value begins = b.select(wholeRows, first, from), ends = b.select(wholeRows, last, to);
  Value size = b.select(wholeRows, run, grain);
  deal(b, tile, begins, ends, size, /*tokens=*/true, [&](Value tokenBegin, Value tokenEnd) {
    // Row, entry and product that the token begins with, and the product that it ends before.
    SmallVector<Type> places(4, b.getIndexType());
    auto token = b.ifElse(
        wholeRows, places,
        [&] {
          Value entry = b.loadIndex(lhs.positions, tokenBegin);
          return LoopBuilder::Values{
              tokenBegin, entry, b.loadIndex(products, entry),
              b.loadIndex(products, b.loadIndex(lhs.positions, tokenEnd))};
        },
        [&] {
          Value above = emitPartitionPoint(b, first, last, [&](Value at) {
            return b.less(tokenBegin, b.loadIndex(products, b.loadIndex(lhs.positions, at)));
          });
          Value row = b.sub(above, one);
          auto [entries, behind] = lhs.segment(b, row);
          Value entry = b.sub(emitUpperBound(b, products, entries, behind, tokenBegin), one);
          return LoopBuilder::Values{row, entry, tokenBegin, tokenEnd};
        });
    Value row = token[0], entry = token[1], begin = token[2], end = token[3];
    // Products of the entry that other tokens have.
    Value skipped = b.sub(begin, b.loadIndex(products, entry));
    Value behind = b.loadIndex(lhs.positions, b.add(row, one));
    // As long as the token lasts: product, entry, what of it is skipped, row, its end.
    b.whileLoop(
        {begin, entry, skipped, row, behind},
        [&](ValueRange at) { return b.less(at[0], end); },
        [&](ValueRange at) {
          Value p = at[1];
          auto here = b.whileLoop(
              {at[3], at[4]}, [&](ValueRange place) { return b.lessEqual(place[1], p); },
              [&](ValueRange place) {
                Value next = b.add(place[0], one);
                return LoopBuilder::Values{next,
                                           b.loadIndex(lhs.positions, b.add(next, one))};
              });
          Value view = rowOfTile(tile, here[0], window);
          auto left = dealEntries(view, at.take_front(3), end, here[1], window);
          left.append(here);
          return left;
        });
  });
}

/// Entries of one row, until the row or the token ends. Carries a product, its entry and
/// how many products of it come before.
LoopBuilder::Values TeamProduct::dealEntries(Value row, ValueRange begin, Value end, Value behind,
                                             const Window &window) {
  Value zero = b.index(0), one = b.index(1);
  return b.whileLoop(
      begin,
      [&](ValueRange at) { return b.bitAnd(b.less(at[0], end), b.less(at[1], behind)); },
      [&](ValueRange at) {
        Value p = at[1], next = b.add(p, one);
        Value segment = b.loadIndex(product.rhs.positions, b.loadIndex(product.lhs.coordinates, p));
        Value stop = b.min(b.loadIndex(products, next), end);
        Value from = b.add(segment, at[2]);
        accumulate(row, p, from, b.add(from, b.sub(stop, at[0])), window);
        return LoopBuilder::Values{stop, next, zero};
      });
}
