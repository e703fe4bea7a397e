//===- KernelOps.td - level 1: kernels and masks --------------*- tablegen -*-===//
#ifndef SCRATCH_KERNEL_OPS_TD
#define SCRATCH_KERNEL_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_KernelOpInterface : OpInterface<"KernelOpInterface"> {
  let cppNamespace = "::scratch";
  let description = "A product that `select` decides on and `expand` computes.";
  let methods = [
    InterfaceMethod<"The semiring.", "SemiringAttr", "getSemiring">,
    InterfaceMethod<"The decision, or null.", "StrategyAttr", "getStrategyAttr">,
    InterfaceMethod<"Record the decision.", "void", "setStrategyAttr",
                    (ins "StrategyAttr":$strategy)>,
    InterfaceMethod<"Body of a custom multiply; empty for built-in semirings.",
                    "::mlir::Region &", "getMultiply">,
    InterfaceMethod<"Body of a custom add; empty for built-in semirings.",
                    "::mlir::Region &", "getAdd">,
    InterfaceMethod<"Stages applied to finished rows; may be empty.",
                    "::mlir::Region &", "getEpilogue">,
    InterfaceMethod<"Identity of a custom add, or null.", "::mlir::TypedAttr",
                    "getIdentityAttr">
  ];
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

class Scratch_KernelOp<string mnemonic, list<Trait> traits = []>
    : Scratch_Op<mnemonic, !listconcat(traits, [
        Pure, Scratch_KernelOpInterface])> {
  dag kernelAttributes = (ins
    DefaultValuedAttr<Scratch_SemiringAttr,
        "::scratch::SemiringKind::plus_times">:$semiring,
    OptionalAttr<TypedAttrInterface>:$identity,
    OptionalAttr<Scratch_StrategyAttr>:$strategy);
  let regions = (region MaxSizedRegion<1>:$multiply, MaxSizedRegion<1>:$add,
                        MaxSizedRegion<1>:$epilogue);
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def Scratch_SpgemmOp : Scratch_KernelOp<"spgemm", [AttrSizedOperandSegments]> {
  let summary = "Sparse matrix times sparse matrix, sparse result";
  let description = [{
    `result(i, j) = add over k of multiply(lhs(i, k), rhs(k, j))`, over stored
    entries only; (i, j) is present when at least one product fell on it. With a
    mask, only entries of the mask are computed. `init` is a matrix that the
    product is added to, row by row while the row is hot: its entries come first
    in every sum, and are present; under a mask, those inside it. The epilogue then
    runs on each finished row.

    (spgemm_c1) lhs, rhs and result are sparse matrices (CSR or CSC).
    (spgemm_c2) columns of lhs equal rows of rhs; the result is rows(lhs) x
    columns(rhs); a mask has the result's shape.
    (spgemm_c3) element types fit the semiring: all equal, except that `pair`
    reads no values.
    (spgemm_c4) a custom semiring has multiply, add and identity; a built-in one
    has none of them.
    (spgemm_c5) init is a sparse matrix of the result's shape and elements.

    ```mlir
    %C = scratch.spgemm %A, %B semiring<min_plus> mask(%M : !scratch.mask<?x?>)
         : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    %E = scratch.spgemm %A, %B init(%D : tensor<?x?xf64, #CSR>)
         : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    ```
  }];
  let arguments = !con((ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs,
                            Optional<Scratch_MaskType>:$mask,
                            Optional<AnyRankedTensor>:$init,
                            UnitAttr:$complement), kernelAttributes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`semiring` `` $semiring^)?
    (`mask` `(` $mask^ `:` type($mask) (`,` `complement` $complement^)? `)`)?
    (`init` `(` $init^ `:` type($init) `)`)?
    attr-dict `:` type($lhs) `,` type($rhs) `->` type($result)
    (`multiply` $multiply^)? (`add` $add^)? (`epilogue` $epilogue^)?
  }];
}

//===----------------------------------------------------------------------===//
// What is made of a product
//===----------------------------------------------------------------------===//

