//===- MaskFormula.cpp - mask operations as a formula and its data --------===//
#include "passes/Expand/Attention/MaskFormula.h"

#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/MaskOperands.h"
#include "passes/Expand/Attention/MaskRegion.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;
using mask::Index;
using mask::Predicate;

namespace {
class Opener {
public:
  Opener(LoopBuilder &b, Operation *op, const MaskDomain &domain, MaskFormula &formula)
      : b(b), op(op), domain(domain), formula(formula) {}

  FailureOr<Predicate> open(Value mask);
  /// Decides places for the tokens of `mask`; comes before it is opened.
  void order(Value mask, Rewrites rewrites, bool compactQueries, bool ordersPerHead);
  /// Places that hold a query and a key at all.
  const Predicate &inUse() const { return used; }

private:
  using Parameter = MaskFormula::Parameter;
  using Leaf = MaskFormula::Leaf;

  Index add(Parameter parameter) {
    formula.dependsOnHead |= parameter.buffer && parameter.perHead;
    formula.dependsOnBatch |= parameter.buffer && !parameter.perHead;
    formula.parameters.push_back(std::move(parameter));
    return mask::parameter(formula.parameters.size() - 1);
  }
  Predicate add(Leaf leaf) {
    formula.leaves.push_back(leaf);
    return mask::opaque(formula.leaves.size() - 1);
  }
  Index single(Value value);
  Index count(Value value, StringRef what);
  Index shift(Alignment alignment, Value offset, StringRef what);
  unsigned add(MaskFormula::Table table) {
    formula.dependsOnBatch |= table.perBatch;
    formula.dependsOnHead |= table.perHead;
    formula.tables.push_back(table);
    return formula.tables.size() - 1;
  }
  unsigned table(Value tensor, Axis axis, StringRef what, bool sorted);
  Value extentOf(Axis axis) const { return axis == Axis::Query ? domain.queries : domain.keys; }
  const Index &position(Axis axis) const { return axis == Axis::Query ? at.query : at.key; }
  unsigned add(TokenNumbers numbers, bool sorted);
  MaskFormula::Table listedFlags(MaskListedOp leaf);
  bool compact(ArrayRef<Value> conjuncts, Axis axis);
  void orderForWindow(MaskWindowOp leaf);
  void orderForGrid(MaskNeighbourhoodOp leaf);
  Index tokensOf(const TokenOrder &order, const Index &place);
  bool allows(Rewrites rewrite) const { return bitEnumContainsAny(rewrites, rewrite); }
  bool sharesResidues(MaskWindowOp leaf);
  Value allTokens(Value offset);
  Predicate neighbourhood(MaskNeighbourhoodOp leaf);
  Predicate documents(MaskDocumentsOp leaf);
  Leaf dense(Leaf::Kind kind, Value tensor, MaskType mask);
  Predicate window(MaskWindowOp leaf);
  Predicate listed(MaskListedOp leaf);
  FailureOr<Predicate> blocks(MaskBlocksOp leaf);
  FailureOr<Predicate> from(MaskFromOp leaf);
  Predicate region(MaskRegionOp leaf);

  LoopBuilder &b;
  Operation *op;
  const MaskDomain &domain;
  MaskFormula &formula;
  Rewrites rewrites = Rewrites::None;
  mask::Tokens at;                   ///< tokens of the places i and j
  llvm::DenseSet<Value> implied;     ///< leaves that an order makes true
  Predicate used = mask::constant(true);
  MaskWindowOp residues;             ///< the window whose residues make the order
  mask::Tokens ranks;                ///< then: see orderByRemainder
  int64_t gridColumns = 0;           ///< patches of such a grid make the order
  mask::Tokens rows, columns;        ///< then: where tokens sit
};
} // namespace

/// Constants are part of the formula, other numbers parameters of it.
Index Opener::single(Value value) {
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)) && std::abs(constant.getInt()) < (1 << 28))
    return mask::number(constant.getInt());
  Parameter parameter;
  parameter.single = value;
  return add(parameter);
}

Index Opener::count(Value value, StringRef what) {
  if (!isa<RankedTensorType>(value.getType()))
    return single(value);
  checkExtents(b, extent(b, value, 0), domain.batches, what);
  Parameter parameter;
  parameter.buffer = openDense(b, value);
  return add(parameter);
}

/// What a leaf adds to the query's number: `offset` may be null.
Index Opener::shift(Alignment alignment, Value offset, StringRef what) {
  Index fixed = alignment == Alignment::TopLeft
                    ? mask::number(0)
                    : single(b.sub(domain.keys, domain.queries));
  return offset ? fixed + count(offset, what) : fixed;
}

