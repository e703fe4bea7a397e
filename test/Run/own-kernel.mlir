// A user's file: found, run and checked like a shipped kernel.
// RUN: scratch-run %s %inputs/rajat01.mtx.gz --entry=triangles --check --remarks 2>&1 | FileCheck %s --check-prefix=TRIANGLES
// TRIANGLES: remark: {{.*}}own-kernel.mlir:{{[0-9]+}}:{{[0-9]+}}: in triangles: inner/or_row_wise
// TRIANGLES: kernel    triangles: plus_pair, mask by structure, f64, 64-bit indices
// TRIANGLES: max relative error {{.*}} within tolerance

// RUN: scratch-run %s %inputs/rajat01.mtx.gz --entry=columns --check | FileCheck %s --check-prefix=COLUMNS
// COLUMNS: max relative error {{.*}} within tolerance

// A custom semiring has no reference.
// RUN: scratch-run %s %inputs/rajat01.mtx.gz --entry=longest | FileCheck %s --check-prefix=LONGEST
// LONGEST: result    6833 x 6833
// RUN: not scratch-run %s %inputs/rajat01.mtx.gz --entry=longest --check 2>&1 | FileCheck %s --check-prefix=UNCHECKED
// UNCHECKED: error: --check has no reference for 'longest': its semiring is custom

// RUN: not scratch-run %s %inputs/rajat01.mtx.gz 2>&1 | FileCheck %s --check-prefix=SEVERAL
// SEVERAL: error: found 3 functions to run, expected --entry=NAME with one of triangles, columns, longest
// RUN: not scratch-run %s %inputs/rajat01.mtx.gz --semiring=min_plus 2>&1 | FileCheck %s --check-prefix=SAYS
// SAYS: error: found --semiring for {{.*}}own-kernel.mlir, expected it for shipped kernels

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed), posWidth = 32, crdWidth = 32 }>

func.func @triangles(%A: tensor<?x?xf64, #CSR>, %L: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %m = scratch.mask.from structure %L : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

func.func @columns(%A: tensor<?x?xf32, #CSC>, %B: tensor<?x?xf32, #CSC>) -> tensor<?x?xf32, #CSC> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf32, #CSC>, tensor<?x?xf32, #CSC> -> tensor<?x?xf32, #CSC>
  return %C : tensor<?x?xf32, #CSC>
}

func.func @longest(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64}
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  multiply {
  ^bb0(%a: f64, %b: f64):
    %p = arith.addf %a, %b : f64
    scratch.yield %p : f64
  } add {
  ^bb0(%a: f64, %b: f64):
    %s = arith.maximumf %a, %b : f64
    scratch.yield %s : f64
  }
  return %C : tensor<?x?xf64, #CSR>
}
