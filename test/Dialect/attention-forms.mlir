// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>

// CHECK-LABEL: func.func @parts
func.func @parts(%q: tensor<1x8x1x64xbf16>, %k: tensor<1x2x?x64xbf16>, %n: index)
    -> (tensor<1x8x1x64xbf16>, tensor<1x8x1xf32>) {
  // CHECK: scratch.attention {{.*}} parts(%{{.*}}) {rewrites = #scratch.rewrites<heads|split>} :
  %po, %pl = scratch.attention %q, %k, %k parts(%n) {rewrites = #scratch.rewrites<heads|split>}
      : tensor<1x8x1x64xbf16>, tensor<1x2x?x64xbf16>, tensor<1x2x?x64xbf16>
      -> tensor<?x1x8x1x64xf32>, tensor<?x1x8x1xf32>
  // CHECK: scratch.attention_merge %{{.*}}, %{{.*}} : tensor<?x1x8x1x64xf32>, tensor<?x1x8x1xf32> -> tensor<1x8x1x64xbf16>, tensor<1x8x1xf32>
  %o, %l = scratch.attention_merge %po, %pl : tensor<?x1x8x1x64xf32>, tensor<?x1x8x1xf32>
      -> tensor<1x8x1x64xbf16>, tensor<1x8x1xf32>
  return %o, %l : tensor<1x8x1x64xbf16>, tensor<1x8x1xf32>
}

// CHECK-LABEL: func.func @listed
func.func @listed(%m: !scratch.mask<?x100>, %n: index) -> !scratch.mask<?x100> {
  // CHECK: scratch.mask_blocks %{{.*}} block [16, 32] shape(%{{.*}}) : <?x100> -> tensor<?x4xi8, #sparse{{[0-9]*}}>
  %l = scratch.mask_blocks %m block [16, 32] shape(%n) : !scratch.mask<?x100> -> tensor<?x4xi8, #CSR>
  // CHECK: scratch.mask.blocks %{{.*}} block [16, 32] of(%{{.*}} : !scratch.mask<?x100>) : tensor<?x4xi8, #sparse{{[0-9]*}}> -> <?x100>
  %r = scratch.mask.blocks %l block [16, 32] of(%m : !scratch.mask<?x100>) : tensor<?x4xi8, #CSR> -> !scratch.mask<?x100>
  return %r : !scratch.mask<?x100>
}

// CHECK-LABEL: func.func @backward
func.func @backward(%q: tensor<1x4x?x16xf32>, %k: tensor<1x2x?x16xf32>, %o: tensor<1x4x?x16xf32>,
                    %l: tensor<1x4x?xf32>) -> tensor<1x2x?x16xf32> {
  %m = scratch.mask.causal top_left : !scratch.mask<?x?>
  // CHECK: scratch.attention_backward %{{.*}}, %{{.*}}, %{{.*}} result(%{{.*}}, %{{.*}}) gradient(%{{.*}}) mask(%{{.*}} : !scratch.mask<?x?>) : tensor<1x4x?x16xf32>, tensor<1x2x?x16xf32>, tensor<1x2x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?xf32>
  %dq, %dk, %dv = scratch.attention_backward %q, %k, %k result(%o, %l) gradient(%o) mask(%m : !scratch.mask<?x?>)
      : tensor<1x4x?x16xf32>, tensor<1x2x?x16xf32>, tensor<1x2x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?xf32>
  return %dk : tensor<1x2x?x16xf32>
}

// CHECK-LABEL: func.func @destination
func.func @destination(%q: tensor<1x4x?x16xf32>, %o: tensor<1x4x?x16xf32>, %l: tensor<1x4x?xf32>)
    -> tensor<1x4x?x16xf32> {
  // CHECK: scratch.attention {{.*}} outs(%{{.*}}, %{{.*}} : tensor<1x4x?x16xf32>, tensor<1x4x?xf32>) :
  %r, %s = scratch.attention %q, %q, %q outs(%o, %l : tensor<1x4x?x16xf32>, tensor<1x4x?xf32>)
      : tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>
      -> tensor<1x4x?x16xf32>, tensor<1x4x?xf32>
  return %r : tensor<1x4x?x16xf32>
}

// CHECK-LABEL: func.func @captures
func.func @captures(%q: tensor<1x4x?x16xf32>, %l: tensor<1x4x?xf32>, %bias: tensor<?xf32>) -> tensor<?xf32> {
  // CHECK: scratch.attention_backward {{.*}} captures(%{{.*}} : tensor<?xf32>) :
  %dq, %dk, %dv, %db = scratch.attention_backward %q, %q, %q result(%q, %l) gradient(%q) captures(%bias : tensor<?xf32>)
      : tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?xf32>
  score { ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    %e = tensor.extract %bias[%h] : tensor<?xf32>
    %t = arith.addf %s, %e : f32
    scratch.yield %t : f32
  }
  return %db : tensor<?xf32>
}
