// Stages one by one give what the whole pipeline gives, for every target's word.
// RUN: scratch-opt %s --scratch-import --scratch-select='target=x86 accumulator=hash' --scratch-expand --scratch-map='target=x86' --scratch-lower='target=x86' --scratch-detach-target -o %t.stages
// RUN: scratch-opt %s --scratch-to-x86='accumulator=hash' -o %t.whole
// RUN: diff %t.stages %t.whole
// RUN: FileCheck %s < %t.whole
// RUN: not scratch-opt %s --scratch-map='target=vax' 2>&1 | FileCheck %s --check-prefix=VAX
// VAX: no pipeline for target 'vax', expected x86, piuma

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>

// The result is for tools that do not know the dialect.
// CHECK-NOT: #scratch.
// CHECK: llvm.func @product(%{{.*}}: !llvm.ptr) -> i32
func.func @product(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}
