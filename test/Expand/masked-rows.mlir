// RUN: scratch-opt %s --scratch-select="dataflow=row_wise" --scratch-expand --split-input-file | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// A row is collected inside the mask, or merged whole and picked along the mask.
// CHECK-LABEL: func.func private @values.body
// CHECK-NOT: vector
// CHECK: scratch.accumulate {{.*}} unmasked semiring<plus_times>
// CHECK: scratch.drain_along {{.*}} dropping
// CHECK: scratch.mark
// CHECK: scratch.drain_along
func.func @values(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %m = scratch.mask.from structure %A : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// Pairs along a short row of the mask are counted in registers of 256 bits.
// CHECK-LABEL: func.func private @counts.body
// CHECK: arith.cmpi eq, {{.*}} : vector<8xi32>
func.func @counts(%A: tensor<?x?xi32, #CSR>) -> tensor<?x?xi32, #CSR> {
  %m = scratch.mask.from structure %A : tensor<?x?xi32, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xi32, #CSR>, tensor<?x?xi32, #CSR> -> tensor<?x?xi32, #CSR>
  return %C : tensor<?x?xi32, #CSR>
}

// So do masks with coordinates of the machine's index type.
#Plain = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
// CHECK-LABEL: func.func private @plain.body
// CHECK-NOT: vector<16x
// CHECK: scratch.mark
func.func @plain(%A: tensor<?x?xi32, #Plain>) -> tensor<?x?xi32, #Plain> {
  %m = scratch.mask.from structure %A : tensor<?x?xi32, #Plain> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xi32, #Plain>, tensor<?x?xi32, #Plain> -> tensor<?x?xi32, #Plain>
  return %C : tensor<?x?xi32, #Plain>
}

// -----
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Narrow vectors leave counting to the window as well.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "x86-64", features = "", vector_bits = 128>} {
  // CHECK-LABEL: func.func private @narrow.body
  // CHECK-NOT: vector<16xi32>
  // CHECK: scratch.mark
  func.func @narrow(%A: tensor<?x?xi32, #CSR>) -> tensor<?x?xi32, #CSR> {
    %m = scratch.mask.from structure %A : tensor<?x?xi32, #CSR> -> !scratch.mask<?x?>
    %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
         : tensor<?x?xi32, #CSR>, tensor<?x?xi32, #CSR> -> tensor<?x?xi32, #CSR>
    return %C : tensor<?x?xi32, #CSR>
  }
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Where the machine intersects vectors, up to four of the mask's columns with one of B's.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "znver5", features = "+avx512vp2intersect,+sse4a", vector_bits = 512>} {
// CHECK-LABEL: func.func private @intersected.body
// CHECK: arith.constant 64 : index
// CHECK-NOT: vector<8xi32>
// CHECK: scratch.intersect_lanes {{.*}} : vector<16xi32>
// CHECK: llvm.call_intrinsic "llvm.experimental.vector.compress"
func.func @intersected(%A: tensor<?x?xi32, #CSR>) -> tensor<?x?xi32, #CSR> {
  %m = scratch.mask.from structure %A : tensor<?x?xi32, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xi32, #CSR>, tensor<?x?xi32, #CSR> -> tensor<?x?xi32, #CSR>
  return %C : tensor<?x?xi32, #CSR>
}
}
