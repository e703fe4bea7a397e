// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>

// CHECK-LABEL: func.func @mask_ops
// CHECK: %[[S:.*]] = scratch.mask.from structure %{{.*}} : tensor<?x?xf64, {{.*}}> -> <?x?>
// CHECK: %[[V:.*]] = scratch.mask.from value %{{.*}} : tensor<?x?xi8> -> <?x?>
// CHECK: %[[AND:.*]] = scratch.mask.and %[[S]], %[[V]] : <?x?>
// CHECK: %[[OR:.*]] = scratch.mask.or %[[AND]], %[[V]] : <?x?>
// CHECK: scratch.mask.not %[[OR]] : <?x?>
func.func @mask_ops(%L: tensor<?x?xf64, #CSR>, %D: tensor<?x?xi8>) -> !scratch.mask<?x?> {
  %s = scratch.mask.from structure %L : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
  %v = scratch.mask.from value %D : tensor<?x?xi8> -> !scratch.mask<?x?>
  %and = scratch.mask.and %s, %v : !scratch.mask<?x?>
  %or = scratch.mask.or %and, %v : !scratch.mask<?x?>
  %not = scratch.mask.not %or : !scratch.mask<?x?>
  return %not : !scratch.mask<?x?>
}

// CHECK-LABEL: func.func @assemble
// CHECK: scratch.assemble %{{.*}}, %{{.*}}, %{{.*}} shape(%{{.*}}, %{{.*}}) : memref<?xi32>, memref<?xi32>, memref<?xf64> -> tensor<?x?xf64
func.func @assemble(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf64>, %m: index, %n: index)
    -> tensor<?x?xf64, #CSR> {
  %A = scratch.assemble %p, %c, %v shape(%m, %n)
       : memref<?xi32>, memref<?xi32>, memref<?xf64> -> tensor<?x?xf64, #CSR>
  return %A : tensor<?x?xf64, #CSR>
}
