// RUN: not scratch-opt %s --scratch-select --scratch-expand 2>&1 | FileCheck %s
// Products take masks of whole matrices; one that repeats along rows is attention's.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @row(%a: tensor<8x8xf64, #CSR>, %t: tensor<1x8xi8>) -> tensor<8x8xf64, #CSR> {
  %m = scratch.mask.from value %t : tensor<1x8xi8> -> !scratch.mask<8x8>
  // CHECK: error: {{.*}}takes masks of whole matrices, found one that repeats 'tensor<1x8xi8>'
  // CHECK-NOT: error:
  %c = scratch.spgemm %a, %a mask(%m : !scratch.mask<8x8>)
       : tensor<8x8xf64, #CSR>, tensor<8x8xf64, #CSR> -> tensor<8x8xf64, #CSR>
  return %c : tensor<8x8xf64, #CSR>
}
