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

def Scratch_RewriteEnum : I32BitEnumAttr<"Rewrites", "rewrites of attention", [
    I32BitEnumAttrCaseNone<"None", "none">,
    I32BitEnumAttrCaseBit<"Compact", 0, "compact">,
    I32BitEnumAttrCaseBit<"Residues", 1, "residues">,
    I32BitEnumAttrCaseBit<"Patches", 2, "patches">,
    I32BitEnumAttrCaseBit<"Ranges", 3, "ranges">,
    I32BitEnumAttrCaseBit<"Single", 4, "single">,
    I32BitEnumAttrCaseBit<"Heads", 5, "heads">,
    I32BitEnumAttrCaseBit<"Split", 6, "split">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
  let separator = "|";
}
def Scratch_RewritesAttr : EnumAttr<Scratch_Dialect, Scratch_RewriteEnum, "rewrites"> {
  let summary = "What `expand` may do to attention besides tiling it";
  let description = [{
    Written by `select`. Each changes the work, none the result:
    - `compact`: keys and queries that a keep-list leaves are packed side by side;
    - `residues`: under a dilated window, tokens are ordered by their residue, so
      that tiles are those of a plain window;
    - `patches`: under a neighbourhood, tokens are ordered by patches of the grid;
    - `ranges`: sorted documents become ranges of keys per query;
    - `single`: keys that fit one tile need no running maximum;
    - `heads`: query heads that share keys are rows of one block;
    - `split`: few queries on many keys are computed in parts of the keys.
  }];
  let assemblyFormat = "`<` $value `>`";
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

def Scratch_AttentionOp : Scratch_Op<"attention", [Pure, AttrSizedOperandSegments]> {
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

    With `parts` it is the partial form: keys are cut into so many ranges, and
    each gives a result and a log-sum-exp of its own, in f32 and with the part's
    number in front. `scratch.attention_merge` makes the whole of them. A part
    without live keys is like a query without any: 0 and minus infinity.

    In destination style, `outs` are tensors of the results' types, which the results
    take the place of: their extents are the results', what they hold is not read.

    (attention_c1) query, key, value and result are dense, of rank 4 and of one
    element type: f32, bf16 or f16.
    (attention_c2) batches agree; key and value have the same heads and lengths;
    query heads are a multiple of key heads; query and key have one head size,
    value and result another.
    (attention_c3) the mask has element granularity and is queries x keys, with
    batch, or batch and query heads, in front.
    (attention_c4) scale is positive and finite.
    (attention_c5) parts come with log_sum_exp, and with f32 results of rank 5
    and 4.
    (attention_c6) outs, where there are any, are one for each result, of its type.

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
                       Optional<Scratch_MaskType>:$mask, Optional<Index>:$parts,
                       Variadic<AnyRankedTensor>:$outs,
                       OptionalAttr<F64Attr>:$scale,
                       DefaultValuedAttr<Scratch_LayoutAttr, "::scratch::Layout::Bhsd">:$layout,
                       OptionalAttr<Scratch_TilingAttr>:$tiling,
                       OptionalAttr<Scratch_RewritesAttr>:$rewrites);
  let results = (outs AnyRankedTensor:$result, Optional<AnyRankedTensor>:$log_sum_exp);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` `(` $mask^ `:` type($mask) `)`)?
    (`parts` `(` $parts^ `)`)? (`outs` `(` $outs^ `:` type($outs) `)`)?
    (`layout` $layout^)? attr-dict `:` type($query) `,` type($key) `,` type($value)
    `->` type($result) (`,` type($log_sum_exp)^)? (`score` $score^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Dimension numbers of heads and sequence in the op's layout.
    unsigned headDimension() { return getLayout() == Layout::Bhsd ? 1 : 2; }
    unsigned sequenceDimension() { return getLayout() == Layout::Bhsd ? 2 : 1; }
    /// May `expand` do this? Unless told otherwise, yes.
    bool allows(Rewrites rewrite) {
      return !getRewrites() || bitEnumContainsAny(*getRewrites(), rewrite);
    }
  }];
}

def Scratch_AttentionMergeOp : Scratch_Op<"attention_merge", [Pure]> {
  let summary = "One attention out of its parts";
  let description = [{
    Parts are results over disjoint sets of keys, with their log-sum-exps, in
    front dimension p. With m the largest log_sum_exps[p]:

        w(p) = exp(log_sum_exps[p] - m)
        result = sum over p of w(p) * parts[p] / sum of w(p)
        log_sum_exp = m + log(sum of w(p))

    Minus infinity everywhere gives 0 and minus infinity. Merging is associative
    and does not depend on the order of parts, up to rounding.

    (attention_merge_c1) parts are dense f32 of rank 5, log_sum_exps of rank 4;
    parts, batches, heads and queries agree (see layouts of `scratch.attention`).
    (attention_merge_c2) the result is of rank 4 and f32, bf16 or f16, log_sum_exp
    of rank 3 and f32, without the parts.

    ```mlir
    %po, %pl = scratch.attention %q, %k, %v parts(%n)
        : tensor<1x8x1x64xf32>, tensor<1x8x?x64xf32>, tensor<1x8x?x64xf32>
        -> tensor<?x1x8x1x64xf32>, tensor<?x1x8x1xf32>
    %o, %l = scratch.attention_merge %po, %pl : tensor<?x1x8x1x64xf32>, tensor<?x1x8x1xf32>
        -> tensor<1x8x1x64xf32>, tensor<1x8x1xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[F32]>:$parts,
                       RankedTensorOf<[F32]>:$log_sum_exps,
                       DefaultValuedAttr<Scratch_LayoutAttr, "::scratch::Layout::Bhsd">:$layout);
  let results = (outs AnyRankedTensor:$result, Optional<AnyRankedTensor>:$log_sum_exp);
  let assemblyFormat = [{
    $parts `,` $log_sum_exps (`layout` $layout^)? attr-dict
    `:` type($parts) `,` type($log_sum_exps)
    `->` type($result) (`,` type($log_sum_exp)^)?
  }];
  let hasVerifier = 1;
}

