// RUN: scratch-opt %s --scratch-import --scratch-select --scratch-expand | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// Dense operands of a function with sparse ones become buffers as well.
// CHECK-LABEL: func @spmv(
// CHECK-NOT: bufferization.to_tensor
// CHECK-NOT: tensor.extract
func.func @spmv(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %r = scratch.spmv %A, %x into %y : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %r : tensor<?xf64>
}
