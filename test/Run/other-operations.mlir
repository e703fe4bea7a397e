// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// What is no product goes to upstream's sparsifier and means what it did.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#DCSR = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed, j : compressed)}>
#Vector = #sparse_tensor.encoding<{map = (i) -> (i : compressed)}>

// A sum, and its product with itself: upstream's result is a kernel's operand.
func.func private @sum_then_product(%A: tensor<3x3xf64, #CSR>, %B: tensor<3x3xf64, #CSR>) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f64
  %empty = tensor.empty() : tensor<3x3xf64, #CSR>
  %S = linalg.add ins(%A, %B : tensor<3x3xf64, #CSR>, tensor<3x3xf64, #CSR>)
                  outs(%empty : tensor<3x3xf64, #CSR>) -> tensor<3x3xf64, #CSR>
  %d = sparse_tensor.convert %S : tensor<3x3xf64, #CSR> to tensor<3x3xf64>
  %v = vector.transfer_read %d[%zero, %zero], %none : tensor<3x3xf64>, vector<3x3xf64>
  vector.print %v : vector<3x3xf64>
  %other = tensor.empty() : tensor<3x3xf64, #CSR>
  %P = linalg.matmul ins(%S, %S : tensor<3x3xf64, #CSR>, tensor<3x3xf64, #CSR>)
                     outs(%other : tensor<3x3xf64, #CSR>) -> tensor<3x3xf64, #CSR>
  %e = sparse_tensor.convert %P : tensor<3x3xf64, #CSR> to tensor<3x3xf64>
  %w = vector.transfer_read %e[%zero, %zero], %none : tensor<3x3xf64>, vector<3x3xf64>
  vector.print %w : vector<3x3xf64>
  return
}

// A kernel's result is upstream's operand: the sum over all entries.
func.func private @product_then_sum(%A: tensor<3x3xf64, #CSR>) {
  %empty = tensor.empty() : tensor<3x3xf64, #CSR>
  %P = linalg.matmul ins(%A, %A : tensor<3x3xf64, #CSR>, tensor<3x3xf64, #CSR>)
                     outs(%empty : tensor<3x3xf64, #CSR>) -> tensor<3x3xf64, #CSR>
  %start = arith.constant dense<0.0> : tensor<f64>
  %sum = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
      iterator_types = ["reduction", "reduction"]}
      ins(%P : tensor<3x3xf64, #CSR>) outs(%start : tensor<f64>) {
    ^bb0(%p: f64, %s: f64):
      %r = arith.addf %s, %p : f64
      linalg.yield %r : f64
  } -> tensor<f64>
  %s = tensor.extract %sum[] : tensor<f64>
  vector.print %s : f64
  return
}

func.func private @counts(%A: tensor<3x3xf64, #CSR>) {
  %D = sparse_tensor.convert %A : tensor<3x3xf64, #CSR> to tensor<3x3xf64, #DCSR>
  %n = sparse_tensor.number_of_entries %D : tensor<3x3xf64, #DCSR>
  vector.print %n : index
  %rows = sparse_tensor.positions %D {level = 0 : index} : tensor<3x3xf64, #DCSR> to memref<?xindex>
  %one = arith.constant 1 : index
  %stored = memref.load %rows[%one] : memref<?xindex>
  vector.print %stored : index
  return
}

func.func private @dot(%a: tensor<4xf64, #Vector>, %b: tensor<4xf64, #Vector>) {
  %start = arith.constant dense<1.0> : tensor<f64>
  %sum = linalg.dot ins(%a, %b : tensor<4xf64, #Vector>, tensor<4xf64, #Vector>)
                    outs(%start : tensor<f64>) -> tensor<f64>
  %s = tensor.extract %sum[] : tensor<f64>
  vector.print %s : f64
  return
}

func.func @main() {
  %dA = arith.constant dense<[[1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]]> : tensor<3x3xf64>
  %dB = arith.constant dense<[[0.0, 4.0, 0.0], [0.0, 0.0, 0.0], [5.0, 1.0, 0.0]]> : tensor<3x3xf64>
  %A = sparse_tensor.convert %dA : tensor<3x3xf64> to tensor<3x3xf64, #CSR>
  %B = sparse_tensor.convert %dB : tensor<3x3xf64> to tensor<3x3xf64, #CSR>
  // CHECK: ( ( 1, 4, 2 ), ( 0, 0, 0 ), ( 5, 4, 0 ) )
  // CHECK: ( ( 11, 12, 2 ), ( 0, 0, 0 ), ( 5, 20, 10 ) )
  call @sum_then_product(%A, %B) : (tensor<3x3xf64, #CSR>, tensor<3x3xf64, #CSR>) -> ()
  // CHECK: {{^}}9{{$}}
  call @product_then_sum(%A) : (tensor<3x3xf64, #CSR>) -> ()
  // CHECK: {{^}}3{{$}}
  // CHECK: {{^}}2{{$}}
  call @counts(%A) : (tensor<3x3xf64, #CSR>) -> ()
  %a = arith.constant dense<[0.0, 2.0, 0.0, 3.0]> : tensor<4xf64>
  %b = arith.constant dense<[5.0, 7.0, 1.0, 0.0]> : tensor<4xf64>
  %u = sparse_tensor.convert %a : tensor<4xf64> to tensor<4xf64, #Vector>
  %v = sparse_tensor.convert %b : tensor<4xf64> to tensor<4xf64, #Vector>
  // CHECK: {{^}}15{{$}}
  call @dot(%u, %v) : (tensor<4xf64, #Vector>, tensor<4xf64, #Vector>) -> ()
  return
}
