//===- MaskOps.td - which entries take part -------------------*- tablegen -*-===//
//
// One algebra for products, pruning and attention: leaves make a mask, and / or /
// not combine masks of one domain. Leaves from tensors serve every consumer; the
// leaves of positions (causal, window, ...) serve attention, whose masks are read
// as query x key, batch x query x key or batch x head x query x key.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_MASK_OPS_TD
#define SCRATCH_MASK_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

//===----------------------------------------------------------------------===//
// Any domain: from a tensor, and combinations
//===----------------------------------------------------------------------===//


def Scratch_MaskFromOp : Scratch_Op<"mask.from", [Pure]> {
  let summary = "Mask of the entries of a tensor";
  let description = [{
    `structure`: the stored entries of a sparse matrix, whatever their values.
    `value`: the entries whose value is not zero; also of a dense matrix. A dense
    vector is one flag per row or column: the way back of `scratch.mask.bytes`.

    (mask_from_c1) the mask has the tensor's shape and element granularity; for
    attention, a dense tensor may lack leading dimensions of the mask or have
    extent 1 in any: it repeats along them.
    (mask_from_c2) `structure` needs a sparse tensor.
    (mask_from_c3) a vector makes a mask of a matrix, of its rows or its columns.

    ```mlir
    %M = scratch.mask.from structure %L
         : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
    ```
  }];
  let arguments = (ins Scratch_MaskSourceAttr:$source, AnyRankedTensor:$tensor);
  let results = (outs Scratch_MaskType:$mask);
  let assemblyFormat = [{
    $source $tensor attr-dict `:` type($tensor) `->` type($mask)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Does the tensor repeat along queries or keys?
    bool repeats();
  }];
}

