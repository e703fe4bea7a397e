// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// Stages that look at a whole row see the product's rows, whichever way it is folded.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!A = tensor<2x2xf64, #CSR>
!B = tensor<2x3xf64, #CSR>

func.func private @folded(%A: !A, %B: !B) -> (tensor<3xf64>, tensor<2xf64>, tensor<3xf64>) {
  %C = scratch.spgemm %A, %B : !A, !B -> !B
  epilogue {
    %sum = scratch.reduce 0.0 : f64 { ^bb0(%r: f64, %v: f64): %s = arith.addf %r, %v : f64  scratch.yield %s : f64 } -> f64
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %d = arith.addf %sum, %v : f64  scratch.yield %d : f64 }
    scratch.yield
  }
  %c = scratch.fold plus %C over columns : !B -> tensor<3xf64>
  %D = scratch.spgemm %A, %B : !A, !B -> !B
  epilogue {
    %sum = scratch.reduce 0.0 : f64 { ^bb0(%r: f64, %v: f64): %s = arith.addf %r, %v : f64  scratch.yield %s : f64 } -> f64
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %d = arith.addf %sum, %v : f64  scratch.yield %d : f64 }
    scratch.yield
  }
  %r = scratch.fold plus %D over rows : !B -> tensor<2xf64>
  // Without such a stage nothing is stored, either way.
  %E = scratch.spgemm %A, %B : !A, !B -> !B
  %e = scratch.fold plus %E over columns : !B -> tensor<3xf64>
  return %c, %r, %e : tensor<3xf64>, tensor<2xf64>, tensor<3xf64>
}

func.func @main() {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f64
  %dA = arith.constant dense<[[1.0, 0.0], [0.0, 1.0]]> : tensor<2x2xf64>
  %dB = arith.constant dense<[[1.0, 2.0, 0.0], [0.0, 0.0, 4.0]]> : tensor<2x3xf64>
  %A = sparse_tensor.convert %dA : tensor<2x2xf64> to !A
  %B = sparse_tensor.convert %dB : tensor<2x3xf64> to !B
  %c, %r, %e = call @folded(%A, %B) : (!A, !B) -> (tensor<3xf64>, tensor<2xf64>, tensor<3xf64>)
  // CHECK: ( 4, 5, 8 )
  %vc = vector.transfer_read %c[%zero], %none : tensor<3xf64>, vector<3xf64>
  vector.print %vc : vector<3xf64>
  // CHECK: ( 9, 8 )
  %vr = vector.transfer_read %r[%zero], %none : tensor<2xf64>, vector<2xf64>
  vector.print %vr : vector<2xf64>
  // CHECK: ( 1, 2, 4 )
  %ve = vector.transfer_read %e[%zero], %none : tensor<3xf64>, vector<3xf64>
  vector.print %ve : vector<3xf64>
  return
}
