//===- TeamOps.td - level 2: accumulators that a team shares --*- tablegen -*-===//
//
// A team is the workers that share a near memory (on PIUMA: the threads of a
// core). In a `scratch.parallel ... team` all of them run the body on the same
// chunk, with one accumulator between them. Its tiles span rows: a coordinate is
// a pair (row of the tile, column), and rows of one tile are written together.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_TEAM_OPS_TD
#define SCRATCH_TEAM_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_CapacityOp : Scratch_Op<"accumulator.capacity", [MemoryEffects<[MemRead]>]> {
  let summary = "What one tile of a team's accumulator holds at most, on the target";
  let description = [{
    `entries` different coordinates in at most `rows` rows. A tile whose bound is
    beyond `entries` has one row, and a window of at most `columns` columns: a
    target may then address by column. Depends on the machine that the program runs
    on, not on the problem. `masked` where tiles are marked: they hold a state for
    every coordinate besides.
  }];
  let arguments = (ins TypeAttr:$accumulator, UnitAttr:$masked);
  let results = (outs Index:$entries, Index:$rows, Index:$columns);
  let assemblyFormat = "$accumulator (`masked` $masked^)? attr-dict";
  let hasVerifier = 1;
}

def Scratch_RowOp : Scratch_Op<"row", [AllTypesMatch<["tile", "view"]>, Pure]> {
  let summary = "One row of a tile that spans several";
  let description = [{
    What is marked or accumulated through the result belongs to row `number` of
    the tile (from 0). Rows share the tile's bound: this one may have at most
    `last` - `first` entries, and the shares of a tile's rows do not overlap.
    One worker's tile of several rows (`blocked`) is drained through such views, too.

    ```mlir
    %r = scratch.row %t[%number] share(%first, %last) : !scratch.tile<shared_hash, i32, f64>
    scratch.accumulate %r, %crd[%p, %q] values %val : memref<?xf64> scaled %a : f64
        semiring<plus_times> : !scratch.tile<shared_hash, i32, f64>, memref<?xi32>
    ```
  }];
  let arguments = (ins Scratch_TileType:$tile, Index:$number, Index:$first, Index:$last);
  let results = (outs Scratch_TileType:$view);
  let assemblyFormat = [{
    $tile `[` $number `]` `share` `(` $first `,` $last `)` attr-dict `:` type($tile)
  }];
  let hasVerifier = 1;
}

def Scratch_DealOp : Scratch_Op<"deal", [
    RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "Deal a range to the team's workers, piece by piece";
  let description = [{
    [`first`, `last`) is cut into pieces of `grain`; each is given to one worker,
    which runs `body` on its begin and end. `tokens`: a free worker takes the
    next piece; otherwise piece n goes to worker n modulo their number. Workers
    do not wait for each other at the end.

    ```mlir
    scratch.deal %t from %first to %last grain %g tokens : !scratch.tile<shared_hash, i32, f64> {
    ^bb0(%begin: index, %end: index):
      ...
    }
    ```
  }];
  let arguments = (ins Scratch_TileType:$tile, Index:$first, Index:$last, Index:$grain,
                       UnitAttr:$tokens);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $tile `from` $first `to` $last `grain` $grain (`tokens` $tokens^)? attr-dict
    `:` type($tile) $body
  }];
  let hasVerifier = 1;
}

def Scratch_MeetOp : Scratch_Op<"meet", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "All workers of the tile's team wait for each other";
  let description = "Comes between marks and accumulates of one tile.";
  let arguments = (ins Scratch_TileType:$tile);
  let assemblyFormat = "$tile attr-dict `:` type($tile)";
}

def Scratch_AppendOp : Scratch_Op<"append", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Write a tile's rows behind those of the tiles before it";
  let description = [{
    The entries of rows [`first`, `last`), which are the tile's rows from 0 on,
    follow those of tile `number` - 1 of the same `ledger` (two words, zero at
    first), row by row, in any order within a row. For rows below `whole` the
    end of the row is stored to `positions[row + 1]`; a row that several tiles
    make up is below it for the last of them only. `shares` holds the prefix
    that the shares of `scratch.row` were taken from.
  }];
  let arguments = (ins Scratch_TileType:$tile, Index:$first, Index:$last, Index:$whole,
                       MemRefRankOf<[I64], [1]>:$shares, AnyMemRef:$coordinates,
                       AnyMemRef:$values, AnyMemRef:$positions,
                       MemRefRankOf<[I64], [1]>:$ledger, Index:$number);
  let assemblyFormat = [{
    $tile `rows` `(` $first `,` $last `)` `whole` `(` $whole `)` `shares` $shares
    `into` $coordinates `,` $values `,` $positions `number` $number `of` $ledger attr-dict
    `:` type($tile) `,` type($shares) `,` type($coordinates) `,` type($values) `,`
    type($positions) `,` type($ledger)
  }];
  let hasVerifier = 1;
}

def Scratch_PrefixSumOp : Scratch_Op<"prefix_sum", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Every element becomes the sum of all up to it";
  let description = "In place, over the first `count` elements.";
  let arguments = (ins MemRefRankOf<[I64], [1]>:$buffer, Index:$count);
  let assemblyFormat = "$buffer `count` $count attr-dict `:` type($buffer)";
}

#endif // SCRATCH_TEAM_OPS_TD
