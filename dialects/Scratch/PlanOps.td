//===- PlanOps.td - level 1: products planned before -------*- tablegen -*-===//
// The structure of a product is found once, its numbers are computed as often as values change.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PLAN_OPS_TD
#define SCRATCH_PLAN_OPS_TD

include "dialects/Scratch/KernelOps.td"

def Scratch_FingerprintOp : Scratch_Op<"fingerprint", [Pure]> {
  let summary = "What tells two sparse structures apart cheaply";
  let description = [{
    Four words per matrix: rows and columns (columns first for CSC), stored entries, and a
    hash of storage order, positions and coordinates. Values are not read. Together with a product's pattern this
    is the smallest plan: see `scratch.spgemm_execute`.

    (fingerprint_c1) sparse matrices (CSR or CSC); the result has four words for
    each.

    ```mlir
    %key = scratch.fingerprint %A, %B
           : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<8xi64>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$matrices);
  let results = (outs StaticShapeTensorOf<[I64]>:$key);
  let assemblyFormat = "$matrices attr-dict `:` type($matrices) `->` type($key)";
  let hasVerifier = 1;
}

def Scratch_SpgemmPlanOp : Scratch_Op<"spgemm_plan", [Pure]> {
  let summary = "A product's structure, found out once";
  let description = [{
    What `scratch.spgemm_execute` needs beside the pattern to compute numbers fast: the
    fingerprints of lhs, rhs and pattern, and where it pays, for each product of a row of lhs
    with a row of rhs, which entry of the result's row it is added to. Values are not read.

    The plan is a vector of bytes for `spgemm_execute` alone, which reads what was made here,
    unchanged, with operands stored as they were here (CSR or CSC). It has 104 bytes without
    places, else 8 * (rows + 1) more, and 2 for every product; rows are columns if the pattern
    is CSC. There are places if no more than
    8 products fall on an entry on average, no row of the pattern has more than 65,536 entries,
    and no product falls beside the pattern (masks).

    (spgemm_plan_c1) pattern, lhs and rhs are sparse matrices; the plan is a tensor<?xi8>.
    (spgemm_plan_c2) shapes agree as in spgemm.

    ```mlir
    %plan = scratch.spgemm_plan %P, %A, %B
            : tensor<?x?xi8, #CSR>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?xi8>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$pattern, AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$plan);
  let assemblyFormat = [{
    $pattern `,` $lhs `,` $rhs attr-dict
    `:` type($pattern) `,` type($lhs) `,` type($rhs) `->` type($plan)
  }];
  let hasVerifier = 1;
}

def Scratch_SpgemmExecuteOp : Scratch_KernelOp<"spgemm_execute"> {
  let summary = "Sparse matrix times sparse matrix, on a structure known before";
  let description = [{
    As `scratch.spgemm`, at the stored entries of `pattern`, which an earlier
    product found; the result has exactly this pattern. The analysis is made once,
    the numbers are computed as often as values change (types are left out here;
    `examples/multigrid` is a whole program):

    ```mlir
    func.func @analyse(%A, %B) {
      %P = scratch.spgemm %A, %B semiring<any_pair> ... -> tensor<?x?xi8, #CSR>
      %plan = scratch.spgemm_plan %P, %A, %B ... -> tensor<?xi8>
    }
    func.func @execute(%P, %plan, %A, %B) {
      %C = scratch.spgemm_execute %P, %plan, %A, %B
           : tensor<?x?xi8, #CSR>, tensor<?xi8>, tensor<?x?xf64, #CSR>,
             tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    }
    ```
    In place of the plan, `key` may be a fingerprint of lhs and rhs alone: less memory, about
    half as fast where rows are short.

    A fingerprint of lhs and rhs (with a plan, of pattern too) that differs from `key` is a
    status (INVALID_STRUCTURE), and nothing is computed. The pattern may be that of a
    masked product: products that fall elsewhere are dropped. An entry of the
    pattern that no product reaches holds what sums start from: the identity of the
    semiring's add, for min and max of real numbers NaN, which both ignore.

    Where only the numbers are wanted, the result is a dense vector of them, in the order
    in which `pattern` stores its entries; with `outs` they may be written over a vector
    that the caller gives for that (bufferization.writable on the function's argument):

    ```mlir
    func.func @update(%P, %plan, %A, %B, %old: tensor<?xf64> {bufferization.writable = true}) {
      %new = scratch.spgemm_execute %P, %plan, %A, %B outs(%old : tensor<?xf64>)
             : tensor<?x?xi8, #CSR>, tensor<?xi8>, tensor<?x?xf64, #CSR>,
               tensor<?x?xf64, #CSR> -> tensor<?xf64>
    }
    ```

    (spgemm_execute_c1) pattern, lhs and rhs are sparse matrices; result is a sparse
    matrix stored like pattern, of its shape, or a dense vector; `key` is a tensor<8xi64>
    (fingerprint) or a tensor<?xi8> (spgemm_plan).
    (spgemm_execute_c2) shapes agree as in spgemm.
    (spgemm_execute_c3) element types fit the semiring.
    (spgemm_execute_c4) outs has the type of the result, a dense vector.
  }];
  let arguments = !con((ins AnyRankedTensor:$pattern, AnyRankedTensor:$key,
                            AnyRankedTensor:$lhs, AnyRankedTensor:$rhs,
                            Optional<AnyRankedTensor>:$outs),
                       kernelAttributes);
  let extraClassDeclaration = [{
    /// Whether the result is a vector of the entries' values.
    bool givesNumbers();
  }];
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $pattern `,` $key `,` $lhs `,` $rhs (`semiring` `` $semiring^)?
    (`outs` `(` $outs^ `:` type($outs) `)`)? attr-dict
    `:` type($pattern) `,` type($key) `,` type($lhs) `,` type($rhs) `->` type($result)
    (`multiply` $multiply^)? (`add` $add^)? (`epilogue` $epilogue^)?
  }];
}

#endif // SCRATCH_PLAN_OPS_TD
