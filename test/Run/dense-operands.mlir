// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// Sparse times dense, and dense products sampled at a sparse matrix; with
// elements of several types, and in formats that only upstream covers.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
#COO = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed(nonunique), j : singleton)}>
#BSR = #sparse_tensor.encoding<{map = (i, j) -> (i floordiv 2 : dense, j floordiv 2 : compressed,
                                                 i mod 2 : dense, j mod 2 : dense)}>

func.func private @show(%y: tensor<4xi32>) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0 : i32
  %v = vector.transfer_read %y[%zero], %none : tensor<4xi32>, vector<4xi32>
  vector.print %v : vector<4xi32>
  return
}
func.func private @csr(%A: tensor<4x4xi32, #CSR>, %x: tensor<4xi32>, %y: tensor<4xi32>) {
  %z = linalg.matvec ins(%A, %x : tensor<4x4xi32, #CSR>, tensor<4xi32>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  call @show(%z) : (tensor<4xi32>) -> ()
  return
}
func.func private @csc(%A: tensor<4x4xi32, #CSC>, %x: tensor<4xi32>, %y: tensor<4xi32>) {
  %z = linalg.matvec ins(%A, %x : tensor<4x4xi32, #CSC>, tensor<4xi32>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  call @show(%z) : (tensor<4xi32>) -> ()
  return
}
func.func private @coo(%A: tensor<4x4xi32, #COO>, %x: tensor<4xi32>, %y: tensor<4xi32>) {
  %z = linalg.matvec ins(%A, %x : tensor<4x4xi32, #COO>, tensor<4xi32>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  call @show(%z) : (tensor<4xi32>) -> ()
  return
}
func.func private @bsr(%A: tensor<4x4xi32, #BSR>, %x: tensor<4xi32>, %y: tensor<4xi32>) {
  %z = linalg.matvec ins(%A, %x : tensor<4x4xi32, #BSR>, tensor<4xi32>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  call @show(%z) : (tensor<4xi32>) -> ()
  return
}
func.func private @spmm(%A: tensor<4x4xi32, #CSR>, %X: tensor<4x3xi32>, %C: tensor<4x3xi32>) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0 : i32
  %D = linalg.matmul ins(%A, %X : tensor<4x4xi32, #CSR>, tensor<4x3xi32>) outs(%C : tensor<4x3xi32>) -> tensor<4x3xi32>
  %v = vector.transfer_read %D[%zero, %zero], %none : tensor<4x3xi32>, vector<4x3xi32>
  vector.print %v : vector<4x3xi32>
  return
}
func.func private @sddmm(%S: tensor<4x4xf32, #CSR>, %A: tensor<4x2xf32>, %B: tensor<2x4xf32>) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : tensor<4x4xf32>
  %T = linalg.matmul ins(%A, %B : tensor<4x2xf32>, tensor<2x4xf32>) outs(%zeros : tensor<4x4xf32>) -> tensor<4x4xf32>
  %empty = tensor.empty() : tensor<4x4xf32, #CSR>
  %C = linalg.mul ins(%T, %S : tensor<4x4xf32>, tensor<4x4xf32, #CSR>) outs(%empty : tensor<4x4xf32, #CSR>) -> tensor<4x4xf32, #CSR>
  %D = sparse_tensor.convert %C : tensor<4x4xf32, #CSR> to tensor<4x4xf32>
  %v = vector.transfer_read %D[%zero, %zero], %none : tensor<4x4xf32>, vector<4x4xf32>
  vector.print %v : vector<4x4xf32>
  return
}

func.func @main() {
  %dA = arith.constant dense<[[1, 0, 2, 0], [0, 0, 0, 3], [0, 4, 0, 0], [5, 0, 0, 6]]> : tensor<4x4xi32>
  %x = arith.constant dense<[1, 2, 3, 4]> : tensor<4xi32>
  %y = arith.constant dense<[100, 200, 300, 400]> : tensor<4xi32>
  // CHECK-COUNT-4: ( 107, 212, 308, 429 )
  %A1 = sparse_tensor.convert %dA : tensor<4x4xi32> to tensor<4x4xi32, #CSR>
  call @csr(%A1, %x, %y) : (tensor<4x4xi32, #CSR>, tensor<4xi32>, tensor<4xi32>) -> ()
  %A2 = sparse_tensor.convert %dA : tensor<4x4xi32> to tensor<4x4xi32, #CSC>
  call @csc(%A2, %x, %y) : (tensor<4x4xi32, #CSC>, tensor<4xi32>, tensor<4xi32>) -> ()
  %A3 = sparse_tensor.convert %dA : tensor<4x4xi32> to tensor<4x4xi32, #COO>
  call @coo(%A3, %x, %y) : (tensor<4x4xi32, #COO>, tensor<4xi32>, tensor<4xi32>) -> ()
  %A4 = sparse_tensor.convert %dA : tensor<4x4xi32> to tensor<4x4xi32, #BSR>
  call @bsr(%A4, %x, %y) : (tensor<4x4xi32, #BSR>, tensor<4xi32>, tensor<4xi32>) -> ()
  %X = arith.constant dense<[[1, 0, -1], [2, 1, 0], [3, 0, 1], [4, 1, 1]]> : tensor<4x3xi32>
  %C = arith.constant dense<10> : tensor<4x3xi32>
  // CHECK: ( ( 17, 10, 11 ), ( 22, 13, 13 ), ( 18, 14, 10 ), ( 39, 16, 11 ) )
  call @spmm(%A1, %X, %C) : (tensor<4x4xi32, #CSR>, tensor<4x3xi32>, tensor<4x3xi32>) -> ()
  %dS = arith.constant dense<[[0.0, 2.0, 0.0, 0.0], [0.5, 0.0, 0.0, 1.0],
                              [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 4.0, 0.0]]> : tensor<4x4xf32>
  %S = sparse_tensor.convert %dS : tensor<4x4xf32> to tensor<4x4xf32, #CSR>
  %L = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %R = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  // CHECK: ( ( 0, 28, 0, 0 ), ( 11.5, 0, 0, 44 ), ( 0, 0, 0, 0 ), ( 0, 0, 308, 0 ) )
  call @sddmm(%S, %L, %R) : (tensor<4x4xf32, #CSR>, tensor<4x2xf32>, tensor<2x4xf32>) -> ()
  return
}
