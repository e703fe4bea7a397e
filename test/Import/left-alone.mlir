// RUN: scratch-opt %s --scratch-import-linalg | FileCheck %s
// What a kernel would not mean exactly, or does not cover, stays for upstream.

// CHECK-NOT: scratch.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSR8 = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 8, crdWidth = 8}>
#DCSR = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed, j : compressed)}>
#COO = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed(nonunique), j : singleton)}>
#BSR = #sparse_tensor.encoding<{map = (i, j) -> (i floordiv 2 : dense, j floordiv 2 : compressed,
                                                 i mod 2 : dense, j mod 2 : dense)}>
#Slice = #sparse_tensor.encoding<{map = (i : #sparse_tensor<slice(?, ?, ?)>, j : #sparse_tensor<slice(?, ?, ?)>)
                                        -> (i : dense, j : compressed)}>
#product = {
  indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>,
                   affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}
#product_transposed = {
  indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (j, k)>,
                   affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}
#sampled = {
  indexing_maps = [affine_map<(i, j, k) -> (i, j)>, affine_map<(i, j, k) -> (i, k)>,
                   affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>],
  iterator_types = ["parallel", "parallel", "reduction"]
}

// CHECK-LABEL: func.func @dense_matrices
func.func @dense_matrices(%A: tensor<4x8xf64>, %B: tensor<8x4xf64>, %C: tensor<4x4xf64>) -> tensor<4x4xf64> {
  %D = linalg.matmul ins(%A, %B : tensor<4x8xf64>, tensor<8x4xf64>) outs(%C : tensor<4x4xf64>) -> tensor<4x4xf64>
  return %D : tensor<4x4xf64>
}

// CHECK-LABEL: func.func @dense_result_of_sparse_matrices
func.func @dense_result_of_sparse_matrices(%A: tensor<4x4xf64, #CSR>, %C: tensor<4x4xf64>) -> tensor<4x4xf64> {
  %D = linalg.matmul ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>)
                     outs(%C : tensor<4x4xf64>) -> tensor<4x4xf64>
  return %D : tensor<4x4xf64>
}

