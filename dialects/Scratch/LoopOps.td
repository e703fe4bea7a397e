//===- LoopOps.td - level 2: loops, accumulators, buffers -----*- tablegen -*-===//
#ifndef SCRATCH_LOOP_OPS_TD
#define SCRATCH_LOOP_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Parallel rows
//===----------------------------------------------------------------------===//

def Scratch_PartitionOp : Scratch_Op<"partition", [MemoryEffects<[MemRead]>]> {
  let summary = "Cut rows into contiguous chunks of about equal weight";
  let description = [{
    `prefix` holds rows + 1 ascending weights, starting at 0. It may be a matrix's
    positions: `weighing` e, r gives row i the weight e * (prefix[i + 1] -
    prefix[i]) + r, which no array needs to hold. The result holds the first row of every chunk and, last, the number of rows: chunks + 1
    entries. Without rows, and when its own buffer cannot be had, there are no
    chunks. The cut depends on the weights alone, never on the thread count.
    Released like any buffer.
  }];
  let arguments = (ins MemRefRankOf<[I32, I64, Index], [1]>:$prefix, Index:$rows,
                       Optional<Index>:$entryWeight,
                       DefaultValuedAttr<I64Attr, "0">:$rowWeight);
  let builders = [OpBuilder<(ins "::mlir::Type":$starts, "::mlir::Value":$prefix,
                                 "::mlir::Value":$rows),
      [{ build($_builder, $_state, starts, prefix, rows, /*entryWeight=*/{}, 0); }]>];
  let results = (outs Res<MemRefRankOf<[I64], [1]>, "", [MemAlloc]>:$starts);
  let assemblyFormat = [{
    $prefix `rows` `(` $rows `)` (`weighing` $entryWeight^ `,` $rowWeight)? attr-dict `:` type($prefix) `->` type($starts)
  }];
}

def Scratch_ParallelOp : Scratch_Op<"parallel", [
    AttrSizedOperandSegments, RecursiveMemoryEffects,
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "Row chunks, dealt to workers that keep state";
  let description = [{
    Either over the chunks of a `scratch.partition` (`chunks`), taken one by one
    by whichever worker is free, or over equal ranges of `rows`. Every worker
    runs `setup` once, `body` for each of its chunks and `teardown` once. Setup
    yields the worker's state (accumulators, buffers), which body and teardown
    receive. Body receives chunk number, first row, last row (exclusive), state.

    `team`: chunks are taken by teams instead, and all workers of a team run the
    body on each of its chunks together (see `scratch.deal`).

    ```mlir
    scratch.parallel chunks(%starts : memref<?xi64>) setup {
      %acc = scratch.accumulator.create ... : !scratch.accumulator<dense, i32, f64>
      scratch.yield %acc : !scratch.accumulator<dense, i32, f64>
    } body {
    ^bb0(%chunk: index, %first: index, %last: index, %acc: !scratch.accumulator<dense, i32, f64>):
      ...
    } teardown {
    ^bb0(%acc: !scratch.accumulator<dense, i32, f64>):
      scratch.accumulator.destroy %acc : !scratch.accumulator<dense, i32, f64>
    }
    ```
  }];
  let arguments = (ins Optional<MemRefRankOf<[I64], [1]>>:$chunks,
                       Optional<Index>:$rows, UnitAttr:$team);
  let regions = (region SizedRegion<1>:$setup, SizedRegion<1>:$body,
                        SizedRegion<1>:$teardown);
  let assemblyFormat = [{
    (`chunks` `(` $chunks^ `:` type($chunks) `)`)? (`rows` `(` $rows^ `)`)?
    (`team` $team^)? attr-dict `setup` $setup `body` $body `teardown` $teardown
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

def Scratch_AccumulatorCreateOp
    : Scratch_Op<"accumulator.create", [MemoryEffects<[MemAlloc]>]> {
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
    A panel is 16 vectors of 512 bits (Kinds.h) wide, `width` columns; `masks` holds a number
    per vector, whose bits are its lanes. Values without a bit are read and have no effect.
    Sums stay in registers while the rows go by. (Bitmap: as GraphBLAS calls the format.)
  }];
  let arguments = (ins Scratch_TileType:$tile, AnyMemRef:$rows, Index:$first, Index:$last,
                       Index:$base, Index:$column, AnyMemRef:$masks,
                       Optional<AnyMemRef>:$values, Optional<AnyMemRef>:$scales,
                       UnitAttr:$swapped, Scratch_SemiringAttr:$semiring);
  let assemblyFormat = [{
    $tile `,` $rows `[` $first `,` $last `]` `base` $base `column` $column `of` $masks
    (`values` $values^ `:` type($values))? (`scaled` $scales^ `:` type($scales))?
    (`swapped` $swapped^)? `semiring` `` $semiring attr-dict
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

//===----------------------------------------------------------------------===//
// Buffers, status and the caller's arguments
//===----------------------------------------------------------------------===//

def Scratch_AllocateOp : Scratch_Op<"allocate"> {
  let summary = "Buffer from the runtime";
  let description = [{
    On overflow or exhaustion the status word is set and the buffer must not be
    touched. A `reserved` buffer has the size of an upper bound, which may be
    far more than the machine has: its pages cost memory once written. Any other
    buffer is refused where it exceeds the memory that is left.
  }];
  let arguments = (ins Variadic<Index>:$sizes, UnitAttr:$zeroed, UnitAttr:$reserved);
  let results = (outs Res<AnyMemRef, "", [MemAlloc]>:$buffer);
  let assemblyFormat = [{
    (`zeroed` $zeroed^)? (`reserved` $reserved^)? `(` $sizes `)` attr-dict
    `:` type($buffer)
  }];
}

def Scratch_ReleaseOp : Scratch_Op<"release", [MemoryEffects<[MemFree]>]> {
  let summary = "Give a buffer back to the runtime";
  let arguments = (ins AnyMemRef:$buffer);
  let assemblyFormat = "$buffer attr-dict `:` type($buffer)";
}

def Scratch_TrimOp : Scratch_Op<"trim", [
    MemoryEffects<[MemRead, MemWrite]>, AllTypesMatch<["buffer", "trimmed"]>]> {
  let summary = "Keep the first `size` elements of a buffer";
  let description = [{
    Gives back the memory behind them; the result is the same buffer with its
    new size, the operand must not be used any more.
  }];
  let arguments = (ins AnyMemRef:$buffer, Index:$size);
  let results = (outs AnyMemRef:$trimmed);
  let assemblyFormat = "$buffer `to` $size attr-dict `:` type($buffer)";
}

def Scratch_PiecesOpenOp
    : Scratch_Op<"pieces.open", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Begin a result that workers write piece by piece";
  let description = [{
    `coordinates` and `values` receive `count` pieces, one behind the other in
    ascending order without gaps; how long a piece is shows when it has been
    written. The buffers have room for the bounds of all pieces together, but
    only what the result needs is touched. A result of more than `limit` entries
    (those that its positions can count) is a failure as soon as it is known.

    ```mlir
    %p = scratch.pieces.open %crd, %val count(%chunks) limit(4294967295)
           : memref<?xi32>, memref<?xf64> -> memref<?xi8>
    scratch.parallel ... body {
      %c, %v, %at = scratch.pieces.begin %p[%chunk] room(%bound)
           : memref<?xi8> -> memref<?xi32>, memref<?xf64>
      ... entries written from element %at on ...
      scratch.pieces.end %p[%chunk] entries(%n) : memref<?xi8>
    }
    scratch.pieces.close %p : memref<?xi8>
    ```
  }];
  let arguments = (ins AnyMemRef:$coordinates, AnyMemRef:$values, Index:$count,
                       I64Attr:$limit);
  let results = (outs Res<MemRefRankOf<[I8], [1]>, "", [MemAlloc]>:$pieces);
  let assemblyFormat = [{
    $coordinates `,` $values `count` `(` $count `)` `limit` `(` $limit `)` attr-dict
    `:` type($coordinates) `,` type($values) `->` type($pieces)
  }];
}

def Scratch_PiecesBeginOp
    : Scratch_Op<"pieces.begin", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Where a piece is to be written";
  let description = [{
    Pieces are begun in ascending order and each is ended once. The piece has at
    most `room` entries and is written from element `at` of the buffers on; 64
    bytes behind its last entry may be spoiled. After a failure (see
    `scratch.status`) the buffers must not be touched.
  }];
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces, Index:$number,
                       Index:$room);
  let results = (outs AnyMemRef:$coordinates, AnyMemRef:$values, Index:$at);
  let assemblyFormat = [{
    $pieces `[` $number `]` `room` `(` $room `)` attr-dict
    `:` type($pieces) `->` type($coordinates) `,` type($values)
  }];
}

def Scratch_PiecesEndOp
    : Scratch_Op<"pieces.end", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "A piece has been written and has so many entries";
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces, Index:$number,
                       Index:$entries);
  let assemblyFormat = [{
    $pieces `[` $number `]` `entries` `(` $entries `)` attr-dict
    `:` type($pieces)
  }];
}

