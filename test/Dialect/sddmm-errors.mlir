// RUN: scratch-opt %s --verify-diagnostics --split-input-file

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>

func.func @sddmm_c1(%S: tensor<4x6xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<8x6xf64>) {
  // expected-error@+1 {{is not stored like sample 'tensor<4x6xf64, #sparse_tensor}}
  %C = scratch.sddmm %S, %A, %B : tensor<4x6xf64, #CSR>, tensor<4x8xf64>, tensor<8x6xf64> -> tensor<4x6xf64, #CSC>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @sddmm_c2(%S: tensor<4x6xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<7x6xf64>) {
  // expected-error@+1 {{columns of lhs 'tensor<4x8xf64>' (8) differ from rows of rhs 'tensor<7x6xf64>' (7)}}
  %C = scratch.sddmm %S, %A, %B : tensor<4x6xf64, #CSR>, tensor<4x8xf64>, tensor<7x6xf64> -> tensor<4x6xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @sddmm_c2_sample(%S: tensor<4x5xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<8x6xf64>) {
  // expected-error@+1 {{expected sample of shape 4x6, found 4x5}}
  %C = scratch.sddmm %S, %A, %B : tensor<4x5xf64, #CSR>, tensor<4x8xf64>, tensor<8x6xf64> -> tensor<4x5xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @sddmm_c2_result(%S: tensor<4x6xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<6x8xf64>) {
  // expected-error@+1 {{expected result of shape 4x6, found 5x6}}
  %C = scratch.sddmm %S, %A, %B {transposed} : tensor<4x6xf64, #CSR>, tensor<4x8xf64>, tensor<6x8xf64> -> tensor<5x6xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @sddmm_c3(%S: tensor<4x6xf32, #CSR>, %A: tensor<4x8xf64>, %B: tensor<8x6xf64>) {
  // expected-error@+1 {{sample elements 'f32' differ from result elements 'f64'}}
  %C = scratch.sddmm %S, %A, %B : tensor<4x6xf32, #CSR>, tensor<4x8xf64>, tensor<8x6xf64> -> tensor<4x6xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @fixed_pattern(%S: tensor<4x6xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<8x6xf64>) {
  %C = scratch.sddmm %S, %A, %B : tensor<4x6xf64, #CSR>, tensor<4x8xf64>, tensor<8x6xf64> -> tensor<4x6xf64, #CSR>
  epilogue {
    // expected-error@+1 {{drops entries, but the pattern of scratch.sddmm's result is fixed}}
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): %t = arith.constant true  scratch.yield %t : i1 }
    scratch.yield
  }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @custom_factor(%S: tensor<4x6xf64, #CSR>, %A: tensor<4x8xf64>, %B: tensor<8x6xf64>) {
  // expected-error@+1 {{custom semiring needs pattern_only: its multiply has no rule for the factor}}
  %C = scratch.sddmm %S, %A, %B semiring<custom> {identity = 0.0 : f64} : tensor<4x6xf64, #CSR>, tensor<4x8xf64>, tensor<8x6xf64> -> tensor<4x6xf64, #CSR>
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  add { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  return
}
