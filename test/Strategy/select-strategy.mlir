// RUN: scratch-opt %s --scratch-select-strategy --remarks-filter=scratch-strategy 2>&1 | FileCheck %s
// RUN: scratch-opt %s --scratch-select-strategy="accumulator=hash phases=two" | FileCheck %s --check-prefix=FORCED

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// Remarks come in program order.
// CHECK: remark: [Passed] row_wise/adaptive {{.*}}Function=any_shape{{.*}}decided by{{.*}}RunnerUp=row_wise/
// CHECK: remark: [Passed] row_wise/dense {{.*}}Function=narrow_result
// CHECK: remark: [Passed] row_wise {{.*}}Function=matrix_vector{{.*}}nothing else is built

// CHECK-LABEL: func.func @any_shape
// CHECK: scratch.spgemm {{.*}}dataflow = row_wise, phases = one, schedule = balanced, variants = [<merge, cost = {{.*}}>, <sort, {{.*}}>, <blocked, {{.*}}>, <dense, {{.*}}>, <tiered, {{.*}}>, <hash, {{.*}}>]
// FORCED-LABEL: func.func @any_shape
// FORCED: phases = two, schedule = balanced, variants = [<hash, cost = {{[^<]*}}]>]>
func.func @any_shape(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// No window of 64 columns is worth a choice per row.
// CHECK-LABEL: func.func @narrow_result
// CHECK: variants = [<dense, cost = {{[^<]*}}]>]>
func.func @narrow_result(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x64xf64, #CSR>) -> tensor<?x64xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x64xf64, #CSR> -> tensor<?x64xf64, #CSR>
  return %C : tensor<?x64xf64, #CSR>
}

// No accumulator, nothing to size: demands for either do not concern it.
// CHECK-LABEL: func.func @matrix_vector
// CHECK: strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced>
// FORCED-LABEL: func.func @matrix_vector
// FORCED: strategy = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced>
func.func @matrix_vector(%A: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %r = scratch.spmv %A, %x into %y : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %r : tensor<?xf64>
}

// Under a mask, dot products or rows, as the matrices favour; the mask has its term
// in every form, and the strategy it had is decided again.
// CHECK-LABEL: func.func @masked
// CHECK: dataflow = inner, phases = one, {{.*}}variants = [<dense, cost = [{{[^]]*}}, 4.500000e+00]>, <hash
func.func @masked(%A: tensor<?x?xf32, #CSR>, %M: tensor<?x?xf32, #CSR>) -> tensor<?x?xf32, #CSR> {
  %m = scratch.mask.from structure %M : tensor<?x?xf32, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A mask(%m : !scratch.mask<?x?>)
       {strategy = #scratch.strategy<dataflow = outer, phases = one, schedule = static>}
       : tensor<?x?xf32, #CSR>, tensor<?x?xf32, #CSR> -> tensor<?x?xf32, #CSR>
  return %C : tensor<?x?xf32, #CSR>
}
