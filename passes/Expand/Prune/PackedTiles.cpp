//===- PackedTiles.cpp - packed weights times tiles of samples ------------===//
//
// Stage: expand. The tile of sums of one panel (its rows times a few vectors of
// samples) stays in registers while the panel's entries stream by; bias and relu
// are applied before it is stored. An item of work is a tile of samples times a group
// of panels: all of them use the activations of the tile (ActivationTiles.h), by pieces
// of the depth that the first cache holds where the format can be cut there.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/VectorUnit.h"
#include "passes/Expand/Dense/Source.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/ActivationTiles.h"
#include "passes/Expand/Prune/PackedProduct.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace scratch;
using Values = LoopBuilder::Values;

/// Bytes of activations side by side: entries of one row share no loads, and more
/// would leave fewer depths in the first cache.
static constexpr int64_t kTileBytes = 256;
/// Work for the workers, of panels enough to be worth a tile of activations.
static constexpr int64_t kItemsWanted = 64, kRowsPerItem = 32;
/// An item is a chunk of its own.
static constexpr int64_t kItemWeight = 1 << 20;

namespace {
class PackedTiles : PackedProduct {
public:
  explicit PackedTiles(const PackedProduct &product) : PackedProduct(product) {}
  void emit(const PackedEntries &entries, int64_t lanes);

private:
  /// Panels and samples of an item, where its activations are.
  struct Item {
    Value first, last;
    Value column; ///< of rhs and the result
    ActivationTiles::Tile tile;
    Value places; ///< per panel: where its walk by pieces goes on
  };
  /// All panels of an item, at `vectors` vectors of its samples.
  void panels(const PackedEntries &entries, const Item &item, int64_t vectors, int64_t lanes);
  /// Depths of a piece.
  Value pieceDepth(const PackedEntries &entries, int64_t width);
  /// Loads a tile of rows `row`, or stores it; the last vector may be cut off.
  Values load(Value buffer, ArrayRef<Value> row, Value column, int64_t vectors, int64_t lanes);
  void store(ValueRange sums, ArrayRef<Value> row, Value column, int64_t vectors, int64_t lanes);
  Value maskOf(Value column, int64_t vectors, int64_t lanes);
};
} // namespace

Value PackedTiles::maskOf(Value column, int64_t vectors, int64_t lanes) {
  Value last = b.add(column, b.index((vectors - 1) * lanes));
  Value left = b.sub(b.min(columns, b.add(last, b.index(lanes))), last);
  return vector::CreateMaskOp::create(b, VectorType::get({lanes}, b.getI1Type()),
                                      ValueRange{left});
}

Values PackedTiles::load(Value buffer, ArrayRef<Value> row, Value column, int64_t vectors,
                           int64_t lanes) {
  auto all = [&](Value mask) {
    Values sums;
    for (Value r : row)
      for (int64_t v = 0; v < vectors; ++v) {
        SmallVector<Value> at{r, b.add(column, b.index(v * lanes))};
        if (lanes == 1)
          sums.push_back(b.load(buffer, at));
        else if (mask && v + 1 == vectors)
          sums.push_back(vector::MaskedLoadOp::create(b, cast<VectorType>(vectorOf(lanes)), buffer,
                                                      at, mask, zeroOf(vectorOf(lanes))));
        else
          sums.push_back(vector::LoadOp::create(b, cast<VectorType>(vectorOf(lanes)), buffer, at));
      }
    return sums;
  };
  if (lanes == 1)
    return all({});
  return b.ifElse(
      b.lessEqual(b.add(column, b.index(vectors * lanes)), columns),
      SmallVector<Type>(row.size() * vectors, vectorOf(lanes)), [&] { return all({}); },
      [&] { return all(maskOf(column, vectors, lanes)); });
}

void PackedTiles::store(ValueRange sums, ArrayRef<Value> row, Value column, int64_t vectors,
                          int64_t lanes) {
  auto all = [&](Value mask) {
    for (auto [r, at] : llvm::enumerate(row)) {
      auto one = [&, r = r, at = at] {
        for (int64_t v = 0; v < vectors; ++v) {
          SmallVector<Value> place{at, b.add(column, b.index(v * lanes))};
          Value sum = sums[r * vectors + v];
          if (lanes == 1)
            b.store(sum, result, place);
          else if (mask && v + 1 == vectors)
            vector::MaskedStoreOp::create(b, result, place, mask, sum);
          else
            vector::StoreOp::create(b, sum, result, place);
        }
      };
      if (r == 0)
        one();
      else // rows that the border cuts off
        b.ifThen(b.less(at, rows), one);
    }
  };
  if (lanes == 1)
    return all({});
  b.ifElse(
      b.lessEqual(b.add(column, b.index(vectors * lanes)), columns), [&] { all({}); },
      [&] { all(maskOf(column, vectors, lanes)); });
}

