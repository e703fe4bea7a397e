// RUN: scratch-opt %s --scratch-gather-early | FileCheck %s

// Queries, keys and values of the kept tokens alone; they are gathered once.
// CHECK-LABEL: func.func @projections
func.func @projections(%x: tensor<128x8xf32>, %wq: tensor<8x8xf32>, %wk: tensor<8x4xf32>,
                       %bias: tensor<4xf32>, %seed: i64)
    -> (tensor<2x16x8xf32>, tensor<2x16x4xf32>) {
  %zero = arith.constant 0.0 : f32
  %kept, %places = scratch.patch_sample seed %seed : tensor<2x16xi32>, tensor<2x64xi32>
  // CHECK: %[[KEPT:.*]], %{{.*}} = scratch.patch_sample
  // CHECK: %[[X:.*]] = tensor.expand_shape %{{.*}} {{.*}} : tensor<128x8xf32> into tensor<2x64x8xf32>
  // CHECK: %[[FEW:.*]] = scratch.gather_rows %[[X]][%[[KEPT]]]
  // CHECK: %[[ROWS:.*]] = tensor.collapse_shape %[[FEW]]
  // CHECK: linalg.matmul ins(%[[ROWS]], %{{.*}} : tensor<32x8xf32>, tensor<8x8xf32>)
  // CHECK-NOT: scratch.gather_rows
  // CHECK: linalg.matmul ins(%[[ROWS]], %{{.*}} : tensor<32x8xf32>, tensor<8x4xf32>)
  // CHECK: linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<32x4xf32>, tensor<4xf32>)
  %qe = tensor.empty() : tensor<128x8xf32>
  %qz = linalg.fill ins(%zero : f32) outs(%qe : tensor<128x8xf32>) -> tensor<128x8xf32>
  %q = linalg.matmul ins(%x, %wq : tensor<128x8xf32>, tensor<8x8xf32>) outs(%qz : tensor<128x8xf32>) -> tensor<128x8xf32>
  %ke = tensor.empty() : tensor<128x4xf32>
  %kz = linalg.fill ins(%zero : f32) outs(%ke : tensor<128x4xf32>) -> tensor<128x4xf32>
  %k = linalg.matmul ins(%x, %wk : tensor<128x8xf32>, tensor<8x4xf32>) outs(%kz : tensor<128x4xf32>) -> tensor<128x4xf32>
  %kb = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                        iterator_types = ["parallel", "parallel"]}
      ins(%k, %bias : tensor<128x4xf32>, tensor<4xf32>) outs(%ke : tensor<128x4xf32>) {
  ^bb0(%a: f32, %c: f32, %o: f32):
    %s = arith.addf %a, %c : f32
    linalg.yield %s : f32
  } -> tensor<128x4xf32>
  %qs = tensor.expand_shape %q [[0, 1], [2]] output_shape [2, 64, 8] : tensor<128x8xf32> into tensor<2x64x8xf32>
  %ks = tensor.expand_shape %kb [[0, 1], [2]] output_shape [2, 64, 4] : tensor<128x4xf32> into tensor<2x64x4xf32>
  %qf = scratch.gather_rows %qs[%kept] : tensor<2x64x8xf32>, tensor<2x16xi32> -> tensor<2x16x8xf32>
  %kf = scratch.gather_rows %ks[%kept] : tensor<2x64x4xf32>, tensor<2x16xi32> -> tensor<2x16x4xf32>
  return %qf, %kf : tensor<2x16x8xf32>, tensor<2x16x4xf32>
}

// Not allowed; rows that are missing; as many rows as there are; all are wanted.
// CHECK-LABEL: func.func @stays
func.func @stays(%x: tensor<64x8xf32>, %w: tensor<8x8xf32>, %ids: tensor<16xi32>, %all: tensor<64xi32>)
    -> (tensor<16x8xf32>, tensor<16x8xf32>, tensor<64x8xf32>, tensor<16x8xf32>, tensor<64x8xf32>) {
  // CHECK-COUNT-4: linalg.matmul {{.*}} -> tensor<64x8xf32>
  // CHECK-COUNT-4: scratch.gather_rows
  // CHECK-NOT: linalg.matmul
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<64x8xf32>) -> tensor<64x8xf32>
  %a = linalg.matmul ins(%x, %w : tensor<64x8xf32>, tensor<8x8xf32>) outs(%z : tensor<64x8xf32>) -> tensor<64x8xf32>
  %b = linalg.matmul ins(%x, %w : tensor<64x8xf32>, tensor<8x8xf32>) outs(%z : tensor<64x8xf32>) -> tensor<64x8xf32>
  %c = linalg.matmul ins(%x, %w : tensor<64x8xf32>, tensor<8x8xf32>) outs(%z : tensor<64x8xf32>) -> tensor<64x8xf32>
  %d = linalg.matmul ins(%x, %w : tensor<64x8xf32>, tensor<8x8xf32>) outs(%z : tensor<64x8xf32>) -> tensor<64x8xf32>
  %ra = scratch.gather_rows %a[%ids] {scratch.rewrites = #scratch.rewrites<heads>} : tensor<64x8xf32>, tensor<16xi32> -> tensor<16x8xf32>
  %rb = scratch.gather_rows %b[%ids] padded : tensor<64x8xf32>, tensor<16xi32> -> tensor<16x8xf32>
  %rc = scratch.gather_rows %c[%all] : tensor<64x8xf32>, tensor<64xi32> -> tensor<64x8xf32>
  %rd = scratch.gather_rows %d[%ids] : tensor<64x8xf32>, tensor<16xi32> -> tensor<16x8xf32>
  return %ra, %rb, %rc, %rd, %d : tensor<16x8xf32>, tensor<16x8xf32>, tensor<64x8xf32>, tensor<16x8xf32>, tensor<64x8xf32>
}
