//===- MaskBlocks.cpp - the inspector as an operation ---------------------===//
//
// Stage: expand. Sorts the blocks of a mask, counts what each row of blocks keeps
// and writes the list: CSR whose values are the kinds.
//
//===----------------------------------------------------------------------===//
#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Kernels.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/Prune/MaskUses.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

FailureOr<Value> scratch::expandMaskBlocks(LoopBuilder &b, BlocksOfMaskOp op) {
  ArrayRef<int64_t> shape = op.getMask().getType().getShape(), block = op.getBlock();
  auto size = op.getSizes().begin();
  Value extents[2];
  for (auto [extent, known] : llvm::zip(extents, shape))
    extent = ShapedType::isDynamic(known) ? *size++ : b.index(known);
  auto [queries, keys] = extents;
  Value one = b.index(1), zero = b.index(0);
  FailureOr<MaskFormula> formula =
      MaskFormula::open(b, op, op.getMask(), {one, one, queries, keys});
  if (failed(formula))
    return failure();
  Value rows = arith::CeilDivUIOp::create(b, queries, b.index(block[0]));
  Value columns = arith::CeilDivUIOp::create(b, keys, b.index(block[1]));
  auto queriesOf = [&](Value row) -> mask::Range<ScalarDomain> {
    Value first = b.mul(row, b.index(block[0]));
    return {first, b.sub(b.min(b.add(first, b.index(block[0])), queries), one)};
  };
  TileMap map = TileMap::inspect(b, *formula, {one, one, rows, keys, block[1], queriesOf});
  auto overKept = [&](Value row, Value start, function_ref<void(Value, Value, Value)> body) {
    auto [from, to] = map.bounds(b, zero, zero, row);
    return b.loop(from, to, {start}, [&](Value column, ValueRange at) {
      Value kind = map.kindAt(b, zero, zero, row, column);
      Value kept = b.notEqual(kind, b.integer(TileMap::kSkipped, b.getI8Type()));
      if (body)
        b.ifThen(kept, [&] { body(column, kind, at[0]); });
      return LoopBuilder::Values{b.add(at[0], b.cast(kept, b.getIndexType()))};
    })[0];
  };

  auto type = cast<RankedTensorType>(op.getType());
  Value positions =
      AllocateOp::create(b, positionsType(type), ValueRange{b.add(rows, one)}, /*zeroed=*/true);
  b.loop(zero, countIfOk(b, rows), [&](Value row) {
    b.storeIndex(overKept(row, zero, nullptr), positions, b.add(row, one));
  });
  Value total = emitPrefixSum(b, positions, rows, "mask_blocks: blocks of the list");
  Value coordinates =
      AllocateOp::create(b, coordinatesType(type), ValueRange{total}, /*zeroed=*/false);
  Value values = AllocateOp::create(b, valuesType(type), ValueRange{total}, /*zeroed=*/false);
  b.loop(zero, countIfOk(b, rows), [&](Value row) {
    overKept(row, b.loadIndex(positions, row), [&](Value column, Value kind, Value at) {
      b.storeIndex(column, coordinates, at);
      b.store(kind, values, at);
    });
  });
  map.release(b);
  for (Value buffer : formula->temporaries)
    ReleaseOp::create(b, buffer);
  return AssembleOp::create(b, type, positions, coordinates, values, rows, columns).getResult();
}