def Scratch_AttentionBackwardOp : Scratch_Op<"attention_backward", [
    Pure, AttrSizedOperandSegments,
    RangedTypesMatchWith<"gradients of captures have their types", "captures",
                         "capture_gradients", "$_self">, AllTypesMatch<["query", "query_gradient"]>, AllTypesMatch<["key", "key_gradient"]>,
    AllTypesMatch<["value", "value_gradient"]>, AllTypesMatch<["result", "gradient"]>]> {
  let summary = "Gradients of attention";
  let description = [{
    With result and log_sum_exp what `scratch.attention` gave on the same operands
    and options, and `gradient` what flows into the result: what flows into
    query, key and value. With p the weights and D(i) = result(i) . gradient(i),

        value gradient(j) = sum over i of p(i, j) * gradient(i)
        ds(i, j) = p(i, j) * (gradient(i) . value(j) - D(i)) * score'(s)
        query gradient(i) = scale * sum over j of ds(i, j) * key(j)
        key gradient(j) = scale * sum over i of ds(i, j) * query(i)

    p is computed anew from log_sum_exp: nothing of queries x keys is stored. Key
    heads receive the sum over the query heads that share them. Queries without
    keys, and keys without queries, receive 0. Sums are f32 and in a fixed order.

    The score region is that of the forward op; its derivative by the score is
    taken symbolically. It may add, subtract, multiply, divide, negate, select,
    and use exp, tanh, log, sqrt, absolute value, largest and smallest of the
    score; what does not depend on the score is free.

    `captures` are tensors that the region reads and whose gradients are asked for,
    such as a bias: entry x receives the sum of p(i, j) * (gradient(i) . value(j) -
    D(i)) times the derivative of the score by it, over all (b, h, i, j) that read x.
    An entry of a capture must depend on the numbers of the region alone.

    (attention_backward_c1) query, key, value, mask and scale as for
    `scratch.attention`; result and gradient are like its result, log_sum_exp is
    like its own.
    (attention_backward_c2) gradients have the types of query, key and value.
    (attention_backward_c3) captures are dense tensors of f32, and the score region
    reads each.

    ```mlir
    %dq, %dk, %dv = scratch.attention_backward %q, %k, %v result(%o, %l) gradient(%g)
        mask(%m : !scratch.mask<?x?>)
        : tensor<1x8x?x64xf32>, tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32>,
          tensor<1x8x?x64xf32>, tensor<1x8x?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$query, AnyRankedTensor:$key, AnyRankedTensor:$value,
                       AnyRankedTensor:$result, RankedTensorOf<[F32]>:$log_sum_exp,
                       AnyRankedTensor:$gradient, Optional<Scratch_MaskType>:$mask,
                       Variadic<RankedTensorOf<[F32]>>:$captures,
                       OptionalAttr<F64Attr>:$scale,
                       DefaultValuedAttr<Scratch_LayoutAttr, "::scratch::Layout::Bhsd">:$layout,
                       OptionalAttr<Scratch_TilingAttr>:$tiling,
                       OptionalAttr<Scratch_RewritesAttr>:$rewrites);
  let results = (outs AnyRankedTensor:$query_gradient, AnyRankedTensor:$key_gradient,
                      AnyRankedTensor:$value_gradient,
                      Variadic<RankedTensorOf<[F32]>>:$capture_gradients);
  let regions = (region MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    $query `,` $key `,` $value `result` `(` $result `,` $log_sum_exp `)`
    `gradient` `(` $gradient `)` (`mask` `(` $mask^ `:` type($mask) `)`)?
    (`captures` `(` $captures^ `:` type($captures) `)`)? (`layout` $layout^)? attr-dict
    `:` type($query) `,` type($key) `,` type($value) `,` type($gradient) `,` type($log_sum_exp)
    (`score` $score^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned headDimension() { return getLayout() == Layout::Bhsd ? 1 : 2; }
    unsigned sequenceDimension() { return getLayout() == Layout::Bhsd ? 2 : 1; }
  }];
}

#endif // SCRATCH_ATTENTION_OPS_TD
