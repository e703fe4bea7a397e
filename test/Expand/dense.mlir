// RUN: scratch-opt %s --scratch-import --scratch-select=target=x86 --scratch-expand | FileCheck %s
// RUN: scratch-cc %s --mcpu=znver5 -o %t.s && FileCheck %s --check-prefix=WIDE < %t.s

// Products of dense tensors become register tiles; nothing of linalg is left.
// CHECK-LABEL: func private @matmul
// CHECK-NOT: linalg
// CHECK: scratch.parallel
// CHECK: vector.broadcast
// CHECK: arith.addf {{.*}} fastmath<contract> : vector<{{4|8|16}}xf32>
// WIDE: vfmadd231ps {{.*}}zmm
func.func @matmul(%A: tensor<?x?xf32>, %B: tensor<?x?xf32>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul ins(%A, %B : tensor<?x?xf32>, tensor<?x?xf32>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// Padding by zeros is part of the product's reading.
// CHECK-LABEL: func private @convolution
// CHECK-NOT: linalg
// CHECK-NOT: memref.copy
// CHECK: return
func.func @convolution(%x: tensor<2x9x9x4xf64>, %w: tensor<3x3x4x6xf64>) -> tensor<2x9x9x6xf64> {
  %zero = arith.constant 0.0 : f64
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %i: index, %j: index, %k: index):
    tensor.yield %zero : f64
  } : tensor<2x9x9x4xf64> to tensor<2x11x11x4xf64>
  %e = tensor.empty() : tensor<2x9x9x6xf64>
  %z = linalg.fill ins(%zero : f64) outs(%e : tensor<2x9x9x6xf64>) -> tensor<2x9x9x6xf64>
  %y = linalg.conv_2d_nhwc_hwcf ins(%p, %w : tensor<2x11x11x4xf64>, tensor<3x3x4x6xf64>)
                                outs(%z : tensor<2x9x9x6xf64>) -> tensor<2x9x9x6xf64>
  return %y : tensor<2x9x9x6xf64>
}

// A bias and what follows are applied to the tile: one buffer of the result, stored once.
// CHECK-LABEL: func private @with_bias
// CHECK-COUNT-1: scratch.allocate() : memref<8x8xf32>
// CHECK: arith.maximumf {{.*}} : vector<
// CHECK-NOT: scratch.allocate() : memref<8x8xf32>
// CHECK: return
func.func @with_bias(%A: tensor<8x8xf32>, %B: tensor<8x8xf32>, %bias: tensor<8xf32>) -> tensor<8x8xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<8x8xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8x8xf32>) -> tensor<8x8xf32>
  %y = linalg.matmul ins(%A, %B : tensor<8x8xf32>, tensor<8x8xf32>) outs(%z : tensor<8x8xf32>) -> tensor<8x8xf32>
  %r = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%y, %bias : tensor<8x8xf32>, tensor<8xf32>) outs(%e : tensor<8x8xf32>) {
  ^bb0(%a: f32, %c: f32, %unused: f32):
    %s = arith.addf %a, %c : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<8x8xf32>
  return %r : tensor<8x8xf32>
}

// A product of integers is upstream's.
// CHECK-LABEL: func private @integers
// CHECK-NOT: scratch.parallel
// CHECK: return
func.func @integers(%A: tensor<3x4xi32>, %B: tensor<4x5xi32>, %C: tensor<3x5xi32>) -> tensor<3x5xi32> {
  %r = linalg.matmul ins(%A, %B : tensor<3x4xi32>, tensor<4x5xi32>) outs(%C : tensor<3x5xi32>) -> tensor<3x5xi32>
  return %r : tensor<3x5xi32>
}
