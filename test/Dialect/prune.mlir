// RUN: scratch-opt %s | scratch-opt | FileCheck %s
// RUN: scratch-opt %s --mlir-print-op-generic | scratch-opt | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// CHECK-LABEL: func.func @threshold
// CHECK: scratch.mask.threshold %{{.*}} above %{{.*}} relative norm l2 : tensor<8x?xf32>, f32 -> !scratch.mask<8x?, row>
// CHECK: scratch.mask.threshold %{{.*}} inputs(%{{.*}} : tensor<?xf32>) above %{{.*}} : tensor<8x?xf32>, f32 -> !scratch.mask<8x?>
func.func @threshold(%W: tensor<8x?xf32>, %x: tensor<?xf32>, %t: f32) -> (!scratch.mask<8x?, row>, !scratch.mask<8x?>) {
  %filters = scratch.mask.threshold %W above %t relative norm l2
             : tensor<8x?xf32>, f32 -> !scratch.mask<8x?, row>
  %entries = scratch.mask.threshold %W inputs(%x : tensor<?xf32>) above %t
             : tensor<8x?xf32>, f32 -> !scratch.mask<8x?>
  return %filters, %entries : !scratch.mask<8x?, row>, !scratch.mask<8x?>
}

// CHECK-LABEL: func.func @magnitude
// CHECK: scratch.mask.magnitude %{{.*}} keep %{{.*}} norm l2 : tensor<?x?xf64> -> !scratch.mask<?x?, block(4x4)>
func.func @magnitude(%W: tensor<?x?xf64>, %keep: f64) -> !scratch.mask<?x?, block(4x4)> {
  %M = scratch.mask.magnitude %W keep %keep norm l2
       : tensor<?x?xf64> -> !scratch.mask<?x?, block(4x4)>
  return %M : !scratch.mask<?x?, block(4x4)>
}

// CHECK-LABEL: func.func @guarantees
// CHECK: scratch.mask.top_k %{{.*}} : tensor<?x64xf32> -> !scratch.mask<?x64, row_nnz(16)>
// CHECK: scratch.mask.n_m %{{.*}} : tensor<?x64xf32> -> !scratch.mask<?x64, n_m(2:4), exact(2:4)>
func.func @guarantees(%W: tensor<?x64xf32>) -> (!scratch.mask<?x64, row_nnz(16)>, !scratch.mask<?x64, n_m(2:4), exact(2:4)>) {
  %rows = scratch.mask.top_k %W : tensor<?x64xf32> -> !scratch.mask<?x64, row_nnz(16)>
  %groups = scratch.mask.n_m %W : tensor<?x64xf32> -> !scratch.mask<?x64, n_m(2:4), exact(2:4)>
  return %rows, %groups : !scratch.mask<?x64, row_nnz(16)>, !scratch.mask<?x64, n_m(2:4), exact(2:4)>
}

// CHECK-LABEL: func.func @random
// CHECK: scratch.mask.random seed %{{.*}} keep %{{.*}} shape(%{{.*}}) : !scratch.mask<?x8, column>
// CHECK: scratch.mask.random seed %{{.*}} keep %{{.*}} : !scratch.mask<4x8>
func.func @random(%seed: i64, %keep: f64, %m: index) -> (!scratch.mask<?x8, column>, !scratch.mask<4x8>) {
  %columns = scratch.mask.random seed %seed keep %keep shape(%m) : !scratch.mask<?x8, column>
  %entries = scratch.mask.random seed %seed keep %keep : !scratch.mask<4x8>
  return %columns, %entries : !scratch.mask<?x8, column>, !scratch.mask<4x8>
}

// CHECK-LABEL: func.func @uses
// CHECK: scratch.mask.apply %{{.*}}, %{{.*}} : tensor<?x?xf32>, !scratch.mask<?x?, row>
// CHECK: scratch.mask.compress %{{.*}}, %{{.*}} : tensor<?x?xf32>, !scratch.mask<?x?, row> -> tensor<?x?xf32, #{{.*}}>
// CHECK: scratch.mask.bytes %{{.*}} : !scratch.mask<?x?, row> -> tensor<?xi8>
// CHECK: scratch.mask.threshold_gradient %{{.*}} above %{{.*}} with %{{.*}} : tensor<?x?xf32>, tensor<?xf32>, f32
func.func @uses(%W: tensor<?x?xf32>, %t: f32, %dM: tensor<?xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32, #CSR>, tensor<?xi8>, f32) {
  %M = scratch.mask.threshold %W above %t : tensor<?x?xf32>, f32 -> !scratch.mask<?x?, row>
  %Z = scratch.mask.apply %W, %M : tensor<?x?xf32>, !scratch.mask<?x?, row>
  %C = scratch.mask.compress %W, %M : tensor<?x?xf32>, !scratch.mask<?x?, row> -> tensor<?x?xf32, #CSR>
  %B = scratch.mask.bytes %M : !scratch.mask<?x?, row> -> tensor<?xi8>
  %dt = scratch.mask.threshold_gradient %W above %t with %dM : tensor<?x?xf32>, tensor<?xf32>, f32
  return %Z, %C, %B, %dt : tensor<?x?xf32>, tensor<?x?xf32, #CSR>, tensor<?xi8>, f32
}
