// RUN: scratch-opt %s --scratch-select="dataflow=inner" --scratch-expand --split-input-file | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Rows that the table does not suit are compared block by block; a count is one mask's bits.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "x86-64-v4", features = "", vector_bits = 512>} {
  // CHECK-LABEL: func.func private @counts.body
  // CHECK: arith.cmpi eq, {{.*}} : vector<16xi32>
  // CHECK: arith.ori {{.*}} : vector<16xi1>
  // CHECK: %[[INSIDE:.*]] = vector.create_mask
  // CHECK: arith.andi %{{.*}}, %[[INSIDE]] : vector<{{[0-9]+}}xi1>
  // CHECK: llvm.intr.ctpop
  func.func @counts(%A: tensor<?x?xi32, #CSR>) -> tensor<?x?xi32, #CSR> {
    %m = scratch.mask.from structure %A : tensor<?x?xi32, #CSR> -> !scratch.mask<?x?>
    %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%m : !scratch.mask<?x?>)
         : tensor<?x?xi32, #CSR>, tensor<?x?xi32, #CSR> -> tensor<?x?xi32, #CSR>
    return %C : tensor<?x?xi32, #CSR>
  }
}

// -----
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Values are taken where a coordinate meets a lane.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "x86-64-v3", features = "", vector_bits = 256>} {
  // CHECK-LABEL: func.func private @values.body
  // CHECK: arith.cmpi eq, {{.*}} : vector<8xi32>
  // CHECK: llvm.intr.cttz
  func.func @values(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
    %m = scratch.mask.from structure %A : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
    %C = scratch.spgemm %A, %A mask(%m : !scratch.mask<?x?>)
         : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    return %C : tensor<?x?xf64, #CSR>
  }
}

// -----
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Narrow vectors: one coordinate after the other.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "x86-64", features = "", vector_bits = 128>} {
  // CHECK-LABEL: func.func private @merged.body
  // CHECK-NOT: vector<
  // CHECK: return
  func.func @merged(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
    %m = scratch.mask.from structure %A : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
    %C = scratch.spgemm %A, %A mask(%m : !scratch.mask<?x?>)
         : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
    return %C : tensor<?x?xf64, #CSR>
  }
}