class Scratch_MaskCombineOp<string mnemonic>
    : Scratch_Op<mnemonic, [Pure, Commutative, SameOperandsAndResultType]> {
  let arguments = (ins Scratch_MaskType:$lhs, Scratch_MaskType:$rhs);
  let results = (outs Scratch_MaskType:$mask);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($mask)";
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}
def Scratch_MaskAndOp : Scratch_MaskCombineOp<"mask.and"> {
  let summary = "Entries in both masks";
}
def Scratch_MaskOrOp : Scratch_MaskCombineOp<"mask.or"> {
  let summary = "Entries in either mask";
}
def Scratch_MaskNotOp
    : Scratch_Op<"mask.not", [Pure, SameOperandsAndResultType]> {
  let summary = "Entries that are not in the mask";
  let description = [{
    A consumer that can complement takes the complement into itself:
    `spgemm mask(not %m)` becomes `spgemm mask(%m, complement)`.
  }];
  let arguments = (ins Scratch_MaskType:$input);
  let results = (outs Scratch_MaskType:$mask);
  let assemblyFormat = "$input attr-dict `:` type($mask)";
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Positions of queries and keys
//===----------------------------------------------------------------------===//

def Scratch_AxisEnum
    : I32EnumAttr<"Axis", "side of a mask of attention", [
        I32EnumAttrCase<"Query", 0, "query">,
        I32EnumAttrCase<"Key", 1, "key">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_AxisAttr : EnumAttr<Scratch_Dialect, Scratch_AxisEnum, "axis">;

def Scratch_AlignmentEnum
    : I32EnumAttr<"Alignment", "which corner of queries x keys is on the diagonal", [
        I32EnumAttrCase<"TopLeft", 0, "top_left">,
        I32EnumAttrCase<"BottomRight", 1, "bottom_right">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_AlignmentAttr : EnumAttr<Scratch_Dialect, Scratch_AlignmentEnum, "alignment">;

/// A number of tokens: one for all, or one per batch (or head, where said so).
def Scratch_TokenCount : AnyTypeOf<[Index, 1DTensorOf<[I32, I64]>]>;
/// Per token, or per batch and token.
def Scratch_TokenFlags : TensorRankOf<[I8], [1, 2]>;
def Scratch_TokenIds : TensorRankOf<[I32], [1, 2]>;

/// Leaves whose rows and columns are queries and keys, counted in tokens.
class Scratch_MaskLeafOp<string mnemonic, list<Trait> traits = []>
    : Scratch_Op<"mask." # mnemonic, !listconcat([Pure], traits)> {
  let results = (outs Scratch_MaskType:$mask);
  let hasVerifier = 1;
}

def Scratch_MaskCausalOp : Scratch_MaskLeafOp<"causal"> {
  let summary = "Keys not after the query";
  let description = [{
    (i, j) takes part when `j <= i + shift`. The shift is never implied:
    `top_left` is 0, `bottom_right` is keys - queries (the last query sees the
    last key), and `offset` is added to it, per batch if it is a tensor (the
    length of what a cache already holds).

    ```mlir
    %m = scratch.mask.causal bottom_right : !scratch.mask<?x?>
    %m = scratch.mask.causal top_left offset(%past : tensor<?xi32>) : !scratch.mask<?x?x?>
    ```
  }];
  let arguments = (ins Scratch_AlignmentAttr:$alignment,
                       Optional<Scratch_TokenCount>:$offset);
  let assemblyFormat = [{
    $alignment (`offset` `(` $offset^ `:` type($offset) `)`)? attr-dict `:` type($mask)
  }];
}

def Scratch_MaskWindowOp : Scratch_MaskLeafOp<"window", [AttrSizedOperandSegments]> {
  let summary = "Keys near the query, by distance in steps of the dilation";
  let description = [{
    With p = i + shift (see `scratch.mask.causal`), (i, j) takes part when p - j
    is a multiple of the dilation d and `-right * d <= p - j <= left * d`. A
    side that is not given is open. d is 1 unless `dilation` is given; a tensor
    has one dilation per head. `offset` is at most 2^26 to either side.

    ```mlir
    %m = scratch.mask.window top_left left(%c128) right(%c128) : !scratch.mask<?x?>
    %m = scratch.mask.window top_left offset(%past : tensor<?xi32>) left(%w) right(%c0)
         : !scratch.mask<?x?x?>
    %m = scratch.mask.window top_left left(%w) right(%w) dilation(%d : tensor<12xi32>)
         : !scratch.mask<?x12x?x?>
    ```
  }];
  let arguments = (ins Scratch_AlignmentAttr:$alignment, Optional<Scratch_TokenCount>:$offset,
                       Optional<Index>:$left, Optional<Index>:$right,
                       Optional<Scratch_TokenCount>:$dilation);
  let assemblyFormat = [{
    $alignment (`offset` `(` $offset^ `:` type($offset) `)`)?
    (`left` `(` $left^ `)`)? (`right` `(` $right^ `)`)?
    (`dilation` `(` $dilation^ `:` type($dilation) `)`)? attr-dict `:` type($mask)
  }];
}

def Scratch_MaskFirstOp : Scratch_MaskLeafOp<"first"> {
  let summary = "The first tokens of an axis";
  let description = [{
    `first key (n)`: j < n; `first query (n)`: i < n. With one number it is a
    prefix or the global tokens, with one per batch the lengths of padded
    sequences.

    ```mlir
    %lengths = scratch.mask.first key (%len : tensor<?xi32>) : !scratch.mask<?x?x?>
    ```
  }];
  let arguments = (ins Scratch_AxisAttr:$axis, Scratch_TokenCount:$count);
  let assemblyFormat = [{
    $axis `(` $count `:` type($count) `)` attr-dict `:` type($mask)
  }];
}

def Scratch_MaskKeepOp : Scratch_MaskLeafOp<"keep"> {
  let summary = "Tokens of an axis whose flag is not zero";
  let description = [{
    Flags are bytes, [tokens] or [batch, tokens].

    ```mlir
    %m = scratch.mask.keep key (%flags : tensor<4x?xi8>) : !scratch.mask<4x?x?>
    ```
  }];
  let arguments = (ins Scratch_AxisAttr:$axis, Scratch_TokenFlags:$flags);
  let assemblyFormat = [{
    $axis `(` $flags `:` type($flags) `)` attr-dict `:` type($mask)
  }];
}

def Scratch_MaskListedOp : Scratch_MaskLeafOp<"listed"> {
  let summary = "Tokens of an axis that a list names";
  let description = [{
    A keep-list: token numbers in any order, [kept] or [batch, kept]. A number
    outside the axis fails the call; naming a token twice is harmless.

    ```mlir
    %m = scratch.mask.listed key (%ids : tensor<2x64xi32>) : !scratch.mask<2x?x?>
    ```
  }];
  let arguments = (ins Scratch_AxisAttr:$axis, Scratch_TokenIds:$ids);
  let assemblyFormat = [{
    $axis `(` $ids `:` type($ids) `)` attr-dict `:` type($mask)
  }];
}

def Scratch_MaskDocumentsOp : Scratch_MaskLeafOp<"documents"> {
  let summary = "Queries and keys of the same document";
  let description = [{
    (i, j) takes part when `query[i] == key[j]`: document numbers, [tokens] or
    [batch, tokens]. `sorted` promises that the numbers ascend, which makes
    tiles cheaper to sort; a promise that is not kept gives wrong results.

    A prefix shared by all documents is `or(documents, first key (n))`.

    ```mlir
    %m = scratch.mask.documents %ids, %ids sorted : tensor<?xi32>, tensor<?xi32>
         -> !scratch.mask<?x?>
    ```
  }];
  let arguments = (ins Scratch_TokenIds:$query, Scratch_TokenIds:$key, UnitAttr:$sorted);
  let assemblyFormat = [{
    $query `,` $key (`sorted` $sorted^)? attr-dict `:` type($query) `,` type($key)
    `->` type($mask)
  }];
}

def Scratch_MaskNeighbourhoodOp : Scratch_MaskLeafOp<"neighbourhood"> {
  let summary = "Keys in a rectangle of a grid around the query";
  let description = [{
    Token t sits in row `t / columns` and column `t mod columns` of `grid`
    (rows, columns). A query sees `kernel` (rows, columns) keys around it; at the
    border the rectangle moves inwards, so that every query sees as many.

    ```mlir
    %m = scratch.mask.neighbourhood grid [32, 32] kernel [7, 7] : !scratch.mask<1024x1024>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$grid, DenseI64ArrayAttr:$kernel);
  let assemblyFormat = "`grid` $grid `kernel` $kernel attr-dict `:` type($mask)";
}

def Scratch_MaskBlocksOp : Scratch_MaskLeafOp<"blocks"> {
  let summary = "Blocks of queries and keys that a map names";
  let description = [{
    (i, j) takes part when entry (i / R, j / C) of `map` is present: not zero in
    a dense map of bytes, stored in a sparse one (a list of blocks, as pruning
    and `scratch.mask_blocks` make them). `block` is [R, C] in tokens.

    With `of`, the mask is that of `refined`, and the map, which
    `scratch.mask_blocks` made of it, tells what is known of a block: not present,
    nothing of it takes part; 2, everything; else `refined` is asked. A map that
    says otherwise gives wrong results.

    ```mlir
    %m = scratch.mask.blocks %map block [64, 64] : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>
    %n = scratch.mask.blocks %map block [64, 64] of(%dense : !scratch.mask<?x?>) : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$map, DenseI64ArrayAttr:$block,
                       Optional<Scratch_MaskType>:$refined);
  let assemblyFormat = [{
    $map `block` $block (`of` `(` $refined^ `:` type($refined) `)`)? attr-dict
    `:` type($map) `->` type($mask)
  }];
}

def Scratch_BlocksOfMaskOp : Scratch_Op<"mask_blocks", [Pure]> {
  let summary = "List the blocks of a mask that take part";
  let description = [{
    The inspector of a mask: sorts every block of queries x keys once, at run time,
    so that many kernels (heads, layers) need not. The result stores 1 for a block
    that may hold both live and dead entries, 2 for one that is all live, and
    nothing for one that is all dead; columns ascend. `block` is [R, C] in tokens.

    (mask_blocks_c1) the mask has element granularity and rank 2.
    (mask_blocks_c2) the result is CSR of i8 with 32-bit indices, of the mask's
    extents in blocks.
    (mask_blocks_c3) one size for each unknown extent of the mask.

    ```mlir
    %list = scratch.mask_blocks %m block [64, 64] shape(%queries, %keys)
            : !scratch.mask<?x?> -> tensor<?x?xi8, #CSR>
    ```
  }];
  let arguments = (ins Scratch_MaskType:$mask, DenseI64ArrayAttr:$block,
                       Variadic<Index>:$sizes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $mask `block` $block (`shape` `(` $sizes^ `)`)? attr-dict
    `:` type($mask) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Scratch_MaskPackedOp : Scratch_MaskLeafOp<"packed"> {
  let summary = "Dense mask, 32 keys to a word";
  let description = [{
    Bit `j mod 32` of word `j / 32` in row i. Words are [queries, words], with
    batch and head in front where the mask has them (or extent 1).

    ```mlir
    %m = scratch.mask.packed %bits : tensor<?x?xi32> -> !scratch.mask<?x?>
    ```
  }];
  let arguments = (ins TensorRankOf<[I32], [2, 3, 4]>:$bits);
  let assemblyFormat = "$bits attr-dict `:` type($bits) `->` type($mask)";
}

def Scratch_MaskRegionOp : Scratch_MaskLeafOp<"region", [
    SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "Entries for which a body yields true";
  let description = [{
    The body receives batch, head, query and key numbers and yields an i1. It is
    pure; it may use values of the function around it and read its tensors with
    `tensor.extract`. Sums, products with constants, `floordivsi`, comparisons
    and logic on the numbers are understood when tiles are sorted; anything else
    makes its tiles partial.

    ```mlir
    %m = scratch.mask.region { ^bb0(%b: index, %h: index, %i: index, %j: index):
      %live = arith.cmpi sle, %j, %i : index
      scratch.yield %live : i1
    } : !scratch.mask<?x?>
    ```
  }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$body attr-dict `:` type($mask)";
}

#endif // SCRATCH_MASK_OPS_TD
