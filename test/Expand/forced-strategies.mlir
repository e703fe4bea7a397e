// RUN: not scratch-opt %s --scratch-expand-kernels --split-input-file 2>&1 | FileCheck %s
// Strategies that select never writes: expand obeys them or says why it cannot.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>

// Rows of outer products are in no order that two of them could be merged in.
// CHECK: error: accumulator 'merge' needs ordered coordinates
func.func @merged_outer(%A: !M, %B: !M) -> !M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = outer, phases = one, schedule = balanced,
    variants = [<merge>, <hash>]>} : !M, !M -> !M
  return %C : !M
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>

// Beside others, what is for some matrices only takes no rest.
// CHECK: error: strategy lists no accumulator that takes every row
func.func @narrow_blocked(%A: !M, %B: !M) -> !M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
    variants = [<narrow>, <blocked>]>} : !M, !M -> !M
  return %C : !M
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>

// Beside others, what is for some matrices only takes no rest.
// CHECK: error: strategy lists no accumulator that takes every row
func.func @sort_blocked(%A: !M, %B: !M) -> !M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
    variants = [<sort>, <blocked>]>} : !M, !M -> !M
  return %C : !M
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>

// Beside others, what is for some matrices only takes no rest.
// CHECK: error: strategy lists no accumulator that takes every row
func.func @narrow_grouped(%A: !M, %B: !M) -> !M {
  %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
    variants = [<narrow>, <grouped>]>} : !M, !M -> !M
  return %C : !M
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>

// Without a mask there is nothing to compare dot products with.
// CHECK-LABEL: func.func @inner_unmasked
// CHECK: llvm.intr.cttz
// CHECK-NOT: scratch.tile
// CHECK: return
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "x86-64-v3", features = "", vector_bits = 256>} {
  func.func @inner_unmasked(%A: !M, %B: !M) -> !M {
    %C = scratch.spgemm %A, %B {strategy = #scratch.strategy<dataflow = inner, phases = one, schedule = balanced,
      variants = [<dense>]>} : !M, !M -> !M
    return %C : !M
  }
}
