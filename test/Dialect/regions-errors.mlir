// RUN: scratch-opt %s --verify-diagnostics --split-input-file
// Custom semirings and epilogues.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>

func.func @no_multiply(%A: !M) {
  // expected-error@+1 {{custom semiring needs a region 'multiply'}}
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64} : !M, !M -> !M
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @no_add(%A: !M) {
  // expected-error@+1 {{custom semiring needs a region 'add'}}
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64} : !M, !M -> !M
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @arguments(%A: !M) {
  // expected-error@+1 {{region 'multiply' takes 'f64', expected 'f64', 'f64'}}
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64} : !M, !M -> !M
  multiply { ^bb0(%a: f64): scratch.yield %a : f64 }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @yields(%A: !M) {
  // expected-error@+1 {{region 'multiply' must yield one 'f64'}}
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64} : !M, !M -> !M
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @identity(%A: !M) {
  // expected-error@+1 {{custom semiring needs an attribute 'identity' of type 'f64'}}
  %C = scratch.spgemm %A, %A semiring<custom> {identity = 0 : i32} : !M, !M -> !M
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  add { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @spgemm_c4(%A: !M) {
  // expected-error@+1 {{semiring min_plus brings its own operators; regions and identity belong to semiring<custom>}}
  %C = scratch.spgemm %A, %A semiring<min_plus> {identity = 0.0 : f64} : !M, !M -> !M
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @epilogue_arguments(%A: !M) {
  // expected-error@+1 {{epilogue takes no arguments}}
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue { ^bb0(%v: f64): scratch.yield }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @epilogue_yield(%A: !M, %v: f64) {
  // expected-error@+1 {{epilogue must end in a scratch.yield of nothing}}
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue { scratch.yield %v : f64 }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @epilogue_stage(%A: !M, %m: memref<f64>, %v: f64) {
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue {
    // expected-error@+1 {{expected an epilogue stage (map, keep, reduce, top_k)}}
    memref.store %v, %m[] : memref<f64>
    scratch.yield
  }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @map_arguments(%A: !M) {
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue {
    // expected-error@+1 {{body takes ('f64'), expected ('f64', 'index', 'index')}}
    scratch.map { ^bb0(%v: f64): scratch.yield %v : f64 }
    scratch.yield
  }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @keep_yields(%A: !M) {
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue {
    // expected-error@+1 {{body must yield one 'i1'}}
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): scratch.yield %v : f64 }
    scratch.yield
  }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @reduce_types(%A: !M) {
  %C = scratch.spgemm %A, %A : !M, !M -> !M
  epilogue {
    // expected-error@+1 {{expected identity and result of type 'f64', found 'f32' and 'f64'}}
    %s = scratch.reduce 0.0 : f32 { ^bb0(%r: f64, %v: f64): scratch.yield %r : f64 } -> f64
    scratch.yield
  }
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x4xf64, #CSR>
func.func @dense_result(%A: !M, %x: tensor<4xf64>) {
  %y = scratch.spmv %A, %x into %x : !M, tensor<4xf64> -> tensor<4xf64>
  epilogue {
    // expected-error@+1 {{folds a sparse row, but the result of scratch.spmv is dense}}
    %s = scratch.reduce 0.0 : f64 { ^bb0(%r: f64, %v: f64): scratch.yield %r : f64 } -> f64
    scratch.yield
  }
  return
}
