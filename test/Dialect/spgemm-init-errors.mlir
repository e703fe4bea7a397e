// RUN: scratch-opt %s --verify-diagnostics --split-input-file

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @spgemm_c5(%A: !M, %C: tensor<4x4xf64>) {
  // expected-error@+1 {{expected init to be a sparse matrix in CSR or CSC with unique coordinates, found 'tensor<4x4xf64>'}}
  %D = scratch.spgemm %A, %A init(%C : tensor<4x4xf64>) : !M, !M -> !M
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @spgemm_c5_shape(%A: !M, %C: tensor<4x5xf64, #CSR>) {
  // expected-error@+1 {{expected init of shape 4x4, found 4x5}}
  %D = scratch.spgemm %A, %A init(%C : tensor<4x5xf64, #CSR>) : !M, !M -> !M
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @spgemm_c5_element(%A: !M, %C: tensor<4x4xf32, #CSR>) {
  // expected-error@+1 {{expected init of elements 'f64', found 'f32'}}
  %D = scratch.spgemm %A, %A init(%C : tensor<4x4xf32, #CSR>) : !M, !M -> !M
  return
}
