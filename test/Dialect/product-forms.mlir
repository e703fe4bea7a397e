// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
!M = tensor<?x?xf64, #CSR>
!P = tensor<?x?xi8, #CSR>

// CHECK-LABEL: func.func @planned
// CHECK: scratch.fingerprint %{{.*}}, %{{.*}} : {{.*}} -> tensor<8xi64>
// CHECK: scratch.spgemm_execute %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} semiring<min_plus> :
func.func @planned(%A: !M, %B: !M, %pattern: !P) -> !M {
  %key = scratch.fingerprint %A, %B : !M, !M -> tensor<8xi64>
  %C = scratch.spgemm_execute %pattern, %key, %A, %B semiring<min_plus>
       : !P, tensor<8xi64>, !M, !M -> !M
  return %C : !M
}

// CHECK-LABEL: func.func @placed
// CHECK: scratch.spgemm_plan %{{.*}}, %{{.*}}, %{{.*}} : {{.*}} -> tensor<?xi8>
// CHECK: scratch.spgemm_execute %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : {{.*}}, tensor<?xi8>,
func.func @placed(%A: !M, %B: !M, %pattern: !P) -> tensor<?xf64> {
  %plan = scratch.spgemm_plan %pattern, %A, %B : !P, !M, !M -> tensor<?xi8>
  %C = scratch.spgemm_execute %pattern, %plan, %A, %B : !P, tensor<?xi8>, !M, !M -> tensor<?xf64>
  return %C : tensor<?xf64>
}

// CHECK-LABEL: func.func @folded
// CHECK: scratch.fold plus %{{.*}} over all : {{.*}} -> f64
// CHECK: scratch.fold min %{{.*}} over rows : {{.*}} -> tensor<?xf64>
// CHECK: scratch.fold max %{{.*}} over columns : {{.*}} -> tensor<?xf64>
func.func @folded(%A: !M) -> (f64, tensor<?xf64>, tensor<?xf64>) {
  %a = scratch.fold plus %A over all : !M -> f64
  %r = scratch.fold min %A over rows : !M -> tensor<?xf64>
  %c = scratch.fold max %A over columns : !M -> tensor<?xf64>
  return %a, %r, %c : f64, tensor<?xf64>, tensor<?xf64>
}

// CHECK-LABEL: func.func @largest
// CHECK: scratch.top_k %{{.*}} by magnitude
func.func @largest(%A: !M, %k: index) -> !M {
  %C = scratch.spgemm %A, %A : !M, !M -> !M epilogue {
    scratch.top_k %k by magnitude
    scratch.yield
  }
  return %C : !M
}

// CHECK-LABEL: func.func @along
// CHECK: scratch.accumulator.create {{.*}} known
// CHECK: scratch.accumulate_sampled %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] sample
// CHECK: scratch.drain_along %{{.*}} along
// CHECK: scratch.count_along %{{.*}} along
func.func @along(%n: index, %crd: memref<?xi32>, %val: memref<?xf64>, %a: f64) -> (index, index) {
  %acc = scratch.accumulator.create window(%n) entries(%n) semiring<plus_times> known
         : !scratch.accumulator<dense, i32, f64>
  %c0 = arith.constant 0 : index
  %drained = scratch.tile %acc window(%c0, %n) bound(%n) : !scratch.accumulator<dense, i32, f64> -> index
  accumulate {
  ^bb0(%t: !scratch.tile<dense, i32, f64>):
    scratch.accumulate_sampled %t, %crd [%c0, %n] sample %crd [%c0, %n] values %val : memref<?xf64>
      scaled %a : f64 semiring<plus_times>
      : !scratch.tile<dense, i32, f64>, memref<?xi32>, memref<?xi32>
    scratch.yield
  } drain {
  ^bb0(%t: !scratch.tile<dense, i32, f64>):
    %m = scratch.drain_along %t along %crd [%c0, %n] into %crd, %val at %c0
         : !scratch.tile<dense, i32, f64>, memref<?xi32>, memref<?xi32>, memref<?xf64>
    scratch.yield %m : index
  }
  %counted = scratch.tile %acc window(%c0, %n) bound(%n) : !scratch.accumulator<dense, i32, f64> -> index
  accumulate {
  ^bb0(%t: !scratch.tile<dense, i32, f64>):
    scratch.yield
  } drain {
  ^bb0(%t: !scratch.tile<dense, i32, f64>):
    %m = scratch.count_along %t along %crd [%c0, %n] : !scratch.tile<dense, i32, f64>, memref<?xi32>
    scratch.yield %m : index
  }
  scratch.accumulator.destroy %acc : !scratch.accumulator<dense, i32, f64>
  return %drained, %counted : index, index
}

// CHECK-LABEL: func.func @picked
// CHECK: scratch.accumulate %{{.*}} unmasked semiring<plus_pair>
// CHECK: scratch.drain_along %{{.*}} dropping
func.func @picked(%t: !scratch.tile<tiered, i32, f64>, %n: index, %crd: memref<?xi32>, %val: memref<?xf64>) -> index {
  scratch.accumulate %t, %crd [%n, %n] unmasked semiring<plus_pair>
    : !scratch.tile<tiered, i32, f64>, memref<?xi32>
  %m = scratch.drain_along %t along %crd [%n, %n] into %crd, %val at %n dropping
       : !scratch.tile<tiered, i32, f64>, memref<?xi32>, memref<?xi32>, memref<?xf64>
  return %m : index
}
