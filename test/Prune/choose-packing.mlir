// RUN: scratch-opt %s --scratch-choose-packing --scratch-pack-weights --remarks-filter=scratch-strategy --remark-format=emitRemark --split-input-file 2>&1 | FileCheck %s
// RUN: scratch-opt %s --scratch-choose-packing=force=dense --split-input-file | FileCheck %s --check-prefix=DENSE
// RUN: scratch-opt %s --scratch-choose-packing=force=delta --scratch-pack-weights --split-input-file | FileCheck %s --check-prefix=DELTA
// RUN: not scratch-opt %s --scratch-choose-packing=force=coo 2>&1 | FileCheck %s --check-prefix=COO
// RUN: scratch-opt %s --scratch-choose-packing=table=true --split-input-file 2>&1 >/dev/null | FileCheck %s --check-prefix=TABLE
// COO: error: {{.*}}packing: found 'coo', expected auto, dense, csr, 4x1, 4x4, 2:4, bitmap, delta
// DENSE-NOT: scratch.packing
// TABLE: constant_left/matmul
// TABLE-NEXT: format        kcycles       work    weights    packing     moving
// TABLE: dense

// Constant weights are packed now, bias and relu go into the product.
#map = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
// CHECK: remark: {{.*}}kcycles for 4 x 8 weights, 94 % zeros, 64 samples; {{.*}}dense
// DELTA-LABEL: func @constant_left
// DELTA-DAG: arith.constant dense<[0, 1, 1, 1, 2]> : tensor<5xi32>
// DELTA-DAG: arith.constant dense<[2, 8]> : tensor<2xi8>
// DELTA-DAG: arith.constant dense<[2.{{0*}}e+00, 3.{{0*}}e+00]> : tensor<2xf32>
// DELTA: %[[R:.*]] = scratch.packed_matmul <delta>(%{{.*}}, %{{.*}}, %{{.*}}), %{{.*}} into %{{.*}} bias(%{{.*}}) relu
// DELTA-NEXT: return %[[R]]
func.func @constant_left(%x: tensor<8x64xf32>, %y0: tensor<4x64xf32>, %b: tensor<4xf32>) -> tensor<4x64xf32> {
  %W = arith.constant dense<[[0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                             [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0]]> : tensor<4x8xf32>
  %zero = arith.constant 0.0 : f32
  %y = linalg.matmul ins(%W, %x : tensor<4x8xf32>, tensor<8x64xf32>) outs(%y0 : tensor<4x64xf32>) -> tensor<4x64xf32>
  %e = tensor.empty() : tensor<4x64xf32>
  %r = linalg.generic {indexing_maps = [#map, #row, #map], iterator_types = ["parallel", "parallel"]}
      ins(%y, %b : tensor<4x64xf32>, tensor<4xf32>) outs(%e : tensor<4x64xf32>) {
  ^bb0(%p: f32, %q: f32, %o: f32):
    %s = arith.addf %p, %q : f32
    %m = arith.maximumf %s, %zero : f32
    linalg.yield %m : f32
  } -> tensor<4x64xf32>
  return %r : tensor<4x64xf32>
}

// -----

// Samples first: weights are transposed now, activations and results by the way.
// One sample is a vector.
// DELTA-LABEL: func @constant_right
// DELTA: linalg.transpose
// DELTA: scratch.packed_matmul <delta>{{.*}} -> tensor<2x?xf64>
// DELTA: linalg.transpose
// DELTA-LABEL: func @one_sample
// DELTA: tensor.collapse_shape
// DELTA: scratch.packed_matmul <delta>{{.*}} -> tensor<2xf64>
// DELTA: tensor.expand_shape
func.func @constant_right(%x: tensor<?x3xf64>, %y0: tensor<?x2xf64>) -> tensor<?x2xf64> {
  %W = arith.constant dense<[[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]> : tensor<3x2xf64>
  %y = linalg.matmul ins(%x, %W : tensor<?x3xf64>, tensor<3x2xf64>) outs(%y0 : tensor<?x2xf64>) -> tensor<?x2xf64>
  return %y : tensor<?x2xf64>
}
func.func @one_sample(%x: tensor<1x3xf64>, %y0: tensor<1x2xf64>) -> tensor<1x2xf64> {
  %W = arith.constant dense<[[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]> : tensor<3x2xf64>
  %y = linalg.matmul ins(%x, %W : tensor<1x3xf64>, tensor<3x2xf64>) outs(%y0 : tensor<1x2xf64>) -> tensor<1x2xf64>
  return %y : tensor<1x2xf64>
}

// -----

// Weights of run time whose share is known are packed at every call.
// CHECK-LABEL: func @blocks
// CHECK: %[[P:.*]]:3 = scratch.pack %{{.*}}, %{{.*}} as <block, 4, 4>
// CHECK: scratch.packed_matmul <block, 4, 4>(%[[P]]#0, %[[P]]#1, %[[P]]#2)
func.func @blocks(%W: tensor<256x256xf32>, %x: tensor<256x512xf32>, %y0: tensor<256x512xf32>) -> tensor<256x512xf32> {
  %k = arith.constant 0.1 : f64
  %M = scratch.mask.magnitude %W keep %k : tensor<256x256xf32> -> !scratch.mask<256x256, block(4x4)>
  %A = scratch.mask.apply %W, %M : tensor<256x256xf32>, !scratch.mask<256x256, block(4x4)>
  %y = linalg.matmul ins(%A, %x : tensor<256x256xf32>, tensor<256x512xf32>) outs(%y0 : tensor<256x512xf32>) -> tensor<256x512xf32>
  return %y : tensor<256x512xf32>
}
