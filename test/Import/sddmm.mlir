// RUN: scratch-opt %s --scratch-import-linalg --canonicalize | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#sampled = {
  indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, k)>,
                   affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}
#sampled_transposed = {
  indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, k)>,
                   affine_map<(i, j, k) -> (j, k)>, affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}
#elementwise = {
  indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                   affine_map<(i, j) -> (i, j)>],
  iterator_types = ["parallel", "parallel"]
}

// CHECK-LABEL: func.func @fused
// CHECK-SAME: %[[S:.*]]: tensor<8x8xf64, {{.*}}>, %[[A:.*]]: tensor<8x4xf64>, %[[B:.*]]: tensor<4x8xf64>
// CHECK-NEXT: %[[C:.*]] = scratch.sddmm %[[S]], %[[A]], %[[B]] :
// CHECK-NEXT: return %[[C]]
func.func @fused(%S: tensor<8x8xf64, #CSR>, %A: tensor<8x4xf64>, %B: tensor<4x8xf64>) -> tensor<8x8xf64, #CSR> {
  %empty = tensor.empty() : tensor<8x8xf64, #CSR>
  %C = linalg.generic #sampled
      ins(%S, %A, %B : tensor<8x8xf64, #CSR>, tensor<8x4xf64>, tensor<4x8xf64>)
      outs(%empty : tensor<8x8xf64, #CSR>) {
    ^bb0(%s: f64, %a: f64, %b: f64, %c: f64):
      %scaled = arith.mulf %a, %s : f64
      %product = arith.mulf %scaled, %b : f64
      %sum = arith.addf %c, %product : f64
      linalg.yield %sum : f64
  } -> tensor<8x8xf64, #CSR>
  return %C : tensor<8x8xf64, #CSR>
}

// CHECK-LABEL: func.func @rows_of_both
// CHECK: scratch.sddmm {{.*}} {transposed} :
func.func @rows_of_both(%S: tensor<8x8xf32, #CSR>, %A: tensor<8x4xf32>, %B: tensor<8x4xf32>) -> tensor<8x8xf32, #CSR> {
  %empty = tensor.empty() : tensor<8x8xf32, #CSR>
  %C = linalg.generic #sampled_transposed
      ins(%S, %A, %B : tensor<8x8xf32, #CSR>, tensor<8x4xf32>, tensor<8x4xf32>)
      outs(%empty : tensor<8x8xf32, #CSR>) {
    ^bb0(%s: f32, %a: f32, %b: f32, %c: f32):
      %product = arith.mulf %a, %b : f32
      %scaled = arith.mulf %s, %product : f32
      %sum = arith.addf %c, %scaled : f32
      linalg.yield %sum : f32
  } -> tensor<8x8xf32, #CSR>
  return %C : tensor<8x8xf32, #CSR>
}

// The dense product is never made.
// CHECK-LABEL: func.func @product_then_sample
// CHECK-SAME: %[[S:.*]]: tensor<8x8xf64, {{.*}}>, %[[A:.*]]: tensor<8x4xf64>, %[[B:.*]]: tensor<4x8xf64>
// CHECK-NEXT: %[[C:.*]] = scratch.sddmm %[[S]], %[[A]], %[[B]] :
// CHECK-NEXT: return %[[C]]
func.func @product_then_sample(%S: tensor<8x8xf64, #CSR>, %A: tensor<8x4xf64>, %B: tensor<4x8xf64>) -> tensor<8x8xf64, #CSR> {
  %zeros = arith.constant dense<0.0> : tensor<8x8xf64>
  %T = linalg.matmul ins(%A, %B : tensor<8x4xf64>, tensor<4x8xf64>)
                     outs(%zeros : tensor<8x8xf64>) -> tensor<8x8xf64>
  %empty = tensor.empty() : tensor<8x8xf64, #CSR>
  %C = linalg.generic #elementwise
      ins(%T, %S : tensor<8x8xf64>, tensor<8x8xf64, #CSR>) outs(%empty : tensor<8x8xf64, #CSR>) {
    ^bb0(%t: f64, %s: f64, %c: f64):
      %scaled = arith.mulf %t, %s : f64
      linalg.yield %scaled : f64
  } -> tensor<8x8xf64, #CSR>
  return %C : tensor<8x8xf64, #CSR>
}
