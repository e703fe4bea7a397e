// RUN: scratch-opt %s --scratch-normalize-kernels --canonicalize | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// CHECK-LABEL: func.func @forgotten_extents
// CHECK-SAME: %[[A:.*]]: tensor<?x?xf64, {{.*}}>, %[[B:.*]]: tensor<?x64xf64,
// CHECK-NEXT: scratch.spgemm %[[A]], %[[B]] : {{.*}}, tensor<?x64xf64, {{.*}}> -> tensor<?x?xf64,
func.func @forgotten_extents(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x64xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %b = tensor.cast %B : tensor<?x64xf64, #CSR> to tensor<?x?xf64, #CSR>
  %C = scratch.spgemm %A, %b : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// A cast that claims extents is a check; it stays.
// CHECK-LABEL: func.func @claimed_extents
// CHECK: tensor.cast
func.func @claimed_extents(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %a = tensor.cast %A : tensor<?x?xf64, #CSR> to tensor<8x8xf64, #CSR>
  %C = scratch.spgemm %a, %a : tensor<8x8xf64, #CSR>, tensor<8x8xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// Extents that disagree are an error of run time.
// CHECK-LABEL: func.func @disagreeing_extents
// CHECK: tensor.cast
func.func @disagreeing_extents(%A: tensor<4x8xf64, #CSR>, %x: tensor<9xf64>, %y: tensor<4xf64>) -> tensor<4xf64> {
  %z = tensor.cast %x : tensor<9xf64> to tensor<?xf64>
  %r = scratch.spmv %A, %z into %y : tensor<4x8xf64, #CSR>, tensor<?xf64> -> tensor<4xf64>
  return %r : tensor<4xf64>
}
