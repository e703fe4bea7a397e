//===- AccumulatorOps.td - level 2: accumulators and tiles ----*- tablegen -*-===//
//
// An accumulator keeps what a dataflow merges, one tile (a window of columns) at a
// time: coordinates are marked where a mask decides, segments are accumulated, and
// the entries drained or counted, which leaves it empty. Those that a team shares:
// TeamOps.td.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_ACCUMULATOR_OPS_TD
#define SCRATCH_ACCUMULATOR_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_AccumulatorCreateOp
    : Scratch_Op<"accumulator.create", [MemoryEffects<[MemAlloc, MemWrite]>]> {
  let summary = "Storage for tiles of bounded size";
  let description = [{
    No tile opened on it may span more than `window` columns nor receive more
    than `entries` different coordinates. Merging uses the semiring's add (of a
    custom semiring: the region `add`, with `identity`). `formula`, where
    present, decides from the leaves a coordinate belongs to whether it takes
    part: bit L of the argument is set when `scratch.mark` marked the coordinate
    for leaf L (at most six leaves).

    `known`: the coordinates of a tile's result are known beforehand. They are
    marked (leaf 0) and drained by `scratch.drain_along` on the same segment,
    each exactly once, whether or not a product fell on it; presence is not
    recorded, there is no formula, and what falls elsewhere is lost.

    `hash` is of tables that a team shares.
  }];
  let arguments = (ins Index:$window, Index:$entries,
                       Scratch_SemiringAttr:$semiring,
                       OptionalAttr<TypedAttrInterface>:$identity,
                       UnitAttr:$known,
                       DefaultValuedAttr<Scratch_HashFunctionAttr,
                           "::scratch::HashFunction::Multiplicative">:$hash);
  let results = (outs Scratch_AccumulatorType:$accumulator);
  let regions = (region MaxSizedRegion<1>:$add, MaxSizedRegion<1>:$formula);
  let assemblyFormat = [{
    `window` `(` $window `)` `entries` `(` $entries `)` `semiring` `` $semiring
    (`known` $known^)? (`hash` $hash^)? attr-dict `:` type($accumulator)
    (`add` $add^)? (`formula` $formula^)?
  }];
  let hasVerifier = 1;
}

def Scratch_AccumulatorDestroyOp
    : Scratch_Op<"accumulator.destroy", [MemoryEffects<[MemFree]>]> {
  let summary = "Release an accumulator's storage";
  let arguments = (ins Scratch_AccumulatorType:$accumulator);
  let assemblyFormat = "$accumulator attr-dict `:` type($accumulator)";
}

def Scratch_TileOp : Scratch_Op<"tile", [
    SingleBlockImplicitTerminator<"YieldOp">, RecursiveMemoryEffects]> {
  let summary = "Accumulate into one tile, then drain it";
  let description = [{
    Opens the accumulator for columns [`low`, `high`) and at most `bound`
    different coordinates, runs `accumulate`, then `drain`; afterwards the
    accumulator is empty again. Where an accumulator is shared by a team, a
    barrier separates the two regions. The results are what `drain` yields.

    ```mlir
    %n = scratch.tile %acc window(%lo, %hi) bound(%ub)
           : !scratch.accumulator<dense, i32, f64> -> index
    accumulate {
    ^bb0(%t: !scratch.tile<dense, i32, f64>):
      scratch.accumulate %t, %crd, %val [%p, %q] scaled %a ...
    } drain {
    ^bb0(%t: !scratch.tile<dense, i32, f64>):
      %n = scratch.drain %t into %out_crd, %out_val at %pos ...
      scratch.yield %n : index
    }
    ```
  }];
  let arguments = (ins Scratch_AccumulatorType:$accumulator, Index:$low,
                       Index:$high, Index:$bound);
  let results = (outs Variadic<AnyType>:$results);
  let regions = (region SizedRegion<1>:$accumulate, SizedRegion<1>:$drain);
  let assemblyFormat = [{
    $accumulator `window` `(` $low `,` $high `)` `bound` `(` $bound `)` attr-dict
    `:` type($accumulator) (`->` type($results)^)?
    `accumulate` $accumulate `drain` $drain
  }];
  let hasVerifier = 1;
}

def Scratch_MarkOp : Scratch_Op<"mark", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Mark the coordinates of one leaf of a mask";
  let description = [{
    Coordinates [`first`, `last`) of the segment belong to leaf `leaf`; with
    `values` present, only those whose value is not zero. Comes before any
    accumulate of the tile. Coordinates outside the window are ignored.
  }];
  let arguments = (ins Scratch_TileType:$tile, I64Attr:$leaf,
                       AnyMemRef:$coordinates, Optional<AnyMemRef>:$values,
                       Index:$first, Index:$last);
  let assemblyFormat = [{
    $tile `leaf` $leaf `,` $coordinates (`by` $values^ `:` type($values))?
    `[` $first `,` $last `]` attr-dict `:` type($tile) `,` type($coordinates)
  }];
  let hasVerifier = 1;
}

