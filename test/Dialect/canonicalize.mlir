// RUN: scratch-opt %s --canonicalize | FileCheck %s
// Rules that hold for every semiring.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>

// CHECK-LABEL: func.func @complement_moves_into_consumer
// CHECK-SAME: %[[A:.*]]: tensor<?x?xf64, {{.*}}>, %[[M:.*]]: !scratch.mask
// CHECK-NEXT: scratch.spgemm %[[A]], %[[A]] semiring<min_plus> mask(%[[M]] : !scratch.mask<?x?>, complement)
func.func @complement_moves_into_consumer(%A: tensor<?x?xf64, #CSR>, %M: !scratch.mask<?x?>) -> tensor<?x?xf64, #CSR> {
  %not = scratch.mask.not %M : !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<min_plus> mask(%not : !scratch.mask<?x?>)
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// CHECK-LABEL: func.func @two_complements_cancel
// CHECK-SAME: %[[M:[^:]*]]: !scratch.mask<?x?>)
// CHECK: mask(%[[M]] : !scratch.mask<?x?>) :
func.func @two_complements_cancel(%A: tensor<?x?xf64, #CSR>, %M: !scratch.mask<?x?>) -> tensor<?x?xf64, #CSR> {
  %not = scratch.mask.not %M : !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A mask(%not : !scratch.mask<?x?>, complement)
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// CHECK-LABEL: func.func @not_not
// CHECK-SAME: %[[M:[^:]*]]: !scratch.mask<?x?>
// CHECK-NEXT: return %[[M]]
func.func @not_not(%M: !scratch.mask<?x?>) -> !scratch.mask<?x?> {
  %0 = scratch.mask.not %M : !scratch.mask<?x?>
  %1 = scratch.mask.not %0 : !scratch.mask<?x?>
  return %1 : !scratch.mask<?x?>
}

// CHECK-LABEL: func.func @de_morgan
// CHECK-SAME: %[[M:[^:]*]]: !scratch.mask<?x?>, %[[N:[^:]*]]:
// CHECK-NEXT: %[[OR:.*]] = scratch.mask.or %[[M]], %[[N]]
// CHECK-NEXT: %[[NOT:.*]] = scratch.mask.not %[[OR]]
// CHECK-NEXT: %[[AND:.*]] = scratch.mask.and %[[M]], %[[N]]
// CHECK-NEXT: return %[[NOT]], %[[AND]]
func.func @de_morgan(%M: !scratch.mask<?x?>, %N: !scratch.mask<?x?>) -> (!scratch.mask<?x?>, !scratch.mask<?x?>) {
  %m = scratch.mask.not %M : !scratch.mask<?x?>
  %n = scratch.mask.not %N : !scratch.mask<?x?>
  %0 = scratch.mask.and %m, %n : !scratch.mask<?x?>
  %or = scratch.mask.or %m, %n : !scratch.mask<?x?>
  %1 = scratch.mask.not %or : !scratch.mask<?x?>
  return %0, %1 : !scratch.mask<?x?>, !scratch.mask<?x?>
}

// CHECK-LABEL: func.func @idempotence
// CHECK-SAME: %[[M:[^:]*]]: !scratch.mask<?x?>
// CHECK-NEXT: return %[[M]], %[[M]]
func.func @idempotence(%M: !scratch.mask<?x?>) -> (!scratch.mask<?x?>, !scratch.mask<?x?>) {
  %0 = scratch.mask.and %M, %M : !scratch.mask<?x?>
  %1 = scratch.mask.or %M, %M : !scratch.mask<?x?>
  return %0, %1 : !scratch.mask<?x?>, !scratch.mask<?x?>
}

// CHECK-LABEL: func.func @absorption
// CHECK-SAME: %[[M:[^:]*]]: !scratch.mask<?x?>, %[[N:[^:]*]]:
// CHECK-NEXT: return %[[M]], %[[M]]
func.func @absorption(%M: !scratch.mask<?x?>, %N: !scratch.mask<?x?>) -> (!scratch.mask<?x?>, !scratch.mask<?x?>) {
  %or = scratch.mask.or %N, %M : !scratch.mask<?x?>
  %0 = scratch.mask.and %M, %or : !scratch.mask<?x?>
  %and = scratch.mask.and %M, %N : !scratch.mask<?x?>
  %1 = scratch.mask.or %and, %M : !scratch.mask<?x?>
  return %0, %1 : !scratch.mask<?x?>, !scratch.mask<?x?>
}

// CHECK-LABEL: func.func @idle_stages
// CHECK-NOT: epilogue
func.func @idle_stages(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %A : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  epilogue {
    scratch.map { ^bb0(%v: f64, %i: index, %j: index): scratch.yield %v : f64 }
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): %t = arith.constant true  scratch.yield %t : i1 }
    scratch.yield
  }
  return %C : tensor<?x?xf64, #CSR>
}

// CHECK-LABEL: func.func @unused_product
// CHECK-NEXT: return
func.func @unused_product(%A: tensor<?x?xf64, #CSR>) {
  %C = scratch.spgemm %A, %A : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return
}