def Scratch_PiecesCloseOp : Scratch_Op<"pieces.close", [MemoryEffects<[MemFree]>]> {
  let summary = "All pieces have ended: forget how they were written";
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces);
  let assemblyFormat = "$pieces attr-dict `:` type($pieces)";
}

def Scratch_ViewOp : Scratch_Op<"view", [Pure]> {
  let summary = "Memory of the caller, seen as a buffer";
  let arguments = (ins AnyType:$pointer, Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$buffer);
  let assemblyFormat = [{
    $pointer `(` $sizes `)` attr-dict `:` type($pointer) `->` type($buffer)
  }];
}

def Scratch_StatusOp
    : Scratch_Op<"status", [MemoryEffects<[MemRead]>]> {
  let summary = "Whether the call is still all right";
  let description = [{
    True while no failure was recorded. Loops over rows that depend on a buffer
    are given zero rows after a failure, so that no code path needs to unwind.
  }];
  let results = (outs I1:$ok);
  let assemblyFormat = "attr-dict";
}

def Scratch_FailOp : Scratch_Op<"fail", [MemoryEffects<[MemWrite]>]> {
  let summary = "Record a failure unless a condition holds";
  let description = [{
    When `condition` is false, records status `code` (Status.def) with the text
    `subject`, found and expected. Execution goes on.
  }];
  let arguments = (ins I1:$condition, I32Attr:$code, StrAttr:$subject,
                       Index:$found, Index:$expected);
  let assemblyFormat = [{
    `unless` $condition `code` $code $subject `found` $found
    `expected` $expected attr-dict
  }];
}

def Scratch_RecordOp
    : Scratch_Op<"record", [MemoryEffects<[MemWrite]>]> {
  let summary = "Add to a counter of the caller's record";
  let description = [{
    `field` names a member of `scratch_record`; `lane` its element, for arrays.
    Safe from any worker.
  }];
  let arguments = (ins StrAttr:$field, I64Attr:$lane, Index:$amount);
  let assemblyFormat = "$field `[` $lane `]` $amount attr-dict";
}

#endif // SCRATCH_LOOP_OPS_TD
