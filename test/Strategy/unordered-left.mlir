// RUN: scratch-opt %s --scratch-select --scratch-expand | FileCheck %s

// Rows of A in no order: blocks of rows, which search them, are no candidate.
#U = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed(nonordered)), posWidth = 32, crdWidth = 32}>
#S = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>

// CHECK-LABEL: func.func private @left.body
// CHECK-NOT: blocked
// CHECK: scratch.accumulator.create
func.func @left(%A: tensor<?x?xf64, #U>, %B: tensor<?x?xf64, #S>) -> tensor<?x?xf64, #S> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #U>, tensor<?x?xf64, #S> -> tensor<?x?xf64, #S>
  return %C : tensor<?x?xf64, #S>
}
