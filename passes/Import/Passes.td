//===- Passes.td - passes of the stage import -----------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_IMPORT_PASSES_TD
#define SCRATCH_PASSES_IMPORT_PASSES_TD

include "mlir/Pass/PassBase.td"

def ImportLinalgPass : Pass<"scratch-import-linalg", "::mlir::func::FuncOp"> {
  let summary = "Raise linalg on sparse encodings to scratch kernels";
  let description = [{
    Products of matrices in CSR or CSC become `scratch.spgemm`, `spmm`, `spmv`
    and `sddmm`; see the room's README for the forms. Whatever is not recognised
    with certainty stays as it is, for upstream's sparsifier.

    BEFORE  %D = linalg.matmul ins(%A, %B : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR>)
                               outs(%empty : tensor<?x?xf64, #CSR>)
    AFTER   %D = scratch.spgemm %A, %B
  }];
  let dependentDialects = ["::scratch::ScratchDialect"];
  let statistics = [Statistic<"numRaised", "num-raised", "Kernels raised">];
}

def NormalizeKernelsPass : Pass<"scratch-normalize-kernels", "::mlir::func::FuncOp"> {
  let summary = "Bring kernels into their canonical form, without casts of operands";
  let description = [{
    Canonicalisation patterns of this dialect only: other operations stay as
    upstream's sparsifier expects them. A cast that only forgets extents is skipped,
    so that `select` sees all that is known. Results keep their types.

    BEFORE  %b = tensor.cast %B : tensor<?x64xf64, #CSR> to tensor<?x?xf64, #CSR>
            scratch.spgemm %A, %b
    AFTER   scratch.spgemm %A, %B
  }];
  let dependentDialects = ["::scratch::ScratchDialect"];
}

#endif // SCRATCH_PASSES_IMPORT_PASSES_TD
