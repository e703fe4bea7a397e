// RUN: scratch-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-spmv.sh' | FileCheck %s
// Of everything in the module only what the test asks for is left.

// CHECK-NOT: @unrelated
// CHECK: scratch.spmv
// CHECK-NOT: @unrelated
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @unrelated_sum(%a: f64) -> f64 {
  %b = arith.addf %a, %a : f64
  return %b : f64
}
func.func @wanted(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>) -> tensor<?xf64> {
  %y = scratch.spmv %A, %x into %x : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %y : tensor<?xf64>
}
func.func @unrelated_product(%a: f64) -> f64 {
  %b = arith.mulf %a, %a : f64
  return %b : f64
}
