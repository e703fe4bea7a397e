// RUN: scratch-opt %s --scratch-import-linalg | FileCheck %s
// Bodies that say what happens where an entry is absent may be any semiring.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#product = {
  indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                   affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}

// CHECK-LABEL: func.func @min_plus
// CHECK: scratch.spgemm {{.*}} semiring<min_plus> :
// CHECK-NOT: linalg
func.func @min_plus(%A: tensor<8x8xf64, #CSR>, %B: tensor<8x8xf64, #CSR>) -> tensor<8x8xf64, #CSR> {
  %infinity = arith.constant 0x7FF0000000000000 : f64
  %empty = tensor.empty() : tensor<8x8xf64, #CSR>
  %C = linalg.generic #product
      ins(%A, %B : tensor<8x8xf64, #CSR>, tensor<8x8xf64, #CSR>) outs(%empty : tensor<8x8xf64, #CSR>) {
    ^bb0(%a: f64, %b: f64, %c: f64):
      %path = sparse_tensor.binary %a, %b : f64, f64 to f64
        overlap = {
          ^bb0(%x: f64, %y: f64):
            %length = arith.addf %x, %y : f64
            sparse_tensor.yield %length : f64
        }
        left = {}
        right = {}
      %least = sparse_tensor.reduce %path, %c, %infinity : f64 {
        ^bb0(%x: f64, %y: f64):
          %less = arith.minnumf %x, %y : f64
          sparse_tensor.yield %less : f64
      }
      linalg.yield %least : f64
  } -> tensor<8x8xf64, #CSR>
  return %C : tensor<8x8xf64, #CSR>
}

// Another treatment of NaN is another operator: the regions move along, in the
// order (left, right) and (result so far, product).
// CHECK-LABEL: func.func @min_by_comparison
// CHECK: scratch.spgemm {{.*}} semiring<custom> {identity = 0x7FF0000000000000 : f64}
// CHECK: multiply {
// CHECK-NEXT: ^bb0(%[[L:.*]]: f64, %[[R:.*]]: f64):
// CHECK: arith.subf %[[L]], %[[R]]
// CHECK: add {
// CHECK-NEXT: ^bb0(%[[SO_FAR:.*]]: f64, %[[NEW:.*]]: f64):
// CHECK-NEXT: arith.cmpf olt, %[[NEW]], %[[SO_FAR]]
// CHECK-NOT: linalg
func.func @min_by_comparison(%A: tensor<8x8xf64, #CSR>, %B: tensor<8x8xf64, #CSR>) -> tensor<8x8xf64, #CSR> {
  %infinity = arith.constant 0x7FF0000000000000 : f64
  %empty = tensor.empty() : tensor<8x8xf64, #CSR>
  %C = linalg.generic #product
      ins(%A, %B : tensor<8x8xf64, #CSR>, tensor<8x8xf64, #CSR>) outs(%empty : tensor<8x8xf64, #CSR>) {
    ^bb0(%a: f64, %b: f64, %c: f64):
      %difference = sparse_tensor.binary %b, %a : f64, f64 to f64
        overlap = {
          ^bb0(%x: f64, %y: f64):
            %d = arith.subf %y, %x : f64
            sparse_tensor.yield %d : f64
        }
        left = {}
        right = {}
      %least = sparse_tensor.reduce %difference, %c, %infinity : f64 {
        ^bb0(%x: f64, %y: f64):
          %less = arith.cmpf olt, %x, %y : f64
          %r = arith.select %less, %x, %y : f64
          sparse_tensor.yield %r : f64
      }
      linalg.yield %least : f64
  } -> tensor<8x8xf64, #CSR>
  return %C : tensor<8x8xf64, #CSR>
}

// The identity belongs to the semiring: 0 is not that of min.
// CHECK-LABEL: func.func @unusual_identity
// CHECK: scratch.spgemm {{.*}} semiring<custom> {identity = 0 : i32}
func.func @unusual_identity(%A: tensor<8x8xi32, #CSR>) -> tensor<8x8xi32, #CSR> {
  %empty = tensor.empty() : tensor<8x8xi32, #CSR>
  %C = linalg.generic #product
      ins(%A, %A : tensor<8x8xi32, #CSR>, tensor<8x8xi32, #CSR>) outs(%empty : tensor<8x8xi32, #CSR>) {
    ^bb0(%a: i32, %b: i32, %c: i32):
      %zero = arith.constant 0 : i32
      %p = sparse_tensor.binary %a, %b : i32, i32 to i32
        overlap = {
          ^bb0(%x: i32, %y: i32):
            %s = arith.addi %x, %y : i32
            sparse_tensor.yield %s : i32
        }
        left = {}
        right = {}
      %least = sparse_tensor.reduce %c, %p, %zero : i32 {
        ^bb0(%x: i32, %y: i32):
          %m = arith.minsi %x, %y : i32
          sparse_tensor.yield %m : i32
      }
      linalg.yield %least : i32
  } -> tensor<8x8xi32, #CSR>
  return %C : tensor<8x8xi32, #CSR>
}
