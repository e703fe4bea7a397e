//===- MaskData.cpp - what a formula reads at run time --------------------===//
#include "passes/Expand/Attention/MaskData.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;
using mask::Index;

/// Constants are part of the formula, other numbers parameters of it.
Index MaskData::single(Value value) {
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && std::abs(constant.getInt()) < (1 << 28))
    return mask::number(constant.getInt());
  Parameter parameter;
  parameter.single = value;
  return add(parameter);
}

Index MaskData::count(Value value, StringRef what) {
  if (!isa<RankedTensorType>(value.getType()))
    return single(value);
  checkExtents(b, extent(b, value, 0), domain.batches, what);
  Parameter parameter;
  parameter.buffer = openDense(b, value);
  return add(parameter);
}

Index MaskData::shift(Alignment alignment, Value offset, StringRef what) {
  Index fixed = alignment == Alignment::TopLeft
                    ? mask::number(0)
                    : single(b.sub(domain.keys, domain.queries));
  return offset ? fixed + count(offset, what) : fixed;
}

unsigned MaskData::table(Value tensor, Axis axis, StringRef what, bool sorted) {
  MaskFormula::Table table;
  auto type = cast<RankedTensorType>(tensor.getType());
  table.perBatch = type.getRank() == 2;
  table.sorted = sorted;
  if (table.perBatch)
    checkExtents(b, extent(b, tensor, 0), domain.batches, what);
  checkExtents(b, extent(b, tensor, type.getRank() - 1), extentOf(axis), what);
  table.buffer = openDense(b, tensor);
  return add(table);
}

unsigned MaskData::add(TokenNumbers numbers, bool sorted) {
  MaskFormula::Table table;
  table.buffer = numbers.buffer;
  table.perBatch = numbers.perBatch;
  table.perHead = numbers.perHead;
  table.sorted = sorted;
  return add(table);
}

MaskFormula::Table MaskData::listedFlags(MaskListedOp leaf) {
  auto type = leaf.getIds().getType();
  bool perBatch = type.getRank() == 2;
  Value tokens = extentOf(leaf.getAxis());
  Value batches = perBatch ? domain.batches : b.index(1);
  if (perBatch)
    checkExtents(b, extent(b, leaf.getIds(), 0), domain.batches, "mask.listed: batches of ids");
  Value ids = openDense(b, leaf.getIds());
  Value flags = AllocateOp::create(
      b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getI8Type()),
      ValueRange{batches, tokens}, /*zeroed=*/true);
  formula.temporaries.push_back(flags);
  Value kept = extent(b, leaf.getIds(), type.getRank() - 1);
  b.loop(b.index(0), countIfOk(b, batches), [&](Value batch) {
    b.loop(b.index(0), kept, [&](Value k) {
      SmallVector<Value> at;
      if (perBatch)
        at.push_back(batch);
      at.push_back(k);
      // A negative number is a large one when taken as unsigned.
      Value id = b.toIndex(b.load(ids, at));
      Value inside = b.less(id, tokens);
      FailOp::create(b, inside, SCRATCH_INVALID_ARGUMENT, "mask.listed: token number", id,
                     tokens);
      b.ifThen(inside, [&] { b.store(b.integer(1, b.getI8Type()), flags, {batch, id}); });
    });
  });
  MaskFormula::Table table;
  table.buffer = flags;
  table.perBatch = true;
  if (!perBatch) {
    // One row for all batches: seen as a table without them.
    table.perBatch = false;
    table.buffer = memref::CollapseShapeOp::create(
        b, flags, SmallVector<ReassociationIndices>{{0, 1}});
  }
  return table;
}
