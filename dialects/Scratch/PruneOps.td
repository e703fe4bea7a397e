//===- PruneOps.td - level 1: masks of weights ----------------*- tablegen -*-===//
//
// Ops that make a mask out of weights (a score per unit, then a rule) and ops
// that use one. The masks are the `!scratch.mask` of products and attention;
// and, or and not are those of KernelOps.td.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PRUNE_OPS_TD
#define SCRATCH_PRUNE_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_ScoreNormEnum
    : I32EnumAttr<"ScoreNorm", "how the entries of a unit make its score", [
        I32EnumAttrCase<"L1", 0, "l1">,
        I32EnumAttrCase<"L2", 1, "l2">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_ScoreNormAttr
    : EnumAttr<Scratch_Dialect, Scratch_ScoreNormEnum, "score_norm">;

def Scratch_ScoredMaskInterface : OpInterface<"ScoredMaskInterface"> {
  let cppNamespace = "::scratch";
  let description = [{
    A mask that follows from one score per unit of its granularity. The score of
    an entry is `|w(i, j)|`, times `inputs(j)` where given (norms of the layer's
    inputs: activation-aware pruning). The score of a block, row or column is the
    `l1` (default) or `l2` norm of its entries' scores; a block that the border
    cuts has the entries inside. A NaN counts as the largest score, so that
    pruning never hides one.

    (scored_c1) weights are a dense matrix of floats, of the mask's shape.
    (scored_c2) inputs are a dense vector with one entry per column of the
    weights, of their element type.
  }];
  let methods = [
    InterfaceMethod<"The weights.", "::mlir::Value", "getWeights">,
    InterfaceMethod<"Norms of the inputs, or null.", "::mlir::Value", "getInputs">,
    InterfaceMethod<"Norm of units of several entries.", "::scratch::ScoreNorm", "getNorm">
  ];
}

def Scratch_PruningOpInterface : OpInterface<"PruningOpInterface"> {
  let cppNamespace = "::scratch";
  let description = "Uses a mask of weights, as values; `expand` computes it.";
}

//===----------------------------------------------------------------------===//
// Masks out of scores
//===----------------------------------------------------------------------===//

class Scratch_ScoredMaskOp<string mnemonic>
    : Scratch_Op<mnemonic, [Pure, Scratch_ScoredMaskInterface]> {
  dag scored = (ins
      AnyRankedTensor:$weights, Optional<AnyRankedTensor>:$inputs,
      DefaultValuedAttr<Scratch_ScoreNormAttr, "::scratch::ScoreNorm::L1">:$norm);
  let results = (outs Scratch_MaskType:$mask);
  let hasVerifier = 1;
}

def Scratch_MaskThresholdOp : Scratch_ScoredMaskOp<"mask.threshold"> {
  let summary = "Units whose score is above a threshold";
  let description = [{
    A unit is kept when its score exceeds `threshold`. With `relative`, scores are
    divided by their mean first, so that one scale fits every layer: the forward
    half of a learned threshold, whose backward half is
    `scratch.mask.threshold_gradient`. When all scores are 0, the relative ones
    are 0 too.

    (mask_threshold_c1) the mask has element, block, row or column granularity
    and no guarantee.
    (mask_threshold_c2) the threshold has the weights' element type.

    ```mlir
    %M = scratch.mask.threshold %W above %t relative
         : tensor<64x576xf32>, f32 -> !scratch.mask<64x576, row>
    ```
  }];
  let arguments = !con(scored, (ins AnyFloat:$threshold, UnitAttr:$relative));
  let assemblyFormat = [{
    $weights (`inputs` `(` $inputs^ `:` type($inputs) `)`)? `above` $threshold
    (`relative` $relative^)? (`norm` $norm^)? attr-dict
    `:` type($weights) `,` type($threshold) `->` qualified(type($mask))
  }];
}

def Scratch_MaskMagnitudeOp : Scratch_ScoredMaskOp<"mask.magnitude"> {
  let summary = "The given fraction of units, those with the largest scores";
  let description = [{
    Keeps `floor(keep * units + 1/2)` units of the whole matrix, at least none and
    at most all. Of units with equal scores the earlier one (in row-major order)
    is kept.

    (mask_magnitude_c1) the mask has element, block, row or column granularity
    and no guarantee.

    ```mlir
    %M = scratch.mask.magnitude %W keep %tenth norm l2
         : tensor<?x?xf32> -> !scratch.mask<?x?, block(4x4)>
    ```
  }];
  let arguments = !con(scored, (ins F64:$keep));
  let assemblyFormat = [{
    $weights (`inputs` `(` $inputs^ `:` type($inputs) `)`)? `keep` $keep
    (`norm` $norm^)? attr-dict `:` type($weights) `->` qualified(type($mask))
  }];
}

def Scratch_MaskTopKOp : Scratch_ScoredMaskOp<"mask.top_k"> {
  let summary = "The K largest scores of every row";
  let description = [{
    K is that of the mask's guarantee `row_nnz(K)`. Of equal scores the earlier
    one is kept. At run time, fewer than K columns fail with a shape mismatch.

    (mask_top_k_c1) the mask has element granularity and guarantees `row_nnz(K)`.

    ```mlir
    %M = scratch.mask.top_k %W inputs(%x : tensor<64xf32>)
         : tensor<?x64xf32> -> !scratch.mask<?x64, row_nnz(16)>
    ```
  }];
  let arguments = scored;
  let assemblyFormat = [{
    $weights (`inputs` `(` $inputs^ `:` type($inputs) `)`)? (`norm` $norm^)?
    attr-dict `:` type($weights) `->` qualified(type($mask))
  }];
}

def Scratch_MaskNMOp : Scratch_ScoredMaskOp<"mask.n_m"> {
  let summary = "The N largest scores of every M neighbours in a row";
  let description = [{
    Columns fall in groups of M; each keeps exactly N entries, of equal scores the
    earlier ones. At run time, columns that are no multiple of M fail with a shape
    mismatch: the guarantee would not hold.

    (mask_n_m_c1) the mask has granularity `n_m(N:M)` and guarantees `exact(N:M)`;
    M is at most 32.
    (mask_n_m_c2) columns, where known, are a multiple of M.

    ```mlir
    %M = scratch.mask.n_m %W
         : tensor<?x64xf32> -> !scratch.mask<?x64, n_m(2:4), exact(2:4)>
    ```
  }];
  let arguments = scored;
  let assemblyFormat = [{
    $weights (`inputs` `(` $inputs^ `:` type($inputs) `)`)? (`norm` $norm^)?
    attr-dict `:` type($weights) `->` qualified(type($mask))
  }];
}

def Scratch_MaskRandomOp : Scratch_Op<"mask.random", [Pure]> {
  let summary = "Units kept at random, from a seed";
  let description = [{
    Unit u (numbered in row-major order) is kept when the u-th number of the
    SplitMix64 sequence of `seed`, scaled to [0, 1), is below `keep`. Nothing is
    stored: whoever uses the mask computes the number again, so the mask is the
    same for every thread count, consumer and target.

    (mask_random_c1) the mask has element, block, row or column granularity and
    no guarantee.
    (mask_random_c2) one size per unknown extent of the mask.

    ```mlir
    %M = scratch.mask.random seed %s keep %half shape(%m, %n) : !scratch.mask<?x?>
    ```
  }];
  let arguments = (ins I64:$seed, F64:$keep, Variadic<Index>:$sizes);
  let results = (outs Scratch_MaskType:$mask);
  let assemblyFormat = [{
    `seed` $seed `keep` $keep (`shape` `(` $sizes^ `)`)? attr-dict `:` qualified(type($mask))
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Uses of masks
//===----------------------------------------------------------------------===//

class Scratch_PruningOp<string mnemonic, list<Trait> traits = []>
    : Scratch_Op<mnemonic, !listconcat(traits, [Pure, Scratch_PruningOpInterface])> {
  let hasVerifier = 1;
}

def Scratch_MaskApplyOp
    : Scratch_PruningOp<"mask.apply", [AllTypesMatch<["weights", "result"]>]> {
  let summary = "Weights inside the mask, zero outside";
  let description = [{
    Entries outside the mask become zero whatever they were, also NaN. A vector
    with one entry per row (or column) of a mask of rows (or columns) takes it too:
    biases, scales and shifts go with their channels.

    (mask_apply_c1) weights are a dense matrix of the mask's shape, or a dense
    vector with an entry per row of a row mask or per column of a column mask.

    ```mlir
    %Z = scratch.mask.apply %W, %M : tensor<?x?xf32>, !scratch.mask<?x?, row>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$weights, Scratch_MaskType:$mask);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$weights `,` $mask attr-dict `:` type($weights) `,` qualified(type($mask))";
}

def Scratch_MaskCompressOp : Scratch_PruningOp<"mask.compress"> {
  let summary = "Weights inside the mask, as a sparse matrix";
  let description = [{
    Stores the entries of the mask, zeros among them too: the pattern is the
    mask's. Other formats than CSR: `scratch.pack`.

    (mask_compress_c1) weights are a dense matrix of the mask's shape.
    (mask_compress_c2) the result is CSR of the weights' shape and element type.

    ```mlir
    %C = scratch.mask.compress %W, %M
         : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?x?xf32, #CSR>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$weights, Scratch_MaskType:$mask);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $weights `,` $mask attr-dict `:` type($weights) `,` qualified(type($mask))
    `->` type($result)
  }];
}

def Scratch_MaskBytesOp : Scratch_PruningOp<"mask.bytes"> {
  let summary = "A mask as bytes, one per unit";
  let description = [{
    1 where the unit is kept, else 0. The grid of units is a matrix, of rows or of
    columns a vector.

    (mask_bytes_c1) the result is a dense i8 tensor of the shape of the mask's
    grid; `n_m` has one unit per entry.

    ```mlir
    %B = scratch.mask.bytes %M : !scratch.mask<64x?, row> -> tensor<64xi8>
    ```
  }];
  let arguments = (ins Scratch_MaskType:$mask);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$mask attr-dict `:` qualified(type($mask)) `->` type($result)";
}

def Scratch_MaskThresholdGradientOp
    : Scratch_PruningOp<"mask.threshold_gradient", [
        AllTypesMatch<["threshold", "result"]>]> {
  let summary = "Gradient of a learned threshold";
  let description = [{
    A step has no useful derivative, so a surrogate stands in: with u the relative
    score of a unit (its score over the mean score) less the threshold,
    `h(u) = 2 - 4|u|` for |u| <= 0.4, `0.4` for 0.4 < |u| <= 1, else 0 (the
    long-tailed estimator of dynamic sparse training). Returns
    `- sum over units of gradient(unit) * h(u)`: what flows into the threshold
    when `gradient` flows into the mask. All sums are taken in double, in order.

    (mask_threshold_gradient_c1) weights are a dense matrix of floats.
    (mask_threshold_gradient_c2) the gradient is a vector with one entry per row
    of the weights, of their element type; the threshold has that type too.

    ```mlir
    %dt = scratch.mask.threshold_gradient %W above %t with %dM norm l1
          : tensor<64x576xf32>, tensor<64xf32>, f32
    ```
  }];
  let arguments = (ins AnyRankedTensor:$weights, AnyFloat:$threshold,
      AnyRankedTensor:$gradient,
      DefaultValuedAttr<Scratch_ScoreNormAttr, "::scratch::ScoreNorm::L1">:$norm);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = [{
    $weights `above` $threshold `with` $gradient (`norm` $norm^)? attr-dict
    `:` type($weights) `,` type($gradient) `,` type($threshold)
  }];
}

#endif // SCRATCH_PRUNE_OPS_TD
