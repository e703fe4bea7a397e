// RUN: scratch-opt %s --scratch-to-x86 | FileCheck %s
// RUN: scratch-opt %s --scratch-to-x86='accumulator=dense' | FileCheck %s --check-prefix=ONE

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>

// Each accumulator that a row may take has all registers to itself.
// CHECK-DAG: llvm.func internal @scratch.tile.0({{.*}}passthrough = ["noinline"]
// CHECK-DAG: llvm.func internal @scratch.tile.1
// CHECK-DAG: llvm.call @scratch.tile.0
// CHECK-DAG: llvm.call @scratch.tile.1

// A single one stays where it is.
// ONE-NOT: @scratch.tile
func.func @multiply(%a: tensor<?x?xf64, #CSR>, %b: tensor<?x?xf64, #CSR>)
    -> tensor<?x?xf64, #CSR> {
  %c = scratch.spgemm %a, %b
         : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %c : tensor<?x?xf64, #CSR>
}
