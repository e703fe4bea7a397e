// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// Results of kernels that a loop carries to its next iteration.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// A^n x
func.func private @vectors(%A: tensor<3x3xf64, #CSR>, %x: tensor<3xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %none = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %x) -> (tensor<3xf64>) {
    %e = tensor.empty() : tensor<3xf64>
    %z = linalg.fill ins(%none : f64) outs(%e : tensor<3xf64>) -> tensor<3xf64>
    %y = scratch.spmv %A, %a into %z : tensor<3x3xf64, #CSR>, tensor<3xf64> -> tensor<3xf64>
    scf.yield %y : tensor<3xf64>
  }
  %v = vector.transfer_read %r[%c0], %none : tensor<3xf64>, vector<3xf64>
  vector.print %v : vector<3xf64>
  // What came in is as it was.
  %w = vector.transfer_read %x[%c0], %none : tensor<3xf64>, vector<3xf64>
  vector.print %w : vector<3xf64>
  return
}

// A^(n + 1), sparse all along
func.func private @matrices(%A: tensor<3x3xf64, #CSR>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %none = arith.constant 0.0 : f64
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%a = %A) -> (tensor<3x3xf64, #CSR>) {
    %p = scratch.spgemm %a, %A
         : tensor<3x3xf64, #CSR>, tensor<3x3xf64, #CSR> -> tensor<3x3xf64, #CSR>
    scf.yield %p : tensor<3x3xf64, #CSR>
  }
  %d = sparse_tensor.convert %r : tensor<3x3xf64, #CSR> to tensor<3x3xf64>
  %v = vector.transfer_read %d[%c0, %c0], %none : tensor<3x3xf64>, vector<3x3xf64>
  vector.print %v : vector<3x3xf64>
  return
}

// Until a sum is large enough; two tensors change places.
func.func private @until(%A: tensor<3x3xf64, #CSR>, %x: tensor<3xf64>, %limit: f64) {
  %c0 = arith.constant 0 : index
  %none = arith.constant 0.0 : f64
  %r:2 = scf.while (%a = %x, %b = %x) : (tensor<3xf64>, tensor<3xf64>) -> (tensor<3xf64>, tensor<3xf64>) {
    %first = tensor.extract %b[%c0] : tensor<3xf64>
    %go = arith.cmpf olt, %first, %limit : f64
    scf.condition(%go) %a, %b : tensor<3xf64>, tensor<3xf64>
  } do {
  ^bb0(%a: tensor<3xf64>, %b: tensor<3xf64>):
    %y = scratch.spmv %A, %b into %a : tensor<3x3xf64, #CSR>, tensor<3xf64> -> tensor<3xf64>
    scf.yield %b, %y : tensor<3xf64>, tensor<3xf64>
  }
  %v = vector.transfer_read %r#0[%c0], %none : tensor<3xf64>, vector<3xf64>
  vector.print %v : vector<3xf64>
  %w = vector.transfer_read %r#1[%c0], %none : tensor<3xf64>, vector<3xf64>
  vector.print %w : vector<3xf64>
  return
}

func.func @main() {
  %dA = arith.constant dense<[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 3.0, 0.0]]> : tensor<3x3xf64>
  %A = sparse_tensor.convert %dA : tensor<3x3xf64> to tensor<3x3xf64, #CSR>
  %x = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf64>
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %c2 = arith.constant 2 : index
  %limit = arith.constant 30.0 : f64
  // CHECK: ( 31, 2, 6 )
  // CHECK-NEXT: ( 1, 2, 3 )
  call @vectors(%A, %x, %c3) : (tensor<3x3xf64, #CSR>, tensor<3xf64>, index) -> ()
  // CHECK-NEXT: ( 1, 2, 3 )
  // CHECK-NEXT: ( 1, 2, 3 )
  call @vectors(%A, %x, %c0) : (tensor<3x3xf64, #CSR>, tensor<3xf64>, index) -> ()
  // CHECK-NEXT: ( ( 1, 12, 2 ), ( 0, 1, 0 ), ( 0, 3, 0 ) )
  call @matrices(%A, %c2) : (tensor<3x3xf64, #CSR>, index) -> ()
  // CHECK-NEXT: ( ( 1, 0, 2 ), ( 0, 1, 0 ), ( 0, 3, 0 ) )
  call @matrices(%A, %c0) : (tensor<3x3xf64, #CSR>, index) -> ()
  // CHECK-NEXT: ( 27, 6, 15 )
  // CHECK-NEXT: ( 65, 10, 27 )
  call @until(%A, %x, %limit) : (tensor<3x3xf64, #CSR>, tensor<3xf64>, f64) -> ()
  return
}
