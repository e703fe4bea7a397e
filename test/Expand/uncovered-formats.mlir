// A program for upstream's sparsifier runs unchanged: products of CSR become
// kernels, products of doubly compressed matrices go to upstream's own loops.
// Upstream's runner does not know the module's #scratch.target.
// RUN: scratch-opt %s --scratch-to-x86 | sed '/^module/s/ attributes .*/ {/' \
// RUN: | mlir-runner -e main -entry-point-result=void \
// RUN:   -shared-libs=%llvm_lib/libmlir_c_runner_utils.so,%llvm_lib/libmlir_runner_utils.so,%llvm_lib/libomp.so,%build/lib/libscratch_runtime.so \
// RUN: | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
#DCSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : compressed, j : compressed) }>

// CHECK: nse = 5
// CHECK: pos[1] : ( 0, 2, 2, 5 )
// CHECK: crd[1] : ( 0, 2, 0, 1, 2 )
// CHECK: values : ( 7, 2, 22, 15, 8 )
func.func @rows(%A: tensor<3x4xf64, #CSR>, %B: tensor<4x3xf64, #CSR>) -> tensor<3x3xf64, #CSR> {
  %empty = tensor.empty() : tensor<3x3xf64, #CSR>
  %C = linalg.matmul ins(%A, %B : tensor<3x4xf64, #CSR>, tensor<4x3xf64, #CSR>)
                     outs(%empty : tensor<3x3xf64, #CSR>) -> tensor<3x3xf64, #CSR>
  return %C : tensor<3x3xf64, #CSR>
}

// CHECK: nse = 5
// CHECK: pos[0] : ( 0, 2 )
// CHECK: crd[0] : ( 0, 2 )
// CHECK: pos[1] : ( 0, 2, 5 )
// CHECK: crd[1] : ( 0, 2, 0, 1, 2 )
// CHECK: values : ( 7, 2, 22, 15, 8 )
func.func @some_rows(%A: tensor<3x4xf64, #DCSR>, %B: tensor<4x3xf64, #DCSR>) -> tensor<3x3xf64, #DCSR> {
  %empty = tensor.empty() : tensor<3x3xf64, #DCSR>
  %C = linalg.matmul ins(%A, %B : tensor<3x4xf64, #DCSR>, tensor<4x3xf64, #DCSR>)
                     outs(%empty : tensor<3x3xf64, #DCSR>) -> tensor<3x3xf64, #DCSR>
  return %C : tensor<3x3xf64, #DCSR>
}

func.func @main() {
  %a = arith.constant dense<[[1., 0., 0., 2.], [0., 0., 0., 0.], [4., 5., 0., 6.]]> : tensor<3x4xf64>
  %b = arith.constant dense<[[1., 0., 2.], [0., 3., 0.], [9., 9., 9.], [3., 0., 0.]]> : tensor<4x3xf64>
  %0 = sparse_tensor.convert %a : tensor<3x4xf64> to tensor<3x4xf64, #CSR>
  %1 = sparse_tensor.convert %b : tensor<4x3xf64> to tensor<4x3xf64, #CSR>
  %2 = call @rows(%0, %1) : (tensor<3x4xf64, #CSR>, tensor<4x3xf64, #CSR>) -> tensor<3x3xf64, #CSR>
  sparse_tensor.print %2 : tensor<3x3xf64, #CSR>
  %3 = sparse_tensor.convert %a : tensor<3x4xf64> to tensor<3x4xf64, #DCSR>
  %4 = sparse_tensor.convert %b : tensor<4x3xf64> to tensor<4x3xf64, #DCSR>
  %5 = call @some_rows(%3, %4) : (tensor<3x4xf64, #DCSR>, tensor<4x3xf64, #DCSR>) -> tensor<3x3xf64, #DCSR>
  sparse_tensor.print %5 : tensor<3x3xf64, #DCSR>
  return
}
