// RUN: scratch-opt %s --scratch-select="costs" -o %t.mlir 2>&1 | FileCheck %s
// RUN: scratch-opt %s --scratch-select="costs phases=two accumulator=dense" -o %t.mlir 2>&1 | FileCheck %s --check-prefix=FORCED
// RUN: scratch-opt %s --scratch-select -o %t.mlir 2>&1 | count 0

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// Cheapest first; what is refused comes last and says why.
// CHECK: cost-table.mlir:[[@LINE+14]]:8: scratch.spgemm, cycles per product over typical rows
// CHECK-NEXT:   candidate          phases  cycles/product  verdict  made of
// CHECK-NEXT:   row_wise/adaptive  one     {{[0-9]+\.[0-9]+}}  chosen   {{[a-z]+ [0-9.]+ \+ }}
// CHECK-NEXT:   row_wise/sort      one     {{[0-9]+\.[0-9]+}}  next     {{[a-z]+ [0-9.]+ \+ }}
// CHECK:        row_wise/dense     one
// CHECK:        row_wise           -                    -  refused  {{.+}}
// CHECK: cost-table.mlir:{{[0-9]+}}:8: scratch.spmv, cycles per product
// CHECK:        row_wise           one     {{[0-9]+\.[0-9]+}}  chosen

// What is demanded is chosen wherever it stands.
// FORCED:   row_wise/adaptive  two {{[0-9.]+}} next
// FORCED:   row_wise/dense     two {{[0-9.]+}} chosen

func.func @kernels(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> (tensor<?x?xf64, #CSR>, tensor<?xf64>) {
  %C = scratch.spgemm %A, %A : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  %r = scratch.spmv %A, %x into %y : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %C, %r : tensor<?x?xf64, #CSR>, tensor<?xf64>
}
