//===- PatchOps.td - level 1: keep-lists and rows -------------*- tablegen -*-===//
//
// Patch masking keeps some tokens of every sample and drops the others. A
// keep-list names them; rows are gathered by it before the work and scattered by
// it afterwards. Lists are plain tensors of token numbers (i32); the leaf
// `scratch.mask.listed` makes a mask of one.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PATCH_OPS_TD
#define SCRATCH_PATCH_OPS_TD

include "dialects/Scratch/ScratchDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Scratch_PatchOp<string mnemonic, list<Trait> traits = []>
    : Scratch_Op<mnemonic, !listconcat(traits, [Pure])> {
  let hasVerifier = 1;
}

def Scratch_PatchSampleOp : Scratch_PatchOp<"patch_sample"> {
  let summary = "Draw the tokens that each sample keeps, from a seed";
  let description = [{
    Shuffles the tokens 0 .. n - 1 of every sample. `kept` are the first k of each
    shuffled order, so every sample keeps as many, in no order; `places` is the
    inverse of the whole order: token t of sample b is kept when
    `places[b, t] < k`, and then it is row `places[b, t]` of what was gathered.

    The shuffle is Fisher and Yates': step s of sample b (s = 0, 1, ...) exchanges
    entries s and `s + floor(x * (n - s) / 2^32)` of the order, x being the upper
    half of number `b * n + s` of the SplitMix64 sequence of `seed`. It is the same
    for every thread count and target.

    (patch_sample_c1) kept and places are dense tensors of i32, samples x k and
    samples x n, with k at most n.
    (patch_sample_c2) one size for each unknown of samples, k, n, in this order.

    ```mlir
    %kept, %places = scratch.patch_sample seed %s shape(%samples)
                     : tensor<?x64xi32>, tensor<?x256xi32>
    ```
  }];
  let arguments = (ins I64:$seed, Variadic<Index>:$sizes);
  let results = (outs RankedTensorOf<[I32]>:$kept, RankedTensorOf<[I32]>:$places);
  let assemblyFormat = [{
    `seed` $seed (`shape` `(` $sizes^ `)`)? attr-dict `:` type($kept) `,` type($places)
  }];
}

def Scratch_GatherRowsOp : Scratch_PatchOp<"gather_rows"> {
  let summary = "Rows of a tensor, by number";
  let description = [{
    `source` is batch dimensions x rows x size. Either every batch has numbers of
    its own, `result[b, n, :] = source[b, ids[b, n], :]`, or all share them,
    `result[b, n, :] = source[b, ids[n], :]`; the rank of the result tells. n may
    stand for any number of dimensions: of one token for every patch, of k tokens
    for every expert, or of the window of every token (a soft split).

    A number outside the rows fails the call. With `padded`, -1 names no row: it
    reads as zeros.

    (gather_rows_c1) source and result are dense, of one element type and size.
    (gather_rows_c2) ids are a dense tensor of i32; the result's shape is that of
    ids with the size behind, after the source's batches if ids are shared.

    ```mlir
    %x1 = scratch.gather_rows %x[%kept]
          : tensor<?x256x768xf32>, tensor<?x64xi32> -> tensor<?x64x768xf32>
    %w = scratch.gather_rows %x[%windows] padded
          : tensor<?x3136x64xf32>, tensor<784x9xi32> -> tensor<?x784x9x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source, RankedTensorOf<[I32]>:$ids, UnitAttr:$padded);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $source `[` $ids `]` (`padded` $padded^)? attr-dict
    `:` type($source) `,` type($ids) `->` type($result)
  }];
}

def Scratch_ScatterRowsOp : Scratch_PatchOp<"scatter_rows", [AllTypesMatch<["init", "result"]>]> {
  let summary = "Put rows where their numbers say";
  let description = [{
    The way back of `scratch.gather_rows`: the result is `init` with row n of
    `source` in place of row `ids[n]`, or added to it (`add`). Numbers may repeat:
    of rows in one place the last wins; with `add` all count, summed in their order
    (of bf16 and f16 in f32, rounded once).

    A number outside the rows fails the call. With `padded`, -1 drops its row.

    (scatter_rows_c1) source and init are dense, of one element type and size;
    `add` needs floats.
    (scatter_rows_c2) ids are a dense tensor of i32; the shape of source follows
    from init and ids as that of a gather's result.

    ```mlir
    %y = scratch.scatter_rows %h[%chosen] into %zeros add
         : tensor<?x8x64x768xf32>, tensor<?x8x64xi32>, tensor<?x256x768xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source, RankedTensorOf<[I32]>:$ids,
                       AnyRankedTensor:$init, UnitAttr:$add, UnitAttr:$padded);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $source `[` $ids `]` `into` $init (`add` $add^)? (`padded` $padded^)? attr-dict
    `:` type($source) `,` type($ids) `,` type($init)
  }];
}

#endif // SCRATCH_PATCH_OPS_TD
