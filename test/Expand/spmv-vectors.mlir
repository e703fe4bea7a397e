// RUN: scratch-opt %s --scratch-select --scratch-expand --split-input-file | FileCheck %s

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// Where gathers are fast, longer rows go a vector at a time, the last one under a mask.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "sapphirerapids", features = "+fast-gather", vector_bits = 512>} {
  // Coordinates beyond 2^31 are no offsets of lanes.
  // CHECK-LABEL: func.func private @product
  // CHECK-DAG: arith.constant 2147483648 : index
  // CHECK: arith.cmpi ule, %{{.*}}, %c2147483648
  // CHECK: vector.gather {{.*}} : memref<?xf64{{.*}}>, vector<8xi32>, vector<8xi1>, vector<8xf64> into vector<8xf64>
  // CHECK: vector.create_mask
  // CHECK: vector.maskedload {{.*}} into vector<8xi32>
  func.func @product(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
    %r = scratch.spmv %A, %x into %y : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
    return %r : tensor<?xf64>
  }
}

// -----
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// `any` keeps what comes last: lanes do not know which.
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "sapphirerapids", features = "+fast-gather", vector_bits = 512>} {
  // CHECK-LABEL: func.func private @any
  // CHECK-NOT: vector.gather
  func.func @any(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
    %r = scratch.spmv %A, %x into %y semiring<any_pair> : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
    return %r : tensor<?xf64>
  }
}
