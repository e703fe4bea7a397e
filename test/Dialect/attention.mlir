// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @grouped
func.func @grouped(%q: tensor<2x8x?x64xf32>, %k: tensor<2x2x?x64xf32>, %v: tensor<2x2x?x32xf32>)
    -> (tensor<2x8x?x32xf32>, tensor<2x8x?xf32>) {
  %m = scratch.mask.causal bottom_right : !scratch.mask<?x?>
  // CHECK: scratch.attention %{{.*}}, %{{.*}}, %{{.*}} mask(%{{.*}} : !scratch.mask<?x?>) {scale = 1.250000e-01 : f64} : tensor<2x8x?x64xf32>, tensor<2x2x?x64xf32>, tensor<2x2x?x32xf32> -> tensor<2x8x?x32xf32>, tensor<2x8x?xf32>
  %o, %l = scratch.attention %q, %k, %v mask(%m : !scratch.mask<?x?>) {scale = 0.125}
      : tensor<2x8x?x64xf32>, tensor<2x2x?x64xf32>, tensor<2x2x?x32xf32>
      -> tensor<2x8x?x32xf32>, tensor<2x8x?xf32>
  return %o, %l : tensor<2x8x?x32xf32>, tensor<2x8x?xf32>
}

// CHECK-LABEL: func.func @scored
func.func @scored(%q: tensor<1x?x4x64xbf16>, %slopes: tensor<4xf32>) -> tensor<1x?x4x64xbf16> {
  // CHECK: scratch.attention %{{.*}} layout bshd : {{.*}} score {
  %o = scratch.attention %q, %q, %q layout bshd
      : tensor<1x?x4x64xbf16>, tensor<1x?x4x64xbf16>, tensor<1x?x4x64xbf16> -> tensor<1x?x4x64xbf16>
  score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %slope = tensor.extract %slopes[%h] : tensor<4xf32>
    %t = arith.addf %s, %slope : f32
    scratch.yield %t : f32
  }
  return %o : tensor<1x?x4x64xbf16>
}
