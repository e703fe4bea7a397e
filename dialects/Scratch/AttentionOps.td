//===- AttentionOps.td - level 1: masked attention ------------*- tablegen -*-===//
#ifndef SCRATCH_ATTENTION_OPS_TD
#define SCRATCH_ATTENTION_OPS_TD

include "dialects/Scratch/MaskOps.td"

//===----------------------------------------------------------------------===//
// Layout and decision
//===----------------------------------------------------------------------===//

def Scratch_LayoutEnum
    : I32EnumAttr<"Layout", "order of batch, head, sequence and head size", [
        I32EnumAttrCase<"Bhsd", 0, "bhsd">,
        I32EnumAttrCase<"Bshd", 1, "bshd">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_LayoutAttr : EnumAttr<Scratch_Dialect, Scratch_LayoutEnum, "layout"> {
  let assemblyFormat = "$value";
}

def Scratch_TilingAttr : Scratch_Attr<"Tiling", "tiling"> {
  let summary = "How attention is cut into tiles";
  let description = [{
    Written by `select`, obeyed by `expand`. A task is `queries` rows (a multiple
    of `rows`), which walk the keys in steps of `keys` (a multiple of `vectors`
    times `lanes`). Products keep `rows` x `vectors` vectors in registers.

    Example: `#scratch.tiling<queries = 48, keys = 64, rows = 6, vectors = 2, lanes = 8>`
  }];
  let parameters = (ins "int64_t":$queries, "int64_t":$keys, "int64_t":$rows,
                        "int64_t":$vectors, "int64_t":$lanes);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def Scratch_AttentionOp : Scratch_Op<"attention", [Pure]> {
  let summary = "Softmax of masked scores, times values";
  let description = [{
    For every batch b, query head h and query i, over the keys j that the mask
    lets in:

        s(j) = score(scale * query(i) . key(j))        in f32
        result(i) = sum over j of exp(s(j) - m) * value(j) / sum of exp(s(j) - m)
        log_sum_exp(i) = log(sum over j of exp(s(j)))  natural, f32

    in this order: scale, score region, mask, softmax, values. Query head h reads
    key and value head `h / (query heads / key heads)`. A query without any key
    gives 0, and log_sum_exp minus infinity; a score of minus infinity weighs
    nothing; NaN in a score that takes part makes the query's result NaN. `scale`
    is 1 / sqrt(head size) unless given.

    The score region receives the scaled product (f32) and batch, query head,
    query and key numbers, and yields the score (f32). It never makes entries
    skippable: that is the mask's part. It may use values of the function and
    read its tensors with `tensor.extract`.

    Layouts: `bhsd` (default) is batch x head x sequence x size, `bshd` is batch
    x sequence x head x size, that is also [batch, sequence, hidden] with the
    hidden dimension expanded. log_sum_exp is batch x head x sequence always.

    (attention_c1) query, key, value and result are dense, of rank 4 and of one
    element type: f32, bf16 or f16.
    (attention_c2) batches agree; key and value have the same heads and lengths;
    query heads are a multiple of key heads; query and key have one head size,
    value and result another.
    (attention_c3) the mask has element granularity and is queries x keys, with
    batch, or batch and query heads, in front.
    (attention_c4) scale is positive and finite.

    ```mlir
    %o, %l = scratch.attention %q, %k, %v mask(%m : !scratch.mask<?x?>) {scale = 0.125}
             : tensor<?x32x?x64xf32>, tensor<?x8x?x64xf32>, tensor<?x8x?x64xf32>
             -> tensor<?x32x?x64xf32>, tensor<?x32x?xf32>
    score { ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %t = arith.addf %s, %bias : f32
      scratch.yield %t : f32
    }
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key, AnyRankedTensor:$value,
                       Optional<Scratch_MaskType>:$mask, OptionalAttr<F64Attr>:$scale,
                       DefaultValuedAttr<Scratch_LayoutAttr, "::scratch::Layout::Bhsd">:$layout,
                       OptionalAttr<Scratch_TilingAttr>:$tiling);
  let results = (outs AnyRankedTensor:$result, Optional<AnyRankedTensor>:$log_sum_exp);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` `(` $mask^ `:` type($mask) `)`)?
    (`layout` $layout^)? attr-dict
    `:` type($query) `,` type($key) `,` type($value)
    `->` type($result) (`,` type($log_sum_exp)^)? (`score` $score^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Dimension numbers of heads and sequence in the op's layout.
    unsigned headDimension() { return getLayout() == Layout::Bhsd ? 1 : 2; }
    unsigned sequenceDimension() { return getLayout() == Layout::Bhsd ? 2 : 1; }
  }];
}

#endif // SCRATCH_ATTENTION_OPS_TD
