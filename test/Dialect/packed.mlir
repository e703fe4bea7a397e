// RUN: scratch-opt %s | scratch-opt | FileCheck %s
// RUN: scratch-opt %s --mlir-print-op-generic | scratch-opt | FileCheck %s

// CHECK-LABEL: func.func @pack_and_multiply
// CHECK: %[[P:.*]]:3 = scratch.pack %{{.*}}, %{{.*}} as <block, 4, 1> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
// CHECK: scratch.packed_matmul <block, 4, 1>(%[[P]]#0, %[[P]]#1, %[[P]]#2), %{{.*}} into %{{.*}} bias(%{{.*}}) relu : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?xf32>
func.func @pack_and_multiply(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>, %X: tensor<?x?xf32>, %Y: tensor<?x?xf32>, %b: tensor<?xf32>) -> tensor<?x?xf32> {
  %p:3 = scratch.pack %W, %M as <block, 4, 1>
         : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
  %R = scratch.packed_matmul <block, 4, 1>(%p#0, %p#1, %p#2), %X into %Y bias(%b) relu
       : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x?xf32> -> tensor<?x?xf32>, tensor<?xf32>
  return %R : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @two_of_four
// CHECK: scratch.packed_matmul <n_m, 2, 4>(%{{.*}}, %{{.*}}), %{{.*}} into %{{.*}} : (tensor<?xi8>, tensor<?xf32>), tensor<?xf32> -> tensor<?xf32>
func.func @two_of_four(%i: tensor<?xi8>, %v: tensor<?xf32>, %x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %r = scratch.packed_matmul <n_m, 2, 4>(%i, %v), %x into %y
       : (tensor<?xi8>, tensor<?xf32>), tensor<?xf32> -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// CHECK-LABEL: func.func @lanes
// CHECK: scratch.expand_lanes %{{.*}}[%{{.*}}] by %{{.*}} code({{ ?}}pairs) : memref<?xf32>, i8 -> vector<8xf32>
func.func @lanes(%v: memref<?xf32>, %at: index, %byte: i8) -> vector<8xf32> {
  %r = scratch.expand_lanes %v[%at] by %byte code(pairs) : memref<?xf32>, i8 -> vector<8xf32>
  return %r : vector<8xf32>
}

// CHECK-LABEL: func.func @sixteen_lanes
// CHECK: scratch.expand_lanes %{{.*}}[%{{.*}}] by %{{.*}} code({{ ?}}bits) : memref<?xf32>, i16 -> vector<16xf32>
func.func @sixteen_lanes(%v: memref<?xf32>, %at: index, %code: i16) -> vector<16xf32> {
  %r = scratch.expand_lanes %v[%at] by %code code(bits) : memref<?xf32>, i16 -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func @take
// CHECK: scratch.take_lanes %{{.*}}[%{{.*}}] : vector<64xf32>, vector<16xi32> -> vector<16xf32>
func.func @take(%table: vector<64xf32>, %index: vector<16xi32>) -> vector<16xf32> {
  %r = scratch.take_lanes %table[%index] : vector<64xf32>, vector<16xi32> -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func @intersect
// CHECK: scratch.intersect_lanes %{{.*}}, %{{.*}} : vector<16xi32>
func.func @intersect(%a: vector<16xi32>, %b: vector<16xi32>) -> vector<16xi1> {
  %r:2 = scratch.intersect_lanes %a, %b : vector<16xi32>
  return %r#1 : vector<16xi1>
}

// CHECK-LABEL: func.func @move
// CHECK: scratch.move_lanes %{{.*}} from %{{.*}} to %{{.*}} : vector<8xf64>, vector<8xi1>
func.func @move(%a: vector<8xf64>, %m: vector<8xi1>, %n: vector<8xi1>) -> vector<8xf64> {
  %r = scratch.move_lanes %a from %m to %n : vector<8xf64>, vector<8xi1>
  return %r : vector<8xf64>
}