/// Activations of a piece are in the first cache, or the second where too few entries of a row lie
/// in that to make up for opening the row.
Value PackedTiles::pieceDepth(const PackedEntries &entries, int64_t width) {
  VectorUnit unit = VectorUnit::of(vectorBits());
  int64_t small = unit.pieceBytes * 8 / (width * bits) & -16;
  int64_t large = unit.largePieceBytes * 8 / (width * bits) & -16;
  Value stored = b.max(entries.steps(b), b.index(1));
  Value wanted =
      arith::DivUIOp::create(b, b.mul(b.mul(rows, depth), b.index(unit.entriesPerPiece)), stored);
  return b.select(b.lessEqual(wanted, b.index(small)), b.index(small), b.index(large));
}

void PackedTiles::panels(const PackedEntries &entries, const Item &item, int64_t vectors,
                           int64_t lanes) {
  int64_t height = entries.panelHeight();
  Type tileType = vectorOf(lanes);
  Value zero = b.index(0), one = b.index(1);
  auto rowsOf = [&](Value panel) {
    Values row;
    for (int64_t r = 0; r < height; ++r)
      row.push_back(height == 1 ? panel : b.add(b.mul(panel, b.index(height)), b.index(r)));
    return row;
  };
  auto existing = [&](ArrayRef<Value> row) {
    // Rows that the border cuts off start at an existing row and are dropped.
    Values safe;
    for (Value r : row)
      safe.push_back(height == 1 ? r : b.min(r, b.sub(rows, one)));
    return safe;
  };
  auto fresh = [&](ArrayRef<Value> row) {
    if (init)
      return load(init, existing(row), item.column, vectors, lanes);
    return Values(height * vectors, zeroOf(tileType));
  };
  auto done = [&](Values sums, ArrayRef<Value> row) {
    Values safe = existing(row);
    for (auto [i, sum] : llvm::enumerate(sums))
      sum = finish(sum, safe[i / vectors]);
    return sums;
  };
  auto step = [&](Value k, ArrayRef<Value> weights, ValueRange before) {
    Value at = b.add(item.tile.from, b.mul(k, item.tile.stride));
    Values x;
    for (int64_t v = 0; v < vectors; ++v) {
      Value place = b.add(at, b.index(v * lanes));
      x.push_back(lanes > 1 ? Value(vector::LoadOp::create(b, cast<VectorType>(tileType),
                                                           item.tile.flat, ValueRange{place}))
                            : b.load(item.tile.flat, place));
    }
    return stepTile(
        b, height, x, before, [&](int64_t r) { return spread(b, weights[r], tileType); },
        [&](Value a, Value c, Value sum) { return multiplyAdd(b, a, c, sum); });
  };
  if (!item.places) {
    int64_t chains = std::clamp<int64_t>(kInFlight / (height * vectors), 1, kMostChains);
    chains = llvm::bit_floor(uint64_t(chains));
    b.loop(item.first, item.last, [&](Value panel) {
      Values row = rowsOf(panel), sums = fresh(row);
      size_t each = sums.size();
      sums.append((chains - 1) * each, zeroOf(tileType));
      sums = entries.walk(b, panel, sums, step, chains);
      for (int64_t half = chains / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half * each; ++i)
          sums[i] = arith::AddFOp::create(b, sums[i], sums[half * each + i]);
      sums.truncate(each);
      store(done(sums, row), row, item.column, vectors, lanes);
    });
    return;
  }
  Value piece = pieceDepth(entries, vectors * lanes);
  Value pieces = b.max(arith::CeilDivUIOp::create(b, depth, piece), one);
  b.loop(zero, pieces, [&](Value number) {
    Value isFirst = b.equal(number, zero), isLast = b.equal(b.add(number, one), pieces);
    Value stop = b.min(depth, b.mul(b.add(number, one), piece));
    b.loop(item.first, item.last, [&](Value panel) {
      Values row = rowsOf(panel);
      SmallVector<Type> types(height * vectors + 1, tileType);
      types[0] = b.getIndexType();
      Value slot = b.sub(panel, item.first);
      Values state = b.ifElse(
          isFirst, types,
          [&] {
            Values state{entries.firstPlace(b, panel)};
            llvm::append_range(state, fresh(row));
            return state;
          },
          [&] {
            Values state{b.loadIndex(item.places, slot)};
            llvm::append_range(state, load(result, row, item.column, vectors, lanes));
            return state;
          });
      state = entries.walkPiece(b, panel, state[0], stop, ArrayRef(state).drop_front(), step);
      b.storeIndex(state[0], item.places, slot);
      Values sums(llvm::drop_begin(state));
      if (bias || op.getRelu())
        sums = b.ifElse(
            isLast, ArrayRef(types).drop_front(), [&] { return done(sums, row); },
            [&] { return sums; });
      store(sums, row, item.column, vectors, lanes);
    });
  });
}

