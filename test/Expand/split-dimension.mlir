// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// A dimension that splits into two of run-time size.

func.func private @split(%v: tensor<?xf64>, %m: index, %n: index) -> tensor<?x?xf64> {
  %r = tensor.expand_shape %v [[0, 1]] output_shape [%m, %n] : tensor<?xf64> into tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %none = arith.constant 0.0 : f64
  %v = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<6xf64>
  %w = tensor.cast %v : tensor<6xf64> to tensor<?xf64>
  %r = call @split(%w, %c2, %c3) : (tensor<?xf64>, index, index) -> tensor<?x?xf64>
  // CHECK: ( ( 0, 1, 2 ), ( 3, 4, 5 ) )
  %x = vector.transfer_read %r[%c0, %c0], %none : tensor<?x?xf64>, vector<2x3xf64>
  vector.print %x : vector<2x3xf64>
  return
}
