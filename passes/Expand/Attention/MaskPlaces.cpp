//===- MaskPlaces.cpp - which order a mask gives its tokens ---------------===//
#include "passes/Expand/Attention/MaskPlaces.h"

#include "passes/Expand/Attention/MaskOperands.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

using namespace mlir;
using namespace scratch;
using mask::Index;
using mask::Predicate;

/// The tokens at an order's places, as an expression of the place.
Index MaskPlaces::tokensOf(const TokenOrder &order, const Index &place) {
  TokenNumbers numbers{order.tokens, order.perBatch, order.perHead};
  if (!order.perBatch && !order.perHead)
    numbers.buffer = memref::CollapseShapeOp::create(
        b, order.tokens, SmallVector<ReassociationIndices>{{0, 1}});
  return mask::lookup(data.add(numbers, order.sorted), place);
}

/// What keep-lists leave of an axis comes side by side.
bool MaskPlaces::compact(ArrayRef<Value> conjuncts, Axis axis) {
  SmallVector<TokenNumbers> flags;
  for (Value mask : conjuncts) {
    if (auto keep = mask.getDefiningOp<MaskKeepOp>(); keep && keep.getAxis() == axis) {
      auto type = cast<RankedTensorType>(keep.getFlags().getType());
      if (type.getRank() == 2)
        checkExtents(b, extent(b, keep.getFlags(), 0), domain.batches, "mask.keep: flags");
      checkExtents(b, extent(b, keep.getFlags(), type.getRank() - 1), data.extentOf(axis),
                   "mask.keep: flags");
      flags.push_back({openDense(b, keep.getFlags()), type.getRank() == 2});
    } else if (auto list = mask.getDefiningOp<MaskListedOp>(); list && list.getAxis() == axis) {
      MaskData::Table table = data.listedFlags(list);
      flags.push_back({table.buffer, table.perBatch});
    } else {
      continue;
    }
    implied.insert(mask);
  }
  if (flags.empty())
    return false;
  bool queries = axis == Axis::Query;
  Value &places = queries ? formula.queryPlaces : formula.keyPlaces;
  TokenOrder order = orderKept(b, flags, domain.batches, data.extentOf(axis), places);
  formula.temporaries.append({order.tokens, order.counts});
  if (order.perBatch) {
    MaskData::Parameter count;
    count.buffer = order.counts;
    used = std::move(used) && mask::less(queries ? mask::query() : mask::key(), data.add(count));
  }
  (queries ? at.query : at.key) = tokensOf(order, queries ? mask::query() : mask::key());
  (queries ? formula.queryOrder : formula.keyOrder) = order;
  return true;
}

/// Has `leaf` residues, the same for all batches and, unless each head may have an
/// order of its own, for all heads?
static bool makesOrder(MaskWindowOp leaf, bool ordersPerHead) {
  Value dilation = leaf.getDilation(), offset = leaf.getOffset();
  return dilation && (ordersPerHead || dilation.getType().isIndex()) &&
         (!offset || offset.getType().isIndex());
}

bool MaskPlaces::sharesResidues(MaskWindowOp leaf) {
  return residues && leaf.getDilation() == residues.getDilation() &&
         leaf.getAlignment() == residues.getAlignment() &&
         leaf.getOffset() == residues.getOffset();
}

Value MaskPlaces::allTokens(Value offset) {
  Value tokens = b.max(b.add(domain.queries, domain.keys), b.index(1));
  if (!offset)
    return tokens;
  Value moved = withinMostOffset(b, offset);
  return b.add(tokens, arith::MaxSIOp::create(b, moved, b.sub(b.index(0), moved)));
}

void MaskPlaces::orderForWindow(MaskWindowOp leaf) {
  residues = leaf;
  Value dilation = leaf.getDilation(), heads, dilations;
  if (isa<RankedTensorType>(dilation.getType())) {
    heads = domain.heads;
    checkExtents(b, extent(b, dilation, 0), heads, "mask.window: dilations");
    dilations = openDense(b, dilation);
  }
  Value tokens = allTokens(leaf.getOffset());
  auto remaindersOf = [&](Value list) {
    Value own = dilation;
    if (heads)
      own = arith::IndexCastOp::create(b, b.getIndexType(), b.load(dilations, list));
    return Remainders::of(b, own, tokens);
  };
  Value shift = leaf.getAlignment() == Alignment::TopLeft ? b.index(0)
                                                          : b.sub(domain.keys, domain.queries);
  if (leaf.getOffset())
    shift = b.add(shift, withinMostOffset(b, leaf.getOffset()));
  for (Axis axis : {Axis::Query, Axis::Key}) {
    bool queries = axis == Axis::Query;
    TokenNumbers numbers;
    TokenOrder order = orderByRemainder(b, heads, data.extentOf(axis), queries ? shift : b.index(0),
                                        remaindersOf, numbers);
    formula.temporaries.append({order.tokens, ownerOf(numbers.buffer)});
    Index place = queries ? mask::query() : mask::key();
    (queries ? ranks.query : ranks.key) = mask::lookup(data.add(numbers, /*sorted=*/true), place);
    (queries ? at.query : at.key) = tokensOf(order, place);
    (queries ? formula.queryOrder : formula.keyOrder) = order;
  }
}

void MaskPlaces::orderForGrid(MaskNeighbourhoodOp leaf) {
  TokenNumbers row, column;
  TokenOrder order = orderByPatch(b, leaf.getGrid()[0], leaf.getGrid()[1], row, column);
  formula.temporaries.append({order.tokens, ownerOf(row.buffer), ownerOf(column.buffer)});
  unsigned rowTable = data.add(row, false), columnTable = data.add(column, false);
  gridColumns = leaf.getGrid()[1];
  rows = {mask::lookup(rowTable, mask::query()), mask::lookup(rowTable, mask::key())};
  columns = {mask::lookup(columnTable, mask::query()), mask::lookup(columnTable, mask::key())};
  at = {tokensOf(order, mask::query()), tokensOf(order, mask::key())};
  formula.queryOrder = formula.keyOrder = order;
}

void MaskPlaces::order(Value mask, Rewrites allowed, bool compactQueries, bool ordersPerHead) {
  rewrites = allowed;
  SmallVector<Value> conjuncts, pending{mask}, tree{mask};
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (auto both = next.getDefiningOp<MaskAndOp>())
      pending.append({both.getRhs(), both.getLhs()});
    else
      conjuncts.push_back(next);
  }
  if (allows(Rewrites::Compact)) {
    bool keys = compact(conjuncts, Axis::Key);
    bool queries = compactQueries && compact(conjuncts, Axis::Query);
    if (keys || queries)
      return;
  }
  // Otherwise the first leaf that an order helps has its way.
  while (!tree.empty()) {
    Operation *def = tree.pop_back_val().getDefiningOp();
    if (!def)
      continue;
    auto window = dyn_cast<MaskWindowOp>(def);
    if (window && allows(Rewrites::Residues) && makesOrder(window, ordersPerHead))
      return orderForWindow(window);
    auto grid = dyn_cast<MaskNeighbourhoodOp>(def);
    if (grid && allows(Rewrites::Patches))
      return orderForGrid(grid);
    if (isa<MaskAndOp, MaskOrOp, MaskNotOp>(def))
      tree.append(def->operand_begin(), def->operand_end());
  }
}