void PackedTiles::emit(const PackedEntries &entries, int64_t lanes) {
  int64_t height = entries.panelHeight();
  int64_t registers = VectorUnit::of(vectorBits()).sums;
  // Vectors of a tile; those that are left over are taken by as many as fit.
  int64_t most = lanes == 1 ? 1
                            : std::clamp<int64_t>(registers / height, 1,
                                                  std::max<int64_t>(1, kTileBytes * 8 / (lanes * bits)));
  if (lanes > 1 && lanes * bits < vectorBits())
    most = 1; // all samples are in one short vector
  if (most > 4)
    most = llvm::bit_floor(uint64_t(most));
  SmallVector<int64_t> widths;
  // A walk of short vectors costs by its entries more than by its width.
  bool halves = vectorBits() >= 512;
  for (int64_t width = most; width > 0; width = halves && width > 4 ? width / 2 : width - 1)
    widths.push_back(width);
  Value uses = arith::DivUIOp::create(b, entries.steps(b), b.max(depth, b.index(1)));
  ActivationTiles tiles = openActivations(b, rhs, depth, columns, lanes, most, uses);
  Value tileCount = tiles.count(b), one = b.index(1);
  Value panelCount = entries.panels();
  Value perTile = b.max(arith::DivUIOp::create(b, b.index(kItemsWanted), b.max(tileCount, one)), one);
  Value groups = b.max(b.min(perTile, arith::DivUIOp::create(
                                          b, panelCount, b.index(std::max<int64_t>(1, kRowsPerItem / height)))),
                       one);
  Value chunks = equalChunks(b, b.mul(tileCount, groups), b.index(kItemWeight));
  bool byPieces = lanes > 1 && most >= 3 && height == 1 && entries.hasPieces();
  Value perGroup = arith::CeilDivUIOp::create(b, panelCount, groups);
  parallelChunks(
      b, chunks,
      [&] {
        Values state = tiles.open(b);
        if (byPieces)
          state.push_back(AllocateOp::create(b, bufferOf(b.getI64Type()),
                                             ValueRange{b.add(perGroup, one)}, false));
        return state;
      },
      [&](Value, Value first, Value last, ValueRange state) {
        b.ifThen(StatusOp::create(b), [&] {
          b.loop(first, last, [&](Value number) {
            Value tile = arith::DivUIOp::create(b, number, groups);
            Value group = arith::RemUIOp::create(b, number, groups);
            Item item{b.min(b.mul(group, perGroup), panelCount),
                      b.min(b.mul(b.add(group, one), perGroup), panelCount),
                      b.mul(tile, b.index(tiles.width())),
                      tiles.take(b, tile, state),
                      {}};
            Value from = item.tile.from;
            Value end = b.min(columns, b.add(item.column, b.index(tiles.width())));
            Value left = arith::CeilDivUIOp::create(b, b.sub(end, item.column), b.index(lanes));
            Value done = b.index(0), begin = item.column;
            for (int64_t width : widths) {
              Value stop = b.sub(left, arith::RemUIOp::create(b, b.sub(left, done), b.index(width)));
              item.places = byPieces && width >= 3 ? state.back() : Value();
              b.loop(done, stop, [&](Value vector) {
                Item part = item;
                Value offset = b.mul(vector, b.index(lanes));
                part.column = b.add(begin, offset);
                part.tile.from = b.add(from, offset);
                panels(entries, part, width, lanes);
              }, width);
              done = stop;
            }
          });
        });
      },
      [&](ValueRange state) {
        if (byPieces) {
          ReleaseOp::create(b, state.back());
          state = state.drop_back();
        }
        tiles.close(b, state);
      });
  ReleaseOp::create(b, chunks);
}

void scratch::emitPackedTiles(const PackedProduct &product, const PackedEntries &entries,
                              int64_t lanes) {
  PackedTiles(product).emit(entries, lanes);
}
