//===- PackedOps.td - level 1: pruned weights, packed ---------*- tablegen -*-===//
//
// Weights under a mask in formats that a kernel likes to read, and the product
// with dense activations. A packed matrix is a few dense vectors (its parts),
// which cross function boundaries and the C interface like any tensor.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PACKED_OPS_TD
#define SCRATCH_PACKED_OPS_TD

include "dialects/Scratch/PruneOps.td"

def Scratch_PackingKindEnum
    : I32EnumAttr<"PackingKind", "how pruned weights are packed", [
        I32EnumAttrCase<"Csr", 0, "csr">,
        I32EnumAttrCase<"Block", 1, "block">,
        I32EnumAttrCase<"NM", 2, "n_m">,
        I32EnumAttrCase<"Bitmap", 3, "bitmap">,
        I32EnumAttrCase<"Delta", 4, "delta">,
        I32EnumAttrCase<"Fixed", 5, "fixed">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}

def Scratch_PackingAttr : Scratch_Attr<"Packing", "packing"> {
  let summary = "The format of packed weights";
  let description = [{
    Parts, all vectors, of a matrix of m rows and n columns:

    | format | parts |
    |---|---|
    | `csr` | i32 positions (m + 1), i32 columns, values |
    | `block, R, C` | i32 positions (ceil(m / R) + 1), i32 block columns, values: R x C per block, column by column; zeros where a border cuts a block |
    | `n_m, N, M` | i8 indices: within each row, N indices of log2(M) bits per group, a group padded to 1, 2, 4 or 8 bits, lowest bits first; values: N per group |
    | `bitmap` | i32 positions (m + 1) into the values, i8 bits (ceil(n / 8) per row, lowest bit first), values and 16 zeros |
    | `delta` | i32 positions (m + 1), i8 distance to the entry before (the first: to column -1), values; a distance over 255 takes entries of value 0 |
    | `fixed, K` | i32 columns, values: K of each row |

    For `n_m, 2, 4` a group is the nibble `first | second << 2`, as in cuSPARSELt
    before its reordering.

    (packing_c1) R and C are from 1 to 16. M is a power of two from 2 to 16,
    N < M, and a group fits 8 bits. K is at least 1.

    Example: `#scratch.packing<block, 4, 4>`, `#scratch.packing<bitmap>`
  }];
  let parameters = (ins EnumParameter<Scratch_PackingKindEnum>:$kind,
                        OptionalArrayRefParameter<"int64_t">:$sizes);
  let assemblyFormat = "`<` $kind (`,` $sizes^)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Element types of the parts, in order; `element` is that of the values.
    ::llvm::SmallVector<::mlir::Type> getPartTypes(::mlir::Type element) const;
    /// Bits of one index and of one group; format n_m only.
    int64_t getIndexBits() const;
    int64_t getGroupBits() const;
  }];
}

def Scratch_PackOp : Scratch_PruningOp<"pack"> {
  let summary = "Weights inside the mask, packed";
  let description = [{
    A block is stored when the mask keeps any of its entries; the others in it are
    stored as zeros. `n_m` needs a mask that guarantees `exact(N:M)`, `fixed` one
    that guarantees `row_nnz(K)`: what is promised is neither counted nor tested.

    (pack_c1) weights are a dense matrix of the mask's shape, of f32 or f64.
    (pack_c2) the results are the format's parts: vectors of unknown length.
    (pack_c3) `n_m, N, M` needs the guarantee `exact(N:M)`, `fixed, K` the
    guarantee `row_nnz(K)`.

    ```mlir
    %p:3 = scratch.pack %W, %M as <block, 4, 4>
           : tensor<?x?xf32>, !scratch.mask<?x?, block(4x4)>
           -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$weights, Scratch_MaskType:$mask,
                       Scratch_PackingAttr:$packing);
  let results = (outs Variadic<AnyRankedTensor>:$parts);
  let assemblyFormat = [{
    $weights `,` $mask `as` $packing attr-dict
    `:` type($weights) `,` qualified(type($mask)) `->` type($parts)
  }];
}

def Scratch_PackedMatmulOp
    : Scratch_PruningOp<"packed_matmul", [
        AttrSizedOperandSegments,
        TypesMatchWith<"init has the result's type", "result", "init", "$_self">]> {
  let summary = "Packed weights times dense activations, with bias and relu";
  let description = [{
    `result = act(init + weights * rhs + bias)`, where rhs is a matrix of
    activations (column by column one sample) or one vector, `bias` has an entry
    per row, and act is `max(., 0)` with `relu`, else nothing. With many samples a sum
    takes the entries of a row in ascending columns and starts at init; with few, or
    a vector, it may run in several lanes or chains, folded in a fixed order. `bias`
    comes last.
    With `transposed` the packed matrix is the transpose of `weights`: what flows
    back through a layer, `dx = transpose(W) * dy`, from the parts of W.

    Coordinates that lie outside the matrix, or positions that are not ascending
    and within the parts, fail the call; nothing is read through them.

    (packed_matmul_c1) parts are those of the format, of one element type with
    rhs, init and bias.
    (packed_matmul_c2) init has rank and columns of rhs; bias is a vector.

    ```mlir
    %Y = scratch.packed_matmul <n_m, 2, 4>(%idx, %val), %X into %Y0 bias(%b) relu
         : (tensor<?xi8>, tensor<?xf32>), tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?xf32>
    ```
  }];
  let arguments = (ins Scratch_PackingAttr:$packing, Variadic<AnyRankedTensor>:$parts,
                       AnyRankedTensor:$rhs, AnyRankedTensor:$init,
                       Optional<AnyRankedTensor>:$bias, UnitAttr:$relu,
                       UnitAttr:$transposed);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $packing `(` $parts `)` (`transposed` $transposed^)? `,` $rhs `into` $init (`bias` `(` $bias^ `)`)?
    (`relu` $relu^)? attr-dict
    `:` `(` type($parts) `)` `,` type($rhs) `->` type($result) (`,` type($bias)^)?
  }];
}

def Scratch_PackedGradientOp : Scratch_PruningOp<"packed_gradient"> {
  let summary = "Gradient of packed weights: products sampled at their places";
  let description = [{
    For `y = weights * x`, with `dy` flowing into y: the entry stored for (i, k)
    gets `sum over samples s of dy(i, s) * x(k, s)`, in a few lanes that are folded in
    a fixed order. The result has the layout of the values, so that a step of training is one
    subtraction; places of a block that the border cuts get 0.

    (packed_gradient_c1) parts are those of the format, of one element type with
    dy and x, which are dense matrices with as many columns.
    (packed_gradient_c2) the format is not `delta`, whose fillers are no weights.

    ```mlir
    %g = scratch.packed_gradient <csr>(%pos, %col, %val), %dY, %X
         : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x?xf32>, tensor<?x?xf32>
           -> tensor<?xf32>
    ```
  }];
  let arguments = (ins Scratch_PackingAttr:$packing, Variadic<AnyRankedTensor>:$parts,
                       AnyRankedTensor:$dy, AnyRankedTensor:$x);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $packing `(` $parts `)` `,` $dy `,` $x attr-dict
    `:` `(` type($parts) `)` `,` type($dy) `,` type($x) `->` type($result)
  }];
}

#endif // SCRATCH_PACKED_OPS_TD