unsigned Opener::table(Value tensor, Axis axis, StringRef what, bool sorted) {
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

Predicate Opener::window(MaskWindowOp leaf) {
  if (leaf.getDilation())
    checkDilation(b, leaf.getDilation());
  if (leaf.getOffset())
    checkOffset(b, leaf.getOffset());
  if (sharesResidues(leaf)) {
    // A plain window on ranks; an open side reaches as far as any rank of one residue.
    auto steps = [&](Value side) {
      Parameter parameter;
      bool perHead = isa<RankedTensorType>(leaf.getDilation().getType());
      (perHead ? parameter.buffer : parameter.single) =
          perHead ? openDense(b, leaf.getDilation()) : leaf.getDilation();
      parameter.perHead = perHead;
      Value tokens = allTokens(leaf.getOffset());
      parameter.then = [side, tokens](LoopBuilder &b, Value dilation) {
        Value reach = Remainders::of(b, dilation, tokens).reach;
        return side ? arith::MinSIOp::create(b, side, reach).getResult() : reach;
      };
      return add(parameter);
    };
    return mask::lessEqual(ranks.query - steps(leaf.getLeft()), ranks.key) &&
           mask::lessEqual(ranks.key, ranks.query + steps(leaf.getRight()));
  }
  Index p = at.query + shift(leaf.getAlignment(), leaf.getOffset(),
                             "mask.window: batches of offset");
  Value dilation = leaf.getDilation();
  bool perHead = dilation && isa<RankedTensorType>(dilation.getType());
  Value dilations;
  if (perHead) {
    checkExtents(b, extent(b, dilation, 0), domain.heads, "mask.window: dilations");
    dilations = openDense(b, dilation);
  }
  // `steps` of the dilation, in tokens; a product of large numbers stays a large one.
  auto within = [](LoopBuilder &b, Value number) -> Value {
    constexpr int64_t kMost = int64_t(1) << 30;
    return arith::MaxSIOp::create(b, arith::MinSIOp::create(b, number, b.index(kMost)),
                                  b.index(-kMost));
  };
  auto distance = [&](Value steps) {
    Parameter parameter;
    parameter.perHead = perHead;
    if (perHead) {
      parameter.buffer = dilations;
      parameter.then = [steps, within](LoopBuilder &b, Value d) {
        return b.mul(d, within(b, steps));
      };
    } else {
      return single(dilation ? b.mul(within(b, steps), within(b, dilation)) : steps);
    }
    return add(parameter);
  };
  Predicate live = mask::constant(true);
  if (leaf.getLeft())
    live = std::move(live) && mask::lessEqual(p - distance(leaf.getLeft()), at.key);
  if (leaf.getRight())
    live = std::move(live) && mask::lessEqual(at.key, p + distance(leaf.getRight()));
  if (!dilation)
    return live;
  Index divisor;
  auto atLeastOne = [](LoopBuilder &b, Value d) -> Value {
    return arith::MaxSIOp::create(b, d, b.index(1));
  };
  IntegerAttr constant;
  if (matchPattern(dilation, m_Constant(&constant)) && constant.getInt() > 0) {
    divisor = mask::number(constant.getInt());
  } else {
    Parameter parameter;
    parameter.perHead = perHead;
    (perHead ? parameter.buffer : parameter.single) = perHead ? dilations : dilation;
    parameter.then = atLeastOne;
    divisor = add(parameter);
  }
  return std::move(live) && mask::equal(mask::mod(p - at.key, divisor), mask::number(0));
}

/// Flags of the named tokens, made before the loops.
MaskFormula::Table Opener::listedFlags(MaskListedOp leaf) {
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

Predicate Opener::listed(MaskListedOp leaf) {
  return !mask::equal(mask::lookup(add(listedFlags(leaf)), position(leaf.getAxis())),
                      mask::number(0));
}

/// A dense map of blocks; a sparse one is spread out, a byte per block.
FailureOr<Predicate> Opener::blocks(MaskBlocksOp leaf) {
  Leaf opened;
  opened.kind = Leaf::Kind::Blocks;
  if (leaf.getRefined()) {
    FailureOr<Predicate> refined = open(leaf.getRefined());
    if (failed(refined))
      return failure();
    opened.refined = std::make_shared<Predicate>(std::move(*refined));
  }
  opened.block[0] = leaf.getBlock()[0];
  opened.block[1] = leaf.getBlock()[1];
  Value map = leaf.getMap();
  Value rows = extent(b, map, 0), columns = extent(b, map, 1);
  auto needed = [&](Value tokens, int64_t size) -> Value {
    return arith::CeilDivUIOp::create(b, tokens, b.index(size));
  };
  checkExtents(b, rows, needed(domain.queries, opened.block[0]), "mask.blocks: rows of the map");
  checkExtents(b, columns, needed(domain.keys, opened.block[1]),
               "mask.blocks: columns of the map");
  if (!sparse_tensor::getSparseTensorEncoding(map.getType())) {
    opened.buffer = openDense(b, map);
    return add(opened);
  }
  bool columnMajor = isColumnMajor(map.getType());
  SparseOperand list = openSparse(b, map);
  opened.buffer = AllocateOp::create(
      b, MemRefType::get({ShapedType::kDynamic, ShapedType::kDynamic}, b.getI8Type()),
      ValueRange{rows, columns}, /*zeroed=*/true);
  formula.temporaries.push_back(opened.buffer);
  b.loop(b.index(0), countIfOk(b, list.majors), [&](Value major) {
    auto [first, last] = list.segment(b, major);
    b.loop(first, last, [&](Value p) {
      Value minor = b.loadIndex(list.coordinates, p);
      // Stored is enough, unless kinds are stored.
      Value kind = opened.refined ? b.load(list.values, {p}) : b.integer(1, b.getI8Type());
      b.store(kind, opened.buffer,
              columnMajor ? ValueRange{minor, major} : ValueRange{major, minor});
    });
  });
  return add(opened);
}

MaskFormula::Leaf Opener::dense(Leaf::Kind kind, Value tensor, MaskType mask) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Leaf opened;
  opened.kind = kind;
  opened.perHead = beginsWithHeads(type, mask);
  if (type.getRank() >= 3)
    (opened.perHead ? formula.dependsOnHead : formula.dependsOnBatch) |=
        type.getDimSize(0) != 1;
  formula.dependsOnHead |= type.getRank() == 4 && type.getDimSize(1) != 1;
  opened.buffer = openDense(b, tensor);
  return opened;
}

FailureOr<Predicate> Opener::from(MaskFromOp leaf) {
  if (leaf.getSource() == MaskSource::Structure)
    return op->emitError("attention takes a sparse matrix as a list of blocks "
                         "(scratch.mask.blocks), found an element mask of its structure");
  if (sparse_tensor::getSparseTensorEncoding(leaf.getTensor().getType()))
    return op->emitError("attention takes masks by value from dense tensors, found ")
           << leaf.getTensor().getType();
  MaskType mask = leaf.getMask().getType();
  checkRepeats(b, leaf.getTensor(), mask, domain, leaf.getTensor().getType().getRank(),
               "mask.from: extent of the tensor", /*anywhere=*/true);
  return add(dense(Leaf::Kind::Dense, leaf.getTensor(), mask));
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

Predicate Opener::region(MaskRegionOp leaf) {
  Block &body = leaf.getBody().front();
  checkReads(b, leaf.getBody(), {domain.batches, domain.heads, domain.queries, domain.keys});
  size_t before = formula.parameters.size();
  if (std::optional<Predicate> understood =
          understandRegion(body, at, [&](Value value) { return single(value); }))
    return *understood;
  formula.parameters.truncate(before);
  formula.dependsOnBatch |= !body.getArgument(0).use_empty();
  formula.dependsOnHead |= !body.getArgument(1).use_empty();
  Leaf opened;
  opened.kind = Leaf::Kind::Region;
  opened.region = leaf;
  return add(opened);
}

//===----------------------------------------------------------------------===//
// Places
//===----------------------------------------------------------------------===//

unsigned Opener::add(TokenNumbers numbers, bool sorted) {
  MaskFormula::Table table;
  table.buffer = numbers.buffer;
  table.perBatch = numbers.perBatch;
  table.perHead = numbers.perHead;
  table.sorted = sorted;
  return add(table);
}

/// The tokens at an order's places, as an expression of the place.
Index Opener::tokensOf(const TokenOrder &order, const Index &place) {
  TokenNumbers numbers{order.tokens, order.perBatch, order.perHead};
  if (!order.perBatch && !order.perHead)
    numbers.buffer = memref::CollapseShapeOp::create(
        b, order.tokens, SmallVector<ReassociationIndices>{{0, 1}});
  return mask::lookup(add(numbers, order.sorted), place);
}

/// What keep-lists leave of an axis comes side by side.
bool Opener::compact(ArrayRef<Value> conjuncts, Axis axis) {
  SmallVector<TokenNumbers> flags;
  for (Value mask : conjuncts) {
    if (auto keep = mask.getDefiningOp<MaskKeepOp>(); keep && keep.getAxis() == axis) {
      auto type = cast<RankedTensorType>(keep.getFlags().getType());
      if (type.getRank() == 2)
        checkExtents(b, extent(b, keep.getFlags(), 0), domain.batches, "mask.keep: flags");
      checkExtents(b, extent(b, keep.getFlags(), type.getRank() - 1), extentOf(axis),
                   "mask.keep: flags");
      flags.push_back({openDense(b, keep.getFlags()), type.getRank() == 2});
    } else if (auto list = mask.getDefiningOp<MaskListedOp>(); list && list.getAxis() == axis) {
      MaskFormula::Table table = listedFlags(list);
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
  TokenOrder order = orderKept(b, flags, domain.batches, extentOf(axis), places);
  formula.temporaries.append({order.tokens, order.counts});
  if (order.perBatch) {
    Parameter count;
    count.buffer = order.counts;
    used = std::move(used) && mask::less(queries ? mask::query() : mask::key(), add(count));
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

/// Is `leaf` a window in steps of the dilation whose residues make the order?
bool Opener::sharesResidues(MaskWindowOp leaf) {
  return residues && leaf.getDilation() == residues.getDilation() &&
         leaf.getAlignment() == residues.getAlignment() &&
         leaf.getOffset() == residues.getOffset();
}

/// No query that `offset` (may be null) moves is as far from a key.
Value Opener::allTokens(Value offset) {
  Value tokens = b.max(b.add(domain.queries, domain.keys), b.index(1));
  if (!offset)
    return tokens;
  Value moved = withinMostOffset(b, offset);
  return b.add(tokens, arith::MaxSIOp::create(b, moved, b.sub(b.index(0), moved)));
}

void Opener::orderForWindow(MaskWindowOp leaf) {
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
    TokenOrder order = orderByRemainder(b, heads, extentOf(axis), queries ? shift : b.index(0),
                                        remaindersOf, numbers);
    formula.temporaries.append({order.tokens, ownerOf(numbers.buffer)});
    Index place = queries ? mask::query() : mask::key();
    (queries ? ranks.query : ranks.key) = mask::lookup(add(numbers, /*sorted=*/true), place);
    (queries ? at.query : at.key) = tokensOf(order, place);
    (queries ? formula.queryOrder : formula.keyOrder) = order;
  }
}

void Opener::orderForGrid(MaskNeighbourhoodOp leaf) {
  TokenNumbers row, column;
  TokenOrder order = orderByPatch(b, leaf.getGrid()[0], leaf.getGrid()[1], row, column);
  formula.temporaries.append({order.tokens, ownerOf(row.buffer), ownerOf(column.buffer)});
  unsigned rowTable = add(row, false), columnTable = add(column, false);
  gridColumns = leaf.getGrid()[1];
  rows = {mask::lookup(rowTable, mask::query()), mask::lookup(rowTable, mask::key())};
  columns = {mask::lookup(columnTable, mask::query()), mask::lookup(columnTable, mask::key())};
  at = {tokensOf(order, mask::query()), tokensOf(order, mask::key())};
  formula.queryOrder = formula.keyOrder = order;
}

void Opener::order(Value mask, Rewrites allowed, bool compactQueries, bool ordersPerHead) {
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

Predicate Opener::neighbourhood(MaskNeighbourhoodOp leaf) {
  ArrayRef<int64_t> grid = leaf.getGrid(), kernel = leaf.getKernel();
  Value tokens = b.index(grid[0] * grid[1]);
  checkExtents(b, domain.queries, tokens, "mask.neighbourhood: queries");
  checkExtents(b, domain.keys, tokens, "mask.neighbourhood: keys");
  if (gridColumns != grid[1])
    return mask::neighbourhood(grid[0], grid[1], kernel[0], kernel[1], at);
  return mask::nearOnAxis(rows.query, rows.key, grid[0], kernel[0]) &&
         mask::nearOnAxis(columns.query, columns.key, grid[1], kernel[1]);
}

Predicate Opener::documents(MaskDocumentsOp leaf) {
  unsigned query = table(leaf.getQuery(), Axis::Query, "mask.documents: query documents",
                         leaf.getSorted());
  unsigned key =
      table(leaf.getKey(), Axis::Key, "mask.documents: key documents", leaf.getSorted());
  if (!leaf.getSorted() || !allows(Rewrites::Ranges))
    return mask::sameDocument(query, key, at);
  auto numbers = [&](unsigned number) {
    return TokenNumbers{formula.tables[number].buffer, formula.tables[number].perBatch, false};
  };
  TokenNumbers starts, ends;
  findDocuments(b, numbers(query), numbers(key), domain.batches, domain.queries, domain.keys,
                starts, ends);
  formula.temporaries.append({ownerOf(starts.buffer), ownerOf(ends.buffer)});
  return mask::lessEqual(mask::lookup(add(starts, /*sorted=*/true), at.query), at.key) &&
         mask::less(at.key, mask::lookup(add(ends, /*sorted=*/true), at.query));
}

//===----------------------------------------------------------------------===//
// The tree
//===----------------------------------------------------------------------===//

FailureOr<Predicate> Opener::open(Value mask) {
  if (implied.contains(mask))
    return mask::constant(true);
  Operation *def = mask.getDefiningOp();
  auto pair = [&](auto combine) -> FailureOr<Predicate> {
    FailureOr<Predicate> lhs = open(combine.getLhs());
    if (failed(lhs))
      return failure();
    FailureOr<Predicate> rhs = open(combine.getRhs());
    if (failed(rhs))
      return failure();
    return isa<MaskAndOp>(def) ? *lhs && *rhs : *lhs || *rhs;
  };
  if (!def)
    return op->emitError("mask must be built from mask operations in the same function");
  return llvm::TypeSwitch<Operation *, FailureOr<Predicate>>(def)
      .Case<MaskAndOp, MaskOrOp>(pair)
      .Case([&](MaskNotOp leaf) -> FailureOr<Predicate> {
        FailureOr<Predicate> inner = open(leaf.getInput());
        return failed(inner) ? inner : FailureOr<Predicate>(!*inner);
      })
      .Case([&](MaskCausalOp leaf) -> FailureOr<Predicate> {
        return mask::causal(shift(leaf.getAlignment(), leaf.getOffset(),
                                  "mask.causal: batches of offset"),
                            at);
      })
      .Case([&](MaskWindowOp leaf) -> FailureOr<Predicate> { return window(leaf); })
      .Case([&](MaskFirstOp leaf) -> FailureOr<Predicate> {
        return mask::less(position(leaf.getAxis()),
                          count(leaf.getCount(), "mask.first: batches of count"));
      })
      .Case([&](MaskKeepOp leaf) -> FailureOr<Predicate> {
        unsigned flags = table(leaf.getFlags(), leaf.getAxis(), "mask.keep: flags", false);
        return !mask::equal(mask::lookup(flags, position(leaf.getAxis())), mask::number(0));
      })
      .Case([&](MaskListedOp leaf) -> FailureOr<Predicate> { return listed(leaf); })
      .Case([&](MaskDocumentsOp leaf) -> FailureOr<Predicate> { return documents(leaf); })
      .Case([&](MaskNeighbourhoodOp leaf) -> FailureOr<Predicate> { return neighbourhood(leaf); })
      .Case([&](MaskBlocksOp leaf) -> FailureOr<Predicate> { return blocks(leaf); })
      .Case([&](MaskPackedOp leaf) -> FailureOr<Predicate> {
        unsigned rank = leaf.getBits().getType().getRank();
        MaskType mask = leaf.getMask().getType();
        checkRepeats(b, leaf.getBits(), mask, domain, rank - 1,
                     "mask.packed: extent of the words", /*anywhere=*/false);
        checkExtents(b, extent(b, leaf.getBits(), rank - 1),
                     arith::CeilDivUIOp::create(b, domain.keys, b.index(32)),
                     "mask.packed: words");
        return add(dense(Leaf::Kind::Packed, leaf.getBits(), mask));
      })
      .Case([&](MaskFromOp leaf) { return from(leaf); })
      .Case([&](MaskRegionOp leaf) -> FailureOr<Predicate> { return region(leaf); })
      .Default([&](Operation *) -> FailureOr<Predicate> {
        return op->emitError("mask must be built from mask operations in the same function");
      });
}

FailureOr<MaskFormula> MaskFormula::open(LoopBuilder &b, Operation *op, Value mask,
                                         const MaskDomain &domain, Rewrites rewrites,
                                         bool compactQueries, bool ordersPerHead) {
  MaskFormula formula;
  formula.queryPlaces = domain.queries;
  formula.keyPlaces = domain.keys;
  if (!mask)
    return formula;
  Opener opener(b, op, domain, formula);
  opener.order(mask, rewrites, compactQueries, ordersPerHead);
  FailureOr<Predicate> predicate = opener.open(mask);
  if (failed(predicate))
    return failure();
  formula.predicate = opener.inUse() && std::move(*predicate);
  return formula;
}
