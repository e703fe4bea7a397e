// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @sample
func.func @sample(%seed: i64, %samples: index) -> (tensor<?x64xi32>, tensor<?x256xi32>) {
  // CHECK: scratch.patch_sample seed %{{.*}} shape(%{{.*}}) : tensor<?x64xi32>, tensor<?x256xi32>
  %kept, %places = scratch.patch_sample seed %seed shape(%samples) : tensor<?x64xi32>, tensor<?x256xi32>
  return %kept, %places : tensor<?x64xi32>, tensor<?x256xi32>
}

// CHECK-LABEL: func.func @rows
func.func @rows(%x: tensor<?x256x8xbf16>, %ids: tensor<?x4xi32>) -> tensor<?x256x8xbf16> {
  // CHECK: scratch.gather_rows %{{.*}}[%{{.*}}] : tensor<?x256x8xbf16>, tensor<?x4xi32> -> tensor<?x4x8xbf16>
  %g = scratch.gather_rows %x[%ids] : tensor<?x256x8xbf16>, tensor<?x4xi32> -> tensor<?x4x8xbf16>
  // CHECK: scratch.scatter_rows %{{.*}}[%{{.*}}] into %{{.*}} add : tensor<?x4x8xbf16>, tensor<?x4xi32>, tensor<?x256x8xbf16>
  %y = scratch.scatter_rows %g[%ids] into %x add : tensor<?x4x8xbf16>, tensor<?x4xi32>, tensor<?x256x8xbf16>
  return %y : tensor<?x256x8xbf16>
}

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<2x100x8xf32>, %ids: tensor<25x9xi32>) -> tensor<2x25x9x8xf32> {
  // CHECK: scratch.gather_rows %{{.*}}[%{{.*}}] padded
  %g = scratch.gather_rows %x[%ids] padded : tensor<2x100x8xf32>, tensor<25x9xi32> -> tensor<2x25x9x8xf32>
  return %g : tensor<2x25x9x8xf32>
}
