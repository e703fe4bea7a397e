// RUN: scratch-opt %s --scratch-propagate-masks --split-input-file | FileCheck %s

// A column of zeros in the first weights: both products lose it.
// CHECK-LABEL: func @chain
// CHECK: %[[W:.*]] = arith.constant dense<{{\[\[}}1.{{.*}}, 3.{{.*}}], [4.{{.*}}, 6.{{.*}}]]> : tensor<2x2xf32>
// CHECK: %[[Y:.*]] = linalg.matmul ins(%{{.*}}, %[[W]] : tensor<?x2xf32>, tensor<2x2xf32>) {{.*}} -> tensor<?x2xf32>
// CHECK: %[[V:.*]] = arith.constant dense<{{\[\[}}1.{{.*}}], [3.{{.*}}]]> : tensor<2x1xf32>
// CHECK: linalg.matmul ins(%[[Y]], %[[V]] : tensor<?x2xf32>, tensor<2x1xf32>)
func.func @chain(%x: tensor<?x2xf32>, %y0: tensor<?x1xf32>, %n: index) -> tensor<?x1xf32> {
  %W = arith.constant dense<[[1.0, 0.0, 3.0], [4.0, 0.0, 6.0]]> : tensor<2x3xf32>
  %V = arith.constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
  %y = linalg.matmul ins(%x, %W : tensor<?x2xf32>, tensor<2x3xf32>) outs(%z : tensor<?x3xf32>) -> tensor<?x3xf32>
  %r = linalg.matmul ins(%y, %V : tensor<?x3xf32>, tensor<3x1xf32>) outs(%y0 : tensor<?x1xf32>) -> tensor<?x1xf32>
  return %r : tensor<?x1xf32>
}

// -----

// A dead filter with a bias is a constant: negative, relu makes it zero and the
// next layer loses it; positive, it is put back for the next layer.
#row = affine_map<(n, h, w, c) -> (c)>
#all = affine_map<(n, h, w, c) -> (n, h, w, c)>
// CHECK-LABEL: func @biased
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}}ins(%{{.*}}, %{{.*}} : tensor<1x4x4x2xf32>, tensor<1x1x2x1xf32>)
// CHECK: linalg.generic
// CHECK: scf.if
// CHECK: linalg.conv_2d_nhwc_hwcf {{.*}}ins(%{{.*}}, %{{.*}} : tensor<1x4x4x2xf32>, tensor<1x1x2x1xf32>)
func.func @biased(%x: tensor<1x4x4x2xf32>, %V: tensor<1x1x3x1xf32>) -> tensor<1x4x4x1xf32> {
  %W = arith.constant dense<[[[[0.0, 2.0, 0.0], [0.0, 4.0, 0.0]]]]> : tensor<1x1x2x3xf32>
  %b = arith.constant dense<[-1.0, 1.0, 2.0]> : tensor<3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<1x4x4x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %y = linalg.conv_2d_nhwc_hwcf ins(%x, %W : tensor<1x4x4x2xf32>, tensor<1x1x2x3xf32>) outs(%z : tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32>
  %a = linalg.generic {indexing_maps = [#all, #row, #all], iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%y, %b : tensor<1x4x4x3xf32>, tensor<3xf32>) outs(%e : tensor<1x4x4x3xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> tensor<1x4x4x3xf32>
  %f = tensor.empty() : tensor<1x4x4x1xf32>
  %g = linalg.fill ins(%zero : f32) outs(%f : tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  %r = linalg.conv_2d_nhwc_hwcf ins(%a, %V : tensor<1x4x4x3xf32>, tensor<1x1x3x1xf32>) outs(%g : tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  return %r : tensor<1x4x4x1xf32>
}

// -----

// Masks of run time: kept columns and rows are gathered once, biases with them.
// CHECK-LABEL: func @at_run_time
// CHECK: %[[B:.*]] = scratch.mask.bytes
// CHECK: scf.for
// CHECK: %[[Y:.*]] = linalg.matmul {{.*}} -> tensor<8x?xf32>
// CHECK: linalg.matmul ins(%[[Y]], %{{.*}} : tensor<8x?xf32>, tensor<?x5xf32>)
// CHECK-NOT: linalg.matmul
func.func @at_run_time(%x: tensor<8x4xf32>, %W: tensor<4x6xf32>, %V: tensor<6x5xf32>, %t: f64) -> tensor<8x5xf32> {
  %zero = arith.constant 0.0 : f32
  %M = scratch.mask.magnitude %W keep %t : tensor<4x6xf32> -> !scratch.mask<4x6, column>
  %Z = scratch.mask.apply %W, %M : tensor<4x6xf32>, !scratch.mask<4x6, column>
  %e = tensor.empty() : tensor<8x6xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<8x6xf32>) -> tensor<8x6xf32>
  %y = linalg.matmul ins(%x, %Z : tensor<8x4xf32>, tensor<4x6xf32>) outs(%z : tensor<8x6xf32>) -> tensor<8x6xf32>
  %f = tensor.empty() : tensor<8x5xf32>
  %g = linalg.fill ins(%zero : f32) outs(%f : tensor<8x5xf32>) -> tensor<8x5xf32>
  %r = linalg.matmul ins(%y, %V : tensor<8x6xf32>, tensor<6x5xf32>) outs(%g : tensor<8x5xf32>) -> tensor<8x5xf32>
  return %r : tensor<8x5xf32>
}

// -----

// Types that leave extents open: weights tell, results keep their types.
// CHECK-LABEL: func @open_types
// CHECK: %[[G:.*]] = linalg.generic {{.*}} outs(%{{.*}} : tensor<?x1xf32>)
// CHECK: %[[Y:.*]] = linalg.matmul ins(%[[G]], %{{.*}} : tensor<?x1xf32>, tensor<1x2xf32>) {{.*}} -> tensor<?x2xf32>
// CHECK: linalg.generic
// CHECK: tensor.cast %{{.*}} : tensor<?x3xf32> to tensor<?x?xf32>
func.func @open_types(%x: tensor<?x?xf32>, %n: index, %m: index) -> tensor<?x?xf32> {
  %W = arith.constant dense<[[1.0, 0.0, 3.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n, %m) : tensor<?x?xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%x, %W : tensor<?x?xf32>, tensor<2x3xf32>) outs(%z : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
