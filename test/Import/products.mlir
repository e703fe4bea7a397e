// RUN: scratch-opt %s --scratch-import-linalg | FileCheck %s

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSR32 = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>

// CHECK-LABEL: func.func @named_spgemm
// CHECK-SAME: %[[A:.*]]: tensor<4x8xf64, {{.*}}>, %[[B:.*]]: tensor<8x4xf64,
// CHECK: %[[C:.*]] = scratch.spgemm %[[A]], %[[B]] :
// CHECK-NOT: linalg
// CHECK: return %[[C]]
func.func @named_spgemm(%A: tensor<4x8xf64, #CSR>, %B: tensor<8x4xf64, #CSR>) -> tensor<4x4xf64, #CSR> {
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %C = linalg.matmul ins(%A, %B : tensor<4x8xf64, #CSR>, tensor<8x4xf64, #CSR>)
                     outs(%empty : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  return %C : tensor<4x4xf64, #CSR>
}

// CHECK-LABEL: func.func @allocated_result
// CHECK: scratch.spgemm
// CHECK-NOT: linalg
func.func @allocated_result(%A: tensor<4x8xf64, #CSR>, %B: tensor<8x4xf64, #CSC>) -> tensor<4x4xf64, #CSR> {
  %empty = bufferization.alloc_tensor() : tensor<4x4xf64, #CSR>
  %C = linalg.matmul ins(%A, %B : tensor<4x8xf64, #CSR>, tensor<8x4xf64, #CSC>)
                     outs(%empty : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  return %C : tensor<4x4xf64, #CSR>
}

// A conversion of zeros stores nothing.
// CHECK-LABEL: func.func @converted_zeros
// CHECK: scratch.spgemm
// CHECK-NOT: linalg
func.func @converted_zeros(%A: tensor<4x4xi32, #CSC>) -> tensor<4x4xi32, #CSC> {
  %zeros = arith.constant dense<0> : tensor<4x4xi32>
  %empty = sparse_tensor.convert %zeros : tensor<4x4xi32> to tensor<4x4xi32, #CSC>
  %C = linalg.matmul ins(%A, %A : tensor<4x4xi32, #CSC>, tensor<4x4xi32, #CSC>)
                     outs(%empty : tensor<4x4xi32, #CSC>) -> tensor<4x4xi32, #CSC>
  return %C : tensor<4x4xi32, #CSC>
}

// The order of loops and of inputs is free: roles follow from the accesses.
// CHECK-LABEL: func.func @any_loop_order
// CHECK-SAME: %[[B:.*]]: tensor<?x?xf32, {{.*}}>, %[[A:.*]]: tensor<?x?xf32, {{.*}}>, %[[M:.*]]: index
// CHECK: scratch.spgemm %[[A]], %[[B]] :
// CHECK-NOT: linalg
func.func @any_loop_order(%B: tensor<?x?xf32, #CSR32>, %A: tensor<?x?xf32, #CSR32>,
                          %m: index, %n: index) -> tensor<?x?xf32, #CSR32> {
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32, #CSR32>
  %C = linalg.generic {
      indexing_maps = [affine_map<(k, j, i) -> (k, j)>, affine_map<(k, j, i) -> (i, k)>,
                       affine_map<(k, j, i) -> (i, j)>],
      iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%B, %A : tensor<?x?xf32, #CSR32>, tensor<?x?xf32, #CSR32>)
      outs(%empty : tensor<?x?xf32, #CSR32>) {
    ^bb0(%b: f32, %a: f32, %c: f32):
      %product = arith.mulf %b, %a : f32
      %sum = arith.addf %product, %c : f32
      linalg.yield %sum : f32
  } -> tensor<?x?xf32, #CSR32>
  return %C : tensor<?x?xf32, #CSR32>
}

// CHECK-LABEL: func.func @booleans
// CHECK: scratch.spgemm {{.*}} semiring<or_and>
// CHECK-NOT: linalg
func.func @booleans(%A: tensor<8x8xi8, #CSR>) -> tensor<8x8xi8, #CSR> {
  %empty = tensor.empty() : tensor<8x8xi8, #CSR>
  %C = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                       affine_map<(i, j, k) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%A, %A : tensor<8x8xi8, #CSR>, tensor<8x8xi8, #CSR>)
      outs(%empty : tensor<8x8xi8, #CSR>) {
    ^bb0(%a: i8, %b: i8, %c: i8):
      %both = arith.andi %a, %b : i8
      %any = arith.ori %c, %both : i8
      linalg.yield %any : i8
  } -> tensor<8x8xi8, #CSR>
  return %C : tensor<8x8xi8, #CSR>
}

// A dense result keeps what it held.
// CHECK-LABEL: func.func @named_spmm
// CHECK-SAME: %[[A:.*]]: tensor<?x?xf32, {{.*}}>, %[[X:.*]]: tensor<?x16xf32>, %[[C0:.*]]: tensor<?x16xf32>
// CHECK: scratch.spmm %[[A]], %[[X]] into %[[C0]]
// CHECK-NOT: linalg
func.func @named_spmm(%A: tensor<?x?xf32, #CSC>, %X: tensor<?x16xf32>, %C0: tensor<?x16xf32>) -> tensor<?x16xf32> {
  %C = linalg.matmul ins(%A, %X : tensor<?x?xf32, #CSC>, tensor<?x16xf32>)
                     outs(%C0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %C : tensor<?x16xf32>
}

// CHECK-LABEL: func.func @named_spmv
// CHECK-SAME: %[[A:.*]]: tensor<?x?xi64, {{.*}}>, %[[X:.*]]: tensor<?xi64>, %[[Y0:.*]]: tensor<?xi64>
// CHECK: scratch.spmv %[[A]], %[[X]] into %[[Y0]]
// CHECK-NOT: linalg
func.func @named_spmv(%A: tensor<?x?xi64, #CSR>, %x: tensor<?xi64>, %y0: tensor<?xi64>) -> tensor<?xi64> {
  %y = linalg.matvec ins(%A, %x : tensor<?x?xi64, #CSR>, tensor<?xi64>)
                     outs(%y0 : tensor<?xi64>) -> tensor<?xi64>
  return %y : tensor<?xi64>
}

// What the result held before is added to.
// CHECK-LABEL: func.func @product_added
// CHECK-SAME: %[[A:.*]]: tensor<4x4xf64, {{.*}}>, %[[C:.*]]: tensor<4x4xf64,
// CHECK: scratch.spgemm %[[A]], %[[A]] init(%[[C]] : tensor<4x4xf64,
// CHECK: scratch.spgemm %[[A]], %[[A]] init(%[[C]] : tensor<4x4xf64,
func.func @product_added(%A: tensor<4x4xf64, #CSR>, %C: tensor<4x4xf64, #CSR>)
    -> (tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) {
  %D = linalg.matmul ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>)
                     outs(%C : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  %copy = bufferization.alloc_tensor() copy(%C) : tensor<4x4xf64, #CSR>
  %E = linalg.matmul ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>)
                     outs(%copy : tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR>
  return %D, %E : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>
}
