//===- MaskLeaves.cpp - single mask operations as predicates --------------===//
#include "passes/Expand/Attention/MaskLeaves.h"

#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/MaskOperands.h"
#include "passes/Expand/Attention/MaskRegion.h"
#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;
using mask::Index;
using mask::Predicate;

Predicate MaskLeaves::isSet(Value bit) {
  Value number = arith::IndexCastUIOp::create(b, b.getIndexType(), bit);
  return mask::equal(data.single(number), mask::number(1));
}

Predicate MaskLeaves::causal(MaskCausalOp leaf) {
  return mask::causal(
      data.shift(leaf.getAlignment(), leaf.getOffset(), "mask.causal: batches of offset"), at);
}

Predicate MaskLeaves::first(MaskFirstOp leaf) {
  return mask::less(places.position(leaf.getAxis()),
                    data.count(leaf.getCount(), "mask.first: batches of count"));
}

Predicate MaskLeaves::keep(MaskKeepOp leaf) {
  unsigned flags = data.table(leaf.getFlags(), leaf.getAxis(), "mask.keep: flags", false);
  return !mask::equal(mask::lookup(flags, places.position(leaf.getAxis())), mask::number(0));
}

Predicate MaskLeaves::packed(MaskPackedOp leaf) {
  unsigned rank = leaf.getBits().getType().getRank();
  MaskType mask = leaf.getMask().getType();
  checkRepeats(b, leaf.getBits(), mask, domain, rank - 1, "mask.packed: extent of the words",
               /*anywhere=*/false);
  checkExtents(b, extent(b, leaf.getBits(), rank - 1),
               arith::CeilDivUIOp::create(b, domain.keys, b.index(32)), "mask.packed: words");
  return add(dense(Leaf::Kind::Packed, leaf.getBits(), mask));
}

/// A plain window on ranks; an open side reaches as far as any rank of one residue.
Predicate MaskLeaves::residueWindow(MaskWindowOp leaf) {
  auto steps = [&](Value side) {
    MaskData::Parameter parameter;
    bool perHead = isa<RankedTensorType>(leaf.getDilation().getType());
    (perHead ? parameter.buffer : parameter.single) =
        perHead ? openDense(b, leaf.getDilation()) : leaf.getDilation();
    parameter.perHead = perHead;
    Value tokens = places.allTokens(leaf.getOffset());
    parameter.then = [side, tokens](LoopBuilder &b, Value dilation) {
      Value reach = Remainders::of(b, dilation, tokens).reach;
      return side ? arith::MinSIOp::create(b, side, reach).getResult() : reach;
    };
    return data.add(parameter);
  };
  return mask::lessEqual(places.ranks.query - steps(leaf.getLeft()), places.ranks.key) &&
         mask::lessEqual(places.ranks.key, places.ranks.query + steps(leaf.getRight()));
}

Predicate MaskLeaves::window(MaskWindowOp leaf) {
  if (leaf.getDilation())
    checkDilation(b, leaf.getDilation());
  if (leaf.getOffset())
    checkOffset(b, leaf.getOffset());
  if (places.sharesResidues(leaf))
    return residueWindow(leaf);
  Index p = at.query + data.shift(leaf.getAlignment(), leaf.getOffset(),
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
    MaskData::Parameter parameter;
    parameter.perHead = perHead;
    if (perHead) {
      parameter.buffer = dilations;
      parameter.then = [steps, within](LoopBuilder &b, Value d) {
        return b.mul(d, within(b, steps));
      };
    } else {
      return data.single(dilation ? b.mul(within(b, steps), within(b, dilation)) : steps);
    }
    return data.add(parameter);
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
    MaskData::Parameter parameter;
    parameter.perHead = perHead;
    (perHead ? parameter.buffer : parameter.single) = perHead ? dilations : dilation;
    parameter.then = atLeastOne;
    divisor = data.add(parameter);
  }
  return std::move(live) && mask::equal(mask::mod(p - at.key, divisor), mask::number(0));
}

Predicate MaskLeaves::listed(MaskListedOp leaf) {
  unsigned flags = data.add(data.listedFlags(leaf));
  return !mask::equal(mask::lookup(flags, places.position(leaf.getAxis())), mask::number(0));
}

Predicate MaskLeaves::blocks(MaskBlocksOp leaf, std::shared_ptr<Predicate> refined) {
  Leaf opened;
  opened.kind = Leaf::Kind::Blocks;
  opened.refined = std::move(refined);
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

MaskFormula::Leaf MaskLeaves::dense(Leaf::Kind kind, Value tensor, MaskType mask) {
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

FailureOr<Predicate> MaskLeaves::from(MaskFromOp leaf) {
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

/// One that is understood is a formula, any other is asked entry by entry.
Predicate MaskLeaves::region(MaskRegionOp leaf) {
  Block &body = leaf.getBody().front();
  checkReads(b, leaf.getBody(), {domain.batches, domain.heads, domain.queries, domain.keys});
  size_t before = formula.parameters.size();
  if (std::optional<Predicate> understood =
          understandRegion(body, at, [&](Value value) { return data.single(value); }))
    return *understood;
  formula.parameters.truncate(before);
  formula.dependsOnBatch |= !body.getArgument(0).use_empty();
  formula.dependsOnHead |= !body.getArgument(1).use_empty();
  Leaf opened;
  opened.kind = Leaf::Kind::Region;
  opened.region = leaf;
  return add(opened);
}

Predicate MaskLeaves::neighbourhood(MaskNeighbourhoodOp leaf) {
  ArrayRef<int64_t> grid = leaf.getGrid(), kernel = leaf.getKernel();
  Value tokens = b.index(grid[0] * grid[1]);
  checkExtents(b, domain.queries, tokens, "mask.neighbourhood: queries");
  checkExtents(b, domain.keys, tokens, "mask.neighbourhood: keys");
  if (places.gridColumns != grid[1])
    return mask::neighbourhood(grid[0], grid[1], kernel[0], kernel[1], at);
  return mask::nearOnAxis(places.rows.query, places.rows.key, grid[0], kernel[0]) &&
         mask::nearOnAxis(places.columns.query, places.columns.key, grid[1], kernel[1]);
}

Predicate MaskLeaves::documents(MaskDocumentsOp leaf) {
  unsigned query = data.table(leaf.getQuery(), Axis::Query, "mask.documents: query documents",
                         leaf.getSorted());
  unsigned key =
      data.table(leaf.getKey(), Axis::Key, "mask.documents: key documents", leaf.getSorted());
  if (!leaf.getSorted() || !places.allows(Rewrites::Ranges))
    return mask::sameDocument(query, key, at);
  auto numbers = [&](unsigned number) {
    return TokenNumbers{formula.tables[number].buffer, formula.tables[number].perBatch, false};
  };
  TokenNumbers starts, ends;
  findDocuments(b, numbers(query), numbers(key), domain.batches, domain.queries, domain.keys,
                starts, ends);
  formula.temporaries.append({ownerOf(starts.buffer), ownerOf(ends.buffer)});
  return mask::lessEqual(mask::lookup(data.add(starts, /*sorted=*/true), at.query), at.key) &&
         mask::less(at.key, mask::lookup(data.add(ends, /*sorted=*/true), at.query));
}
