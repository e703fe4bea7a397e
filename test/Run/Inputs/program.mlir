// A program as upstream writes them: a matrix of its own, a product, a main.
// RUN: compiled and run by the tests around it | FileCheck %s
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

func.func @main() {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %a = arith.constant dense<[[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]]> : tensor<3x3xf64>
  %x = arith.constant dense<[4.0, 7.0, 5.0]> : tensor<3xf64>
  %A = sparse_tensor.convert %a : tensor<3x3xf64> to tensor<3x3xf64, #CSR>
  %init = arith.constant dense<0.0> : tensor<3xf64>
  %y = linalg.matvec ins(%A, %x : tensor<3x3xf64, #CSR>, tensor<3xf64>) outs(%init : tensor<3xf64>) -> tensor<3xf64>
  %v = vector.transfer_read %y[%c0], %zero : tensor<3xf64>, vector<3xf64>
  // CHECK: ( 14, 0, 21 )
  vector.print %v : vector<3xf64>
  return
}