def Scratch_FoldOperatorEnum
    : I32EnumAttr<"FoldOperator", "how entries are merged to one value", [
        I32EnumAttrCase<"Plus", 0, "plus">, I32EnumAttrCase<"Times", 1, "times">,
        I32EnumAttrCase<"Min", 2, "min">, I32EnumAttrCase<"Max", 3, "max">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_FoldOperatorAttr
    : EnumAttr<Scratch_Dialect, Scratch_FoldOperatorEnum, "fold_operator">;

def Scratch_FoldOverEnum
    : I32EnumAttr<"FoldOver", "which entries are merged to one value", [
        I32EnumAttrCase<"All", 0, "all">, I32EnumAttrCase<"Rows", 1, "rows">,
        I32EnumAttrCase<"Columns", 2, "columns">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_FoldOverAttr
    : EnumAttr<Scratch_Dialect, Scratch_FoldOverEnum, "fold_over">;

def Scratch_FoldOp : Scratch_Op<"fold", [Pure]> {
  let summary = "Merge the entries of a sparse matrix: all, each row or each column";
  let description = [{
    Merges stored entries with plus, times, min or max; where there is none, the
    result is the operator's identity. A product that is used by nothing but one
    fold is never stored: its rows are folded while they are hot. The order of
    merging does not depend on the number of threads.

    (fold_c1) a sparse matrix (CSR or CSC).
    (fold_c2) over `all` gives one element, over `rows` a dense vector with one
    element per row, over `columns` one per column.

    ```mlir
    %C = scratch.spgemm %L, %L semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
         : tensor<?x?xi8, #CSR>, tensor<?x?xi8, #CSR> -> tensor<?x?xi64, #CSR>
    %triangles = scratch.fold plus %C over all : tensor<?x?xi64, #CSR> -> i64
    ```
  }];
  let arguments = (ins Scratch_FoldOperatorAttr:$merge, AnyRankedTensor:$matrix,
                       Scratch_FoldOverAttr:$over);
  let results = (outs AnyType:$result);
  let assemblyFormat = [{
    $merge $matrix `over` $over attr-dict `:` type($matrix) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Scratch_SpmmOp : Scratch_KernelOp<"spmm", [AllTypesMatch<["init", "result"]>]> {
  let summary = "Sparse matrix times dense matrix, added to a dense matrix";
  let description = [{
    `result(i, j) = add(init(i, j), add over k of multiply(lhs(i, k), rhs(k, j)))`
    over the stored entries of lhs.

    (spmm_c1) lhs is a sparse matrix (CSR or CSC); rhs, init and result are dense.
    (spmm_c2) columns of lhs equal rows of rhs; init is rows(lhs) x columns(rhs).
    (spmm_c3) element types fit the semiring.

    ```mlir
    %C = scratch.spmm %A, %X into %C0
         : tensor<?x?xf32, #CSR>, tensor<?x?xf32> -> tensor<?x?xf32>
    ```
  }];
  let arguments = !con((ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs,
                            AnyRankedTensor:$init), kernelAttributes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `into` $init (`semiring` `` $semiring^)? attr-dict
    `:` type($lhs) `,` type($rhs) `->` type($result)
    (`multiply` $multiply^)? (`add` $add^)? (`epilogue` $epilogue^)?
  }];
}

def Scratch_SpmvOp : Scratch_KernelOp<"spmv", [AllTypesMatch<["init", "result"]>]> {
  let summary = "Sparse matrix times dense vector, added to a dense vector";
  let description = [{
    `result(i) = add(init(i), add over k of multiply(lhs(i, k), rhs(k)))` over
    the stored entries of lhs.

    (spmv_c1) lhs is a sparse matrix (CSR or CSC); rhs, init and result are dense.
    (spmv_c2) columns of lhs equal the length of rhs; init has rows(lhs) entries.
    (spmv_c3) element types fit the semiring.

    ```mlir
    %y = scratch.spmv %A, %x into %y0
         : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
    ```
  }];
  let arguments = !con((ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs,
                            AnyRankedTensor:$init), kernelAttributes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs `into` $init (`semiring` `` $semiring^)? attr-dict
    `:` type($lhs) `,` type($rhs) `->` type($result)
    (`multiply` $multiply^)? (`add` $add^)? (`epilogue` $epilogue^)?
  }];
}

def Scratch_SddmmOp : Scratch_KernelOp<"sddmm"> {
  let summary = "Product of dense matrices, sampled at a sparse pattern";
  let description = [{
    `result(i, j) = sample(i, j) * (add over k of multiply(lhs(i, k), rhs(k, j)))`
    at the stored entries of sample; with `pattern_only`, sample's values are
    not read and the factor is absent. The factor is applied with the
    semiring's multiply.

    (sddmm_c1) lhs and rhs are dense; sample and result are sparse matrices of
    one type (CSR or CSC).
    (sddmm_c2) columns of lhs equal rows of rhs; sample is rows(lhs) x
    columns(rhs). With `transposed`, rhs is stored as columns x k.
    (sddmm_c3) element types fit the semiring.

    ```mlir
    %C = scratch.sddmm %S, %A, %B
         : tensor<?x?xf32, #CSR>, tensor<?x?xf32>, tensor<?x?xf32>
         -> tensor<?x?xf32, #CSR>
    ```
  }];
  let arguments = !con((ins AnyRankedTensor:$sample, AnyRankedTensor:$lhs,
                            AnyRankedTensor:$rhs, UnitAttr:$pattern_only,
                            UnitAttr:$transposed), kernelAttributes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $sample `,` $lhs `,` $rhs (`semiring` `` $semiring^)? attr-dict
    `:` type($sample) `,` type($lhs) `,` type($rhs) `->` type($result)
    (`multiply` $multiply^)? (`add` $add^)? (`epilogue` $epilogue^)?
  }];
}

//===----------------------------------------------------------------------===//
// Building tensors
//===----------------------------------------------------------------------===//

def Scratch_AssembleOp : Scratch_Op<"assemble", [Pure]> {
  let summary = "Sparse matrix of any shape, from its buffers";
  let description = [{
    Makes a CSR or CSC matrix of positions, coordinates and values, which it
    takes over without copying. Unlike `sparse_tensor.assemble` the shape may be
    dynamic: `rows` and `columns` are run-time values.

    (assemble_c1) positions and coordinates have the widths of the encoding,
    values the element type.

    ```mlir
    %A = scratch.assemble %pos, %crd, %val shape(%m, %n)
         : memref<?xi32>, memref<?xi32>, memref<?xf64> -> tensor<?x?xf64, #CSR>
    ```
  }];
  let arguments = (ins AnyMemRef:$positions, AnyMemRef:$coordinates,
                       AnyMemRef:$values, Index:$rows, Index:$columns);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $positions `,` $coordinates `,` $values `shape` `(` $rows `,` $columns `)`
    attr-dict `:` type($positions) `,` type($coordinates) `,` type($values)
    `->` type($result)
  }];
  let hasVerifier = 1;
}

#endif // SCRATCH_KERNEL_OPS_TD
