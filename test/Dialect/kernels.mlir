// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
// Every form of the products; defaults are not printed.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
#Unordered = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed(nonordered))}>

// CHECK-LABEL: func.func @spgemm
// CHECK: scratch.spgemm %{{[^ ]*}}, %{{[^ ]*}} : tensor<4x8xf64
// CHECK: scratch.spgemm %{{[^ ]*}}, %{{[^ ]*}} semiring<min_plus> mask(%{{.*}} : !scratch.mask<?x?>) :
// CHECK: scratch.spgemm %{{[^ ]*}}, %{{[^ ]*}} init(%{{.*}} : tensor<?x?xf64, #{{.*}}>) :
// CHECK: scratch.spgemm %{{[^ ]*}}, %{{[^ ]*}} mask(%{{.*}} : !scratch.mask<?x?>, complement) :
// CHECK: scratch.spgemm %{{.*}} {strategy = #scratch.strategy<dataflow = row_wise, phases = two, schedule = balanced, variants = [<hash>]>}
func.func @spgemm(%A: tensor<4x8xf64, #CSR>, %B: tensor<8x?xf64, #CSC>, %U: tensor<?x?xf64, #Unordered>,
                  %M: !scratch.mask<?x?>) {
  %0 = scratch.spgemm %A, %B semiring<plus_times>
       : tensor<4x8xf64, #CSR>, tensor<8x?xf64, #CSC> -> tensor<4x?xf64, #CSR>
  %1 = scratch.spgemm %U, %U semiring<min_plus> mask(%M : !scratch.mask<?x?>)
       : tensor<?x?xf64, #Unordered>, tensor<?x?xf64, #Unordered> -> tensor<?x?xf64, #CSC>
  %added = scratch.spgemm %A, %B init(%U : tensor<?x?xf64, #Unordered>)
       : tensor<4x8xf64, #CSR>, tensor<8x?xf64, #CSC> -> tensor<4x?xf64, #CSR>
  %2 = scratch.spgemm %U, %U mask(%M : !scratch.mask<?x?>, complement)
       : tensor<?x?xf64, #Unordered>, tensor<?x?xf64, #Unordered> -> tensor<?x?xf64, #CSR>
  %3 = scratch.spgemm %U, %U
       {strategy = #scratch.strategy<dataflow = row_wise, phases = two, schedule = balanced, variants = [<hash>]>}
       : tensor<?x?xf64, #Unordered>, tensor<?x?xf64, #Unordered> -> tensor<?x?xf64, #CSR>
  return
}

// CHECK-LABEL: func.func @dense_results
// CHECK: scratch.spmm %{{.*}}, %{{.*}} into %{{.*}} semiring<max_plus> : tensor<4x8xf32
// CHECK: scratch.spmv %{{.*}}, %{{.*}} into %{{.*}} : tensor<4x8xf32
func.func @dense_results(%A: tensor<4x8xf32, #CSR>, %X: tensor<8x16xf32>, %C: tensor<4x16xf32>,
                         %x: tensor<8xf32>, %y: tensor<4xf32>) {
  %0 = scratch.spmm %A, %X into %C semiring<max_plus>
       : tensor<4x8xf32, #CSR>, tensor<8x16xf32> -> tensor<4x16xf32>
  %1 = scratch.spmv %A, %x into %y : tensor<4x8xf32, #CSR>, tensor<8xf32> -> tensor<4xf32>
  return
}

// CHECK-LABEL: func.func @sddmm
// CHECK: scratch.sddmm %{{.*}}, %{{.*}}, %{{.*}} semiring<plus_first> {pattern_only, transposed} :
func.func @sddmm(%S: tensor<4x6xi32, #CSR>, %A: tensor<4x8xi32>, %B: tensor<6x8xi32>) {
  %0 = scratch.sddmm %S, %A, %B semiring<plus_first> {pattern_only, transposed}
       : tensor<4x6xi32, #CSR>, tensor<4x8xi32>, tensor<6x8xi32> -> tensor<4x6xi32, #CSR>
  return
}

// CHECK-LABEL: func.func @custom
// CHECK: semiring<custom> {identity = 0.000000e+00 : f64}
// CHECK: multiply {
// CHECK: add {
// CHECK: epilogue {
// CHECK: scratch.map {
// CHECK: scratch.keep {
// CHECK: %{{.*}} = scratch.reduce 0.000000e+00 : f64 {
// CHECK: } -> f64
func.func @custom(%A: tensor<?x?xf64, #CSR>) {
  %0 = scratch.spgemm %A, %A semiring<custom> {identity = 0.0 : f64}
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  multiply { ^bb0(%a: f64, %b: f64): %p = arith.subf %a, %b : f64  scratch.yield %p : f64 }
  add { ^bb0(%a: f64, %b: f64): %s = arith.addf %a, %b : f64  scratch.yield %s : f64 }
  epilogue {
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %n = arith.negf %v : f64  scratch.yield %n : f64 }
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): %k = arith.cmpi ne, %i, %j : index  scratch.yield %k : i1 }
    %sum = scratch.reduce 0.0 : f64 { ^bb0(%r: f64, %v: f64): %s = arith.addf %r, %v : f64  scratch.yield %s : f64 } -> f64
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): %q = arith.divf %v, %sum : f64  scratch.yield %q : f64 }
    scratch.yield
  }
  return
}
