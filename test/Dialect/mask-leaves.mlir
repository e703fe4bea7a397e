// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
// Every leaf of an attention mask prints as it is read.

#CSR = #sparse_tensor.encoding<{map = (d0, d1) -> (d0 : dense, d1 : compressed)}>

// CHECK-LABEL: func.func @positions
func.func @positions(%n: index, %perBatch: tensor<2xi32>, %perHead: tensor<8xi32>) {
  // CHECK: scratch.mask.causal top_left : <?x?>
  %0 = scratch.mask.causal top_left : !scratch.mask<?x?>
  // CHECK: scratch.mask.causal bottom_right offset(%{{.*}} : tensor<2xi32>) : <2x?x?>
  %1 = scratch.mask.causal bottom_right offset(%perBatch : tensor<2xi32>) : !scratch.mask<2x?x?>
  // CHECK: scratch.mask.window top_left left(%{{.*}}) right(%{{.*}}) : <?x?>
  %2 = scratch.mask.window top_left left(%n) right(%n) : !scratch.mask<?x?>
  // CHECK: scratch.mask.window bottom_right left(%{{.*}}) dilation(%{{.*}} : tensor<8xi32>) : <2x8x?x?>
  %3 = scratch.mask.window bottom_right left(%n) dilation(%perHead : tensor<8xi32>) : !scratch.mask<2x8x?x?>
  // CHECK: scratch.mask.window top_left offset(%{{.*}} : index) left(%{{.*}}) : <?x?>
  %8 = scratch.mask.window top_left offset(%n : index) left(%n) : !scratch.mask<?x?>
  // CHECK: scratch.mask.window bottom_right offset(%{{.*}} : tensor<2xi32>) left(%{{.*}}) right(%{{.*}}) dilation(%{{.*}} : index) : <2x?x?>
  %9 = scratch.mask.window bottom_right offset(%perBatch : tensor<2xi32>) left(%n) right(%n) dilation(%n : index) : !scratch.mask<2x?x?>
  // CHECK: scratch.mask.first query(%{{.*}} : index) : <?x?>
  %4 = scratch.mask.first query (%n : index) : !scratch.mask<?x?>
  // CHECK: scratch.mask.neighbourhood grid [8, 4] kernel [3, 3] : <32x32>
  %5 = scratch.mask.neighbourhood grid [8, 4] kernel [3, 3] : !scratch.mask<32x32>
  // CHECK: scratch.mask.and
  %6 = scratch.mask.and %0, %2 : !scratch.mask<?x?>
  // CHECK: scratch.mask.region
  %7 = scratch.mask.region {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %live = arith.cmpi sle, %j, %i : index
    scratch.yield %live : i1
  } : !scratch.mask<?x?>
  return
}

// CHECK-LABEL: func.func @tensors
func.func @tensors(%flags: tensor<2x64xi8>, %ids: tensor<2x16xi32>, %docs: tensor<64xi32>,
                   %map: tensor<4x4xf32, #CSR>, %bits: tensor<64x2xi32>,
                   %dense: tensor<2x1x64x64xi8>) {
  // CHECK: scratch.mask.keep key(%{{.*}} : tensor<2x64xi8>) : <2x64x64>
  %0 = scratch.mask.keep key (%flags : tensor<2x64xi8>) : !scratch.mask<2x64x64>
  // CHECK: scratch.mask.listed key(%{{.*}} : tensor<2x16xi32>) : <2x64x64>
  %1 = scratch.mask.listed key (%ids : tensor<2x16xi32>) : !scratch.mask<2x64x64>
  // CHECK: scratch.mask.documents %{{.*}}, %{{.*}} sorted : tensor<64xi32>, tensor<64xi32> -> <64x64>
  %2 = scratch.mask.documents %docs, %docs sorted : tensor<64xi32>, tensor<64xi32> -> !scratch.mask<64x64>
  // CHECK: scratch.mask.blocks %{{.*}} block [16, 16] : tensor<4x4xf32, #{{.*}}> -> <64x64>
  %3 = scratch.mask.blocks %map block [16, 16] : tensor<4x4xf32, #CSR> -> !scratch.mask<64x64>
  // CHECK: scratch.mask.packed %{{.*}} : tensor<64x2xi32> -> <64x64>
  %4 = scratch.mask.packed %bits : tensor<64x2xi32> -> !scratch.mask<64x64>
  // Extent 1 repeats along the heads.
  // CHECK: scratch.mask.from value %{{.*}} : tensor<2x1x64x64xi8> -> <2x8x64x64>
  %5 = scratch.mask.from value %dense : tensor<2x1x64x64xi8> -> !scratch.mask<2x8x64x64>
  return
}
