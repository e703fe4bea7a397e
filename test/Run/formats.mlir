// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// One product in every format, by kernels where they cover it and by upstream's
// sparsifier where they don't; all print the same matrix.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSR32 = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
#DCSR = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed, j : compressed)}>

func.func private @show(%C: tensor<4x4xf64>) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f64
  %v = vector.transfer_read %C[%zero, %zero], %none : tensor<4x4xf64>, vector<4x4xf64>
  vector.print %v : vector<4x4xf64>
  return
}
func.func private @csr(%A: tensor<4x4xf64, #CSR>, %B: tensor<4x4xf64, #CSR>) {
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %C = linalg.matmul ins(%A, %B : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>)
                     outs(%empty : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  %D = sparse_tensor.convert %C : tensor<4x4xf64, #CSR> to tensor<4x4xf64>
  call @show(%D) : (tensor<4x4xf64>) -> ()
  return
}
func.func private @csr_by_csc(%A: tensor<4x4xf64, #CSR32>, %B: tensor<4x4xf64, #CSC>) {
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %C = linalg.matmul ins(%A, %B : tensor<4x4xf64, #CSR32>, tensor<4x4xf64, #CSC>)
                     outs(%empty : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  %D = sparse_tensor.convert %C : tensor<4x4xf64, #CSR> to tensor<4x4xf64>
  call @show(%D) : (tensor<4x4xf64>) -> ()
  return
}
func.func private @csc(%A: tensor<4x4xf64, #CSC>, %B: tensor<4x4xf64, #CSC>) {
  %empty = tensor.empty() : tensor<4x4xf64, #CSC>
  %C = linalg.matmul ins(%A, %B : tensor<4x4xf64, #CSC>, tensor<4x4xf64, #CSC>)
                     outs(%empty : tensor<4x4xf64, #CSC>) -> tensor<4x4xf64, #CSC>
  %D = sparse_tensor.convert %C : tensor<4x4xf64, #CSC> to tensor<4x4xf64>
  call @show(%D) : (tensor<4x4xf64>) -> ()
  return
}
func.func private @dcsr(%A: tensor<4x4xf64, #DCSR>, %B: tensor<4x4xf64, #DCSR>) {
  %empty = tensor.empty() : tensor<4x4xf64, #DCSR>
  %C = linalg.matmul ins(%A, %B : tensor<4x4xf64, #DCSR>, tensor<4x4xf64, #DCSR>)
                     outs(%empty : tensor<4x4xf64, #DCSR>) -> tensor<4x4xf64, #DCSR>
  %D = sparse_tensor.convert %C : tensor<4x4xf64, #DCSR> to tensor<4x4xf64>
  call @show(%D) : (tensor<4x4xf64>) -> ()
  return
}

// CHECK-COUNT-4: ( ( 0, 1, 0, 0 ), ( 0, 12, 15, 0 ), ( 8, 0, 0, 12 ), ( 0, 29, 30, 0 ) )
func.func @main() {
  %dA = arith.constant dense<[[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 3.0],
                              [0.0, 4.0, 0.0, 0.0], [5.0, 0.0, 0.0, 6.0]]> : tensor<4x4xf64>
  %dB = arith.constant dense<[[0.0, 1.0, 0.0, 0.0], [2.0, 0.0, 0.0, 3.0],
                              [0.0, 0.0, 0.0, 0.0], [0.0, 4.0, 5.0, 0.0]]> : tensor<4x4xf64>
  %A1 = sparse_tensor.convert %dA : tensor<4x4xf64> to tensor<4x4xf64, #CSR>
  %B1 = sparse_tensor.convert %dB : tensor<4x4xf64> to tensor<4x4xf64, #CSR>
  call @csr(%A1, %B1) : (tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) -> ()
  %A2 = sparse_tensor.convert %dA : tensor<4x4xf64> to tensor<4x4xf64, #CSR32>
  %B2 = sparse_tensor.convert %dB : tensor<4x4xf64> to tensor<4x4xf64, #CSC>
  call @csr_by_csc(%A2, %B2) : (tensor<4x4xf64, #CSR32>, tensor<4x4xf64, #CSC>) -> ()
  %A3 = sparse_tensor.convert %dA : tensor<4x4xf64> to tensor<4x4xf64, #CSC>
  call @csc(%A3, %B2) : (tensor<4x4xf64, #CSC>, tensor<4x4xf64, #CSC>) -> ()
  %A4 = sparse_tensor.convert %dA : tensor<4x4xf64> to tensor<4x4xf64, #DCSR>
  %B4 = sparse_tensor.convert %dB : tensor<4x4xf64> to tensor<4x4xf64, #DCSR>
  call @dcsr(%A4, %B4) : (tensor<4x4xf64, #DCSR>, tensor<4x4xf64, #DCSR>) -> ()
  return
}
