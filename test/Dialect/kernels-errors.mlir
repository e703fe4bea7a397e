// RUN: scratch-opt %s --verify-diagnostics --split-input-file

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#DCSR = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed, j : compressed)}>

func.func @spgemm_c1(%A: tensor<4x8xf64, #DCSR>, %B: tensor<8x4xf64, #CSR>) {
  // expected-error@+1 {{expected lhs to be a sparse matrix in CSR or CSC with unique coordinates, found 'tensor<4x8xf64, #sparse_tensor}}
  %C = scratch.spgemm %A, %B : tensor<4x8xf64, #DCSR>, tensor<8x4xf64, #CSR> -> tensor<4x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c1_result(%A: tensor<4x8xf64, #CSR>, %B: tensor<8x4xf64, #CSR>) {
  // expected-error@+1 {{expected result to be a sparse matrix in CSR or CSC with unique coordinates, found 'tensor<4x4xf64>'}}
  %C = scratch.spgemm %A, %B : tensor<4x8xf64, #CSR>, tensor<8x4xf64, #CSR> -> tensor<4x4xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c2(%A: tensor<4x8xf64, #CSR>) {
  // expected-error@+1 {{columns of lhs 'tensor<4x8xf64, #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>>' (8) differ from rows of rhs 'tensor<4x8xf64, #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>>' (4)}}
  %C = scratch.spgemm %A, %A : tensor<4x8xf64, #CSR>, tensor<4x8xf64, #CSR> -> tensor<4x8xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c2_result(%A: tensor<4x?xf64, #CSR>, %B: tensor<8x?xf64, #CSR>) {
  // expected-error@+1 {{expected result of shape 4x?, found 5x4}}
  %C = scratch.spgemm %A, %B : tensor<4x?xf64, #CSR>, tensor<8x?xf64, #CSR> -> tensor<5x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c2_mask(%A: tensor<4x4xf64, #CSR>, %M: !scratch.mask<4x5>) {
  // expected-error@+1 {{expected mask of shape 4x4, found 4x5}}
  %C = scratch.spgemm %A, %A mask(%M : !scratch.mask<4x5>) : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR> -> tensor<4x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @complement_of_nothing(%A: tensor<4x4xf64, #CSR>) {
  // expected-error@+1 {{complement needs a mask}}
  %C = "scratch.spgemm"(%A, %A) ({}, {}, {}) {complement, operandSegmentSizes = array<i32: 1, 1, 0, 0>} : (tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c3(%A: tensor<4x4xf64, #CSR>) {
  // expected-error@+1 {{semiring plus_times expects lhs elements of type 'f32', found 'f64'}}
  %C = scratch.spgemm %A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR> -> tensor<4x4xf32, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spgemm_c3_rhs(%A: tensor<4x4xf64, #CSR>, %B: tensor<4x4xf32, #CSR>) {
  // expected-error@+1 {{semiring min_plus expects rhs elements of type 'f64', found 'f32'}}
  %C = scratch.spgemm %A, %B semiring<min_plus> : tensor<4x4xf64, #CSR>, tensor<4x4xf32, #CSR> -> tensor<4x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @pair_reads_no_values(%A: tensor<4x4xf64, #CSR>) {
  %C = scratch.spgemm %A, %A semiring<plus_pair> : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR> -> tensor<4x4xi64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @elements(%A: tensor<4x4xf16, #CSR>) {
  // expected-error@+1 {{expected elements of type f32, f64, i8, i32 or i64, found 'f16'}}
  %C = scratch.spgemm %A, %A : tensor<4x4xf16, #CSR>, tensor<4x4xf16, #CSR> -> tensor<4x4xf16, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @booleans(%A: tensor<4x4xf64, #CSR>) {
  // expected-error@+1 {{semiring or_and works on booleans (i8), found 'f64'}}
  %C = scratch.spgemm %A, %A semiring<or_and> : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR> -> tensor<4x4xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spmm_c1(%A: tensor<4x8xf64, #CSR>, %X: tensor<8xf64>, %C: tensor<4x4xf64>) {
  // expected-error@+1 {{expected rhs to be a dense tensor of rank 2, found 'tensor<8xf64>'}}
  %D = scratch.spmm %A, %X into %C : tensor<4x8xf64, #CSR>, tensor<8xf64> -> tensor<4x4xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spmm_c2(%A: tensor<4x8xf64, #CSR>, %X: tensor<8x3xf64>, %C: tensor<4x4xf64>) {
  // expected-error@+1 {{expected init of shape 4x3, found 4x4}}
  %D = scratch.spmm %A, %X into %C : tensor<4x8xf64, #CSR>, tensor<8x3xf64> -> tensor<4x4xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spmv_c2(%A: tensor<4x8xf64, #CSR>, %x: tensor<7xf64>, %y: tensor<4xf64>) {
  // expected-error@+1 {{columns of lhs 'tensor<4x8xf64, #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>>' (8) differ from the length of rhs 'tensor<7xf64>' (7)}}
  %z = scratch.spmv %A, %x into %y : tensor<4x8xf64, #CSR>, tensor<7xf64> -> tensor<4xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spmv_c2_init(%A: tensor<4x8xf64, #CSR>, %x: tensor<8xf64>, %y: tensor<5xf64>) {
  // expected-error@+1 {{expected init of shape 4, found 5}}
  %z = scratch.spmv %A, %x into %y : tensor<4x8xf64, #CSR>, tensor<8xf64> -> tensor<5xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @spmm_c1_init(%A: tensor<4x4xf64, #CSR>, %X: tensor<4x8xf64>, %Y: tensor<?x8xf64>) {
  // expected-error@+1 {{failed to verify that all of {init, result} have same type}}
  %R = "scratch.spmm"(%A, %X, %Y) <{semiring = #scratch.semiring<plus_times>}> ({}, {}, {}) : (tensor<4x4xf64, #CSR>, tensor<4x8xf64>, tensor<?x8xf64>) -> tensor<4x8xf64>
  return
}
