// Products of every type and layout compile for processors with less: bf16 without instructions
// for it, vectors of two lanes.
// RUN: scratch-cc %s -o %t.o --mcpu=x86-64
// RUN: scratch-cc %s -o %t.o --mcpu=x86-64-v3
// RUN: scratch-cc %s -o %t.o --mcpu=x86-64-v4
// RUN: llvm-nm %t.o | FileCheck %s
// CHECK-DAG: T half
// CHECK-DAG: T half_turned
// CHECK-DAG: T wide_turned
#mk = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>
func.func @half(%A: tensor<?x?xbf16>, %B: tensor<?x?xbf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul ins(%A, %B : tensor<?x?xbf16>, tensor<?x?xbf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
func.func @half_turned(%A: tensor<?x?xbf16>, %B: tensor<?x?xbf16>, %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %r = linalg.matmul indexing_maps = [#mk, #nk, #mn]
       ins(%A, %B : tensor<?x?xbf16>, tensor<?x?xbf16>) outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
func.func @wide_turned(%A: tensor<?x?xf64>, %B: tensor<?x?xf64>, %C: tensor<?x?xf64>) -> tensor<?x?xf64> {
  %r = linalg.matmul indexing_maps = [#mk, #nk, #mn]
       ins(%A, %B : tensor<?x?xf64>, tensor<?x?xf64>) outs(%C : tensor<?x?xf64>) -> tensor<?x?xf64>
  return %r : tensor<?x?xf64>
}