// CHECK-LABEL: func.func @other_formats
func.func @other_formats(%D: tensor<4x4xf64, #DCSR>, %O: tensor<4x4xf64, #COO>, %B: tensor<4x4xf64, #BSR>,
                         %S: tensor<4x4xf64, #Slice>, %N: tensor<4x4xf64, #CSR8>, %x: tensor<4xf64>)
    -> (tensor<4xf64>, tensor<4xf64>, tensor<4xf64>, tensor<4xf64>) {
  %empty = tensor.empty() : tensor<4x4xf64, #DCSR>
  %0 = linalg.matmul ins(%D, %D : tensor<4x4xf64, #DCSR>, tensor<4x4xf64, #DCSR>)
                     outs(%empty : tensor<4x4xf64, #DCSR>) -> tensor<4x4xf64, #DCSR>
  %1 = linalg.matvec ins(%O, %x : tensor<4x4xf64, #COO>, tensor<4xf64>) outs(%x : tensor<4xf64>) -> tensor<4xf64>
  %2 = linalg.matvec ins(%B, %x : tensor<4x4xf64, #BSR>, tensor<4xf64>) outs(%x : tensor<4xf64>) -> tensor<4xf64>
  %3 = linalg.matvec ins(%S, %x : tensor<4x4xf64, #Slice>, tensor<4xf64>) outs(%x : tensor<4xf64>) -> tensor<4xf64>
  %4 = linalg.matvec ins(%N, %x : tensor<4x4xf64, #CSR8>, tensor<4xf64>) outs(%x : tensor<4xf64>) -> tensor<4xf64>
  return %1, %2, %3, %4 : tensor<4xf64>, tensor<4xf64>, tensor<4xf64>, tensor<4xf64>
}

// CHECK-LABEL: func.func @other_elements
func.func @other_elements(%A: tensor<4x4xf16, #CSR>, %x: tensor<4xf16>) -> tensor<4xf16> {
  %y = linalg.matvec ins(%A, %x : tensor<4x4xf16, #CSR>, tensor<4xf16>) outs(%x : tensor<4xf16>) -> tensor<4xf16>
  return %y : tensor<4xf16>
}

// CHECK-LABEL: func.func @widened_elements
func.func @widened_elements(%A: tensor<4x4xi8, #CSR>, %x: tensor<4xi8>, %y: tensor<4xi32>) -> tensor<4xi32> {
  %z = linalg.matvec ins(%A, %x : tensor<4x4xi8, #CSR>, tensor<4xi8>) outs(%y : tensor<4xi32>) -> tensor<4xi32>
  return %z : tensor<4xi32>
}

// CHECK-LABEL: func.func @transposed_operand
func.func @transposed_operand(%A: tensor<4x4xf64, #CSR>, %X: tensor<4x4xf64>, %C: tensor<4x4xf64>) -> tensor<4x4xf64> {
  %D = linalg.generic #product_transposed
      ins(%A, %X : tensor<4x4xf64, #CSR>, tensor<4x4xf64>) outs(%C : tensor<4x4xf64>) {
    ^bb0(%a: f64, %x: f64, %c: f64):
      %p = arith.mulf %a, %x : f64
      %s = arith.addf %c, %p : f64
      linalg.yield %s : f64
  } -> tensor<4x4xf64>
  return %D : tensor<4x4xf64>
}

// An absent entry counts as zero here: no min_plus.
// CHECK-LABEL: func.func @zeros_take_part
func.func @zeros_take_part(%A: tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR> {
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %D = linalg.generic #product
      ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) outs(%empty : tensor<4x4xf64, #CSR>) {
    ^bb0(%a: f64, %b: f64, %c: f64):
      %p = arith.addf %a, %b : f64
      %s = arith.minnumf %c, %p : f64
      linalg.yield %s : f64
  } -> tensor<4x4xf64, #CSR>
  return %D : tensor<4x4xf64, #CSR>
}

// CHECK-LABEL: func.func @subtracted_product
func.func @subtracted_product(%A: tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR> {
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %D = linalg.generic #product
      ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) outs(%empty : tensor<4x4xf64, #CSR>) {
    ^bb0(%a: f64, %b: f64, %c: f64):
      %p = arith.mulf %a, %b : f64
      %s = arith.subf %c, %p : f64
      linalg.yield %s : f64
  } -> tensor<4x4xf64, #CSR>
  return %D : tensor<4x4xf64, #CSR>
}

// Entries of one side only count too.
// CHECK-LABEL: func.func @left_entries_alone
func.func @left_entries_alone(%A: tensor<4x4xf64, #CSR>) -> tensor<4x4xf64, #CSR> {
  %zero = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<4x4xf64, #CSR>
  %D = linalg.generic #product
      ins(%A, %A : tensor<4x4xf64, #CSR>, tensor<4x4xf64, #CSR>) outs(%empty : tensor<4x4xf64, #CSR>) {
    ^bb0(%a: f64, %b: f64, %c: f64):
      %p = sparse_tensor.binary %a, %b : f64, f64 to f64
        overlap = {
          ^bb0(%x: f64, %y: f64):
            %m = arith.mulf %x, %y : f64
            sparse_tensor.yield %m : f64
        }
        left = identity
        right = {}
      %s = sparse_tensor.reduce %p, %c, %zero : f64 {
        ^bb0(%x: f64, %y: f64):
          %t = arith.addf %x, %y : f64
          sparse_tensor.yield %t : f64
      }
      linalg.yield %s : f64
  } -> tensor<4x4xf64, #CSR>
  return %D : tensor<4x4xf64, #CSR>
}

// CHECK-LABEL: func.func @position_in_the_semiring
func.func @position_in_the_semiring(%A: tensor<4x4xindex, #CSR>, %B: tensor<4x4xi64, #CSR>) -> tensor<4x4xi64, #CSR> {
  %zero = arith.constant 0 : i64
  %empty = tensor.empty() : tensor<4x4xi64, #CSR>
  %D = linalg.generic #product
      ins(%B, %B : tensor<4x4xi64, #CSR>, tensor<4x4xi64, #CSR>) outs(%empty : tensor<4x4xi64, #CSR>) {
    ^bb0(%a: i64, %b: i64, %c: i64):
      %k = linalg.index 2 : index
      %column = arith.index_cast %k : index to i64
      %p = sparse_tensor.binary %a, %b : i64, i64 to i64
        overlap = {
          ^bb0(%x: i64, %y: i64):
            %m = arith.muli %x, %column : i64
            sparse_tensor.yield %m : i64
        }
        left = {}
        right = {}
      %s = sparse_tensor.reduce %p, %c, %zero : i64 {
        ^bb0(%x: i64, %y: i64):
          %t = arith.addi %x, %y : i64
          sparse_tensor.yield %t : i64
      }
      linalg.yield %s : i64
  } -> tensor<4x4xi64, #CSR>
  return %D : tensor<4x4xi64, #CSR>
}

// CHECK-LABEL: func.func @sampled_into_dense
func.func @sampled_into_dense(%S: tensor<8x8xf64, #CSR>, %A: tensor<8x8xf64>, %C: tensor<8x8xf64>) -> tensor<8x8xf64> {
  %D = linalg.generic #sampled
      ins(%S, %A, %A : tensor<8x8xf64, #CSR>, tensor<8x8xf64>, tensor<8x8xf64>) outs(%C : tensor<8x8xf64>) {
    ^bb0(%s: f64, %a: f64, %b: f64, %c: f64):
      %p = arith.mulf %a, %b : f64
      %q = arith.mulf %s, %p : f64
      %r = arith.addf %c, %q : f64
      linalg.yield %r : f64
  } -> tensor<8x8xf64>
  return %D : tensor<8x8xf64>
}

// The product is needed in full elsewhere, or does not start from zero.
// CHECK-LABEL: func.func @product_with_other_uses
func.func @product_with_other_uses(%S: tensor<8x8xf64, #CSR>, %A: tensor<8x8xf64>, %C: tensor<8x8xf64>)
    -> (tensor<8x8xf64, #CSR>, tensor<8x8xf64>, tensor<8x8xf64, #CSR>) {
  %zeros = arith.constant dense<0.0> : tensor<8x8xf64>
  %T = linalg.matmul ins(%A, %A : tensor<8x8xf64>, tensor<8x8xf64>) outs(%zeros : tensor<8x8xf64>) -> tensor<8x8xf64>
  %U = linalg.matmul ins(%A, %A : tensor<8x8xf64>, tensor<8x8xf64>) outs(%C : tensor<8x8xf64>) -> tensor<8x8xf64>
  %empty = tensor.empty() : tensor<8x8xf64, #CSR>
  %D = linalg.mul ins(%T, %S : tensor<8x8xf64>, tensor<8x8xf64, #CSR>) outs(%empty : tensor<8x8xf64, #CSR>) -> tensor<8x8xf64, #CSR>
  %E = linalg.mul ins(%U, %S : tensor<8x8xf64>, tensor<8x8xf64, #CSR>) outs(%empty : tensor<8x8xf64, #CSR>) -> tensor<8x8xf64, #CSR>
  return %D, %T, %E : tensor<8x8xf64, #CSR>, tensor<8x8xf64>, tensor<8x8xf64, #CSR>
}
