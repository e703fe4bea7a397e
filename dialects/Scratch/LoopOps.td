//===- LoopOps.td - level 2: parallel rows --------------------*- tablegen -*-===//
#ifndef SCRATCH_LOOP_OPS_TD
#define SCRATCH_LOOP_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_PartitionOp : Scratch_Op<"partition", [MemoryEffects<[MemRead, MemWrite]>]> {
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

#endif // SCRATCH_LOOP_OPS_TD