def Scratch_MarkDenseOp
    : Scratch_Op<"mark_dense", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Mark one leaf of a mask from a dense row, by value";
  let description = [{
    Columns of the window whose value in row `row` of `matrix` is not zero
    belong to leaf `leaf`.
  }];
  let arguments = (ins Scratch_TileType:$tile, I64Attr:$leaf,
                       AnyMemRef:$matrix, Index:$row);
  let assemblyFormat = [{
    $tile `leaf` $leaf `,` $matrix `row` $row attr-dict
    `:` type($tile) `,` type($matrix)
  }];
  let hasVerifier = 1;
}

def Scratch_AccumulateOp
    : Scratch_Op<"accumulate", [AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Merge a scaled segment into a tile";
  let description = [{
    For p in [`first`, `last`): coordinate `coordinates[p]` receives
    `multiply(scale, values[p])`; `swapped` exchanges the arguments. Coordinates
    of one segment are distinct, unless it is `repeated`.
    Without `values` (and `scale`) only presence is recorded: the symbolic
    phase. `multiply` is present for a custom semiring. Coordinates outside the
    tile's window are a program error.

    `unmasked`: the accumulator's formula is not asked. Such a tile has a window
    and no marks, and is emptied by `scratch.drain_along` that is `dropping`.
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$coordinates,
                       Optional<AnyMemRef>:$values, Index:$first, Index:$last,
                       Optional<AnyType>:$scale, UnitAttr:$symbolic,
                       UnitAttr:$swapped,
                       Scratch_SemiringAttr:$semiring, UnitAttr:$repeated,
                       UnitAttr:$unmasked);
  let regions = (region MaxSizedRegion<1>:$multiply);
  let assemblyFormat = [{
    $tile `,` $coordinates `[` $first `,` $last `]`
    (`values` $values^ `:` type($values))? (`scaled` $scale^ `:` type($scale))?
    (`symbolic` $symbolic^)? (`swapped` $swapped^)? (`repeated` $repeated^)?
    (`unmasked` $unmasked^)? `semiring` `` $semiring attr-dict
    `:` type($tile) `,` type($coordinates) (`multiply` $multiply^)?
  }];
  let hasVerifier = 1;
}

def Scratch_AccumulateGroupsOp
    : Scratch_Op<"accumulate_groups", [AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Merge a scaled segment into a tile, eight columns at a time";
  let description = [{
    As `scratch.accumulate` of a segment whose entries begin at `first` of `values`, where
    the coordinates are given by groups: for g in [`group_first`, `group_last`), bit k of
    `masks[g]` says that there is an entry in column 8 `groups[g]` + k. Groups ascend, no
    mask is empty. Such rows are what SPC5 calls beta(1,8) (Bramas and Kus, PeerJ CS, 2018).
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$groups, AnyMemRef:$masks,
                       Index:$group_first, Index:$group_last,
                       Optional<AnyMemRef>:$values, Index:$first,
                       Optional<AnyType>:$scale, UnitAttr:$symbolic,
                       UnitAttr:$swapped, Scratch_SemiringAttr:$semiring);
  let assemblyFormat = [{
    $tile `,` $groups `,` $masks `[` $group_first `,` $group_last `]` `from` $first
    (`values` $values^ `:` type($values))? (`scaled` $scale^ `:` type($scale))?
    (`symbolic` $symbolic^)? (`swapped` $swapped^)? `semiring` `` $semiring attr-dict
    `:` type($tile) `,` type($groups) `,` type($masks)
  }];
  let hasVerifier = 1;
}

def Scratch_AccumulateBitmapOp
    : Scratch_Op<"accumulate_bitmap", [AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Merge rows of a bitmap, each scaled, into a panel of a tile's columns";
  let description = [{
    For p in [`first`, `last`), one after the other, row r = `rows[p]` - `base` of a bitmap: of
    the panel's columns c, from `column` on, those whose bit is set receive
    `multiply(scales[p], values[r * width + c - column])`; `swapped` exchanges the arguments.
    A panel is `vectors` vectors of 512 bits wide, `width` columns; `masks` holds a number
    per vector, whose bits are its lanes. Values without a bit are read and have no effect;
    `neutral` says that merging them, scaled, changes no sum: no bit needs to be looked at for it.
    Sums stay in registers while the rows go by. (Bitmap: as GraphBLAS calls the format.)

    (accumulate_bitmap_c1) `vectors` is a power of two, 16 at most (Kinds.h).
    (accumulate_bitmap_c2) what is neutral has values.
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$rows, Index:$first, Index:$last,
                       Index:$base, Index:$column, I64Attr:$vectors, AnyMemRef:$masks,
                       Optional<AnyMemRef>:$values, Optional<AnyMemRef>:$scales,
                       UnitAttr:$swapped, UnitAttr:$neutral, Scratch_SemiringAttr:$semiring);
  let assemblyFormat = [{
    $tile `,` $rows `[` $first `,` $last `]` `base` $base `column` $column `panel` $vectors
    `of` $masks (`values` $values^ `:` type($values))? (`scaled` $scales^ `:` type($scales))?
    (`swapped` $swapped^)? (`neutral` $neutral^)? `semiring` `` $semiring attr-dict
    `:` type($tile) `,` type($rows) `,` type($masks)
  }];
  let hasVerifier = 1;
}

def Scratch_DrainOp
    : Scratch_Op<"drain", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Write a tile's entries out, in ascending order";
  let description = [{
    Writes coordinates and values from element `at` on and returns how many.
    `unordered`: the order does not matter, which saves some kinds a sort.
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$coordinates,
                       AnyMemRef:$values, Index:$at, UnitAttr:$unordered);
  let results = (outs Index:$count);
  let assemblyFormat = [{
    $tile `into` $coordinates `,` $values `at` $at (`unordered` $unordered^)? attr-dict
    `:` type($tile) `,` type($coordinates) `,` type($values)
  }];
  let hasVerifier = 1;
}

def Scratch_AccumulateSampledOp
    : Scratch_Op<"accumulate_sampled", [AttrSizedOperandSegments, MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Merge what a scaled segment has at given coordinates";
  let description = [{
    As `scratch.accumulate` of the segment's entries whose coordinates are among
    `sample[p]`, p in [`sample_first`, `sample_last`). Both ascend. Each sample is
    searched for in the segment: for samples much shorter than the segment.
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$coordinates,
                       Optional<AnyMemRef>:$values, Index:$first, Index:$last,
                       AnyMemRef:$sample, Index:$sample_first, Index:$sample_last,
                       Optional<AnyType>:$scale, UnitAttr:$symbolic,
                       UnitAttr:$swapped,
                       Scratch_SemiringAttr:$semiring);
  let regions = (region MaxSizedRegion<1>:$multiply);
  let assemblyFormat = [{
    $tile `,` $coordinates `[` $first `,` $last `]`
    `sample` $sample `[` $sample_first `,` $sample_last `]`
    (`values` $values^ `:` type($values))? (`scaled` $scale^ `:` type($scale))?
    (`symbolic` $symbolic^)? (`swapped` $swapped^)? `semiring` `` $semiring attr-dict
    `:` type($tile) `,` type($coordinates) `,` type($sample) (`multiply` $multiply^)?
  }];
  let hasVerifier = 1;
}

def Scratch_DrainAlongOp
    : Scratch_Op<"drain_along", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Write a tile's entries out, in the order of given coordinates";
  let description = [{
    As `scratch.drain`, where every entry and every mark of the tile is known to
    lie among `along[p]`, p in [`first`, `last`), which are distinct: these are
    visited, in this order, instead of the window.

    Where `coordinates` is `along` and `at` is `first`, they stand there already; a tile that
    is `known` does not write them again.

    `dropping`: entries may lie elsewhere in the window, and are dropped; what of
    `along` lies outside the window is ignored. Tiles with a window only.
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$along, Index:$first,
                       Index:$last, AnyMemRef:$coordinates, AnyMemRef:$values,
                       Index:$at, UnitAttr:$dropping);
  let results = (outs Index:$count);
  let assemblyFormat = [{
    $tile `along` $along `[` $first `,` $last `]` `into` $coordinates `,` $values
    `at` $at (`dropping` $dropping^)? attr-dict
    `:` type($tile) `,` type($along) `,` type($coordinates) `,` type($values)
  }];
  let hasVerifier = 1;
}

def Scratch_CountAlongOp
    : Scratch_Op<"count_along", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Count a tile's entries among given coordinates and forget them";
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$along, Index:$first,
                       Index:$last);
  let results = (outs Index:$count);
  let assemblyFormat = [{
    $tile `along` $along `[` $first `,` $last `]` attr-dict
    `:` type($tile) `,` type($along)
  }];
  let hasVerifier = 1;
}

def Scratch_CountOp
    : Scratch_Op<"count", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Count a tile's entries and forget them";
  let arguments = (ins Scratch_TileType:$tile);
  let results = (outs Index:$count);
  let assemblyFormat = "$tile attr-dict `:` type($tile)";
}

#endif // SCRATCH_ACCUMULATOR_OPS_TD
