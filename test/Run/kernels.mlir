// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// RUN: scratch-opt %s --scratch-to-x86=accumulator=dense | %run_main | FileCheck %s
// RUN: scratch-opt %s --scratch-to-x86=accumulator=tiered | %run_main | FileCheck %s
// RUN: scratch-opt %s --scratch-to-x86=accumulator=hash | %run_main | FileCheck %s
// What linalg cannot say: masks of several leaves, stages, other semirings.
// Values are integers below 2^53, so that every order of additions is exact.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
!M = tensor<4x4xf64, #CSR>

func.func private @show(%C: !M) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f64
  %D = sparse_tensor.convert %C : !M to tensor<4x4xf64>
  %v = vector.transfer_read %D[%zero, %zero], %none : tensor<4x4xf64>, vector<4x4xf64>
  vector.print %v : vector<4x4xf64>
  return
}
func.func private @masked(%A: !M, %B: !M, %L: !M, %D: tensor<4x4xi8>) {
  %l = scratch.mask.from structure %L : !M -> !scratch.mask<4x4>
  %w = scratch.mask.from value %L : !M -> !scratch.mask<4x4>
  %d = scratch.mask.from value %D : tensor<4x4xi8> -> !scratch.mask<4x4>
  %0 = scratch.spgemm %A, %B mask(%l : !scratch.mask<4x4>) : !M, !M -> !M
  call @show(%0) : (!M) -> ()
  %1 = scratch.spgemm %A, %B mask(%w : !scratch.mask<4x4>, complement) : !M, !M -> !M
  call @show(%1) : (!M) -> ()
  %not = scratch.mask.not %l : !scratch.mask<4x4>
  %and = scratch.mask.and %not, %d : !scratch.mask<4x4>
  %or = scratch.mask.or %and, %w : !scratch.mask<4x4>
  %2 = scratch.spgemm %A, %B mask(%or : !scratch.mask<4x4>) : !M, !M -> !M
  call @show(%2) : (!M) -> ()
  return
}
func.func private @stages(%A: !M, %B: !M) {
  %two = arith.constant 2.0 : f64
  %ten = arith.constant 10.0 : f64
  %C = scratch.spgemm %A, %B : !M, !M -> !M
  epilogue {
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %m = arith.mulf %v, %two : f64  scratch.yield %m : f64 }
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): %k = arith.cmpf ogt, %v, %ten : f64  scratch.yield %k : i1 }
    %zero = arith.constant 0.0 : f64
    %sum = scratch.reduce 0.0 : f64 { ^bb0(%r: f64, %v: f64): %s = arith.addf %r, %v : f64  scratch.yield %s : f64 } -> f64
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %d = arith.subf %sum, %v : f64  scratch.yield %d : f64 }
    scratch.yield
  }
  call @show(%C) : (!M) -> ()
  return
}
func.func private @semirings(%A: !M, %B: !M) {
  %0 = scratch.spgemm %A, %B semiring<min_plus> : !M, !M -> !M
  call @show(%0) : (!M) -> ()
  %1 = scratch.spgemm %A, %B semiring<plus_pair> : !M, !M -> !M
  call @show(%1) : (!M) -> ()
  // 10 a - b, so that arguments that changed places show; C(3, 1) is the sum of two.
  %ten = arith.constant 10.0 : f64
  %2 = scratch.spgemm %A, %B semiring<custom> {identity = 0.0 : f64} : !M, !M -> !M
  multiply { ^bb0(%a: f64, %b: f64): %x = arith.mulf %a, %ten : f64  %p = arith.subf %x, %b : f64  scratch.yield %p : f64 }
  add { ^bb0(%a: f64, %b: f64): %s = arith.addf %a, %b : f64  scratch.yield %s : f64 }
  call @show(%2) : (!M) -> ()
  // The same by columns: the operands of the loops change places, the meaning not.
  %3 = scratch.spgemm %A, %B semiring<custom> {identity = 0.0 : f64} : !M, !M -> tensor<4x4xf64, #CSC>
  multiply { ^bb0(%a: f64, %b: f64): %x = arith.mulf %a, %ten : f64  %p = arith.subf %x, %b : f64  scratch.yield %p : f64 }
  add { ^bb0(%a: f64, %b: f64): %s = arith.addf %a, %b : f64  scratch.yield %s : f64 }
  %4 = sparse_tensor.convert %3 : tensor<4x4xf64, #CSC> to !M
  call @show(%4) : (!M) -> ()
  return
}

func.func @main() {
  %dA = arith.constant dense<[[1.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 3.0],
                              [0.0, 4.0, 0.0, 0.0], [5.0, 0.0, 0.0, 6.0]]> : tensor<4x4xf64>
  %dB = arith.constant dense<[[0.0, 1.0, 0.0, 0.0], [2.0, 0.0, 0.0, 3.0],
                              [0.0, 0.0, 0.0, 0.0], [0.0, 4.0, 5.0, 0.0]]> : tensor<4x4xf64>
  %dL = arith.constant dense<[[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0],
                              [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]> : tensor<4x4xf64>
  %D = arith.constant dense<[[1, 1, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]]> : tensor<4x4xi8>
  %A = sparse_tensor.convert %dA : tensor<4x4xf64> to !M
  %B = sparse_tensor.convert %dB : tensor<4x4xf64> to !M
  %L = sparse_tensor.convert %dL : tensor<4x4xf64> to !M
  // CHECK: ( ( 0, 1, 0, 0 ), ( 0, 0, 15, 0 ), ( 0, 0, 0, 0 ), ( 0, 0, 30, 0 ) )
  // CHECK: ( ( 0, 0, 0, 0 ), ( 0, 12, 0, 0 ), ( 8, 0, 0, 12 ), ( 0, 29, 0, 0 ) )
  // CHECK: ( ( 0, 1, 0, 0 ), ( 0, 12, 15, 0 ), ( 0, 0, 0, 0 ), ( 0, 29, 30, 0 ) )
  call @masked(%A, %B, %L, %D) : (!M, !M, !M, tensor<4x4xi8>) -> ()
  // CHECK: ( ( 0, 0, 0, 0 ), ( 0, 30, 24, 0 ), ( 24, 0, 0, 16 ), ( 0, 60, 58, 0 ) )
  call @stages(%A, %B) : (!M, !M) -> ()
  // CHECK: ( ( 0, 2, 0, 0 ), ( 0, 7, 8, 0 ), ( 6, 0, 0, 7 ), ( 0, 6, 11, 0 ) )
  // CHECK: ( ( 0, 1, 0, 0 ), ( 0, 1, 1, 0 ), ( 1, 0, 0, 1 ), ( 0, 2, 1, 0 ) )
  // CHECK-COUNT-2: ( ( 0, 9, 0, 0 ), ( 0, 26, 25, 0 ), ( 38, 0, 0, 37 ), ( 0, 105, 55, 0 ) )
  call @semirings(%A, %B) : (!M, !M) -> ()
  return
}
