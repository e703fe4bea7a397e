// RUN: scratch-opt %s --split-input-file --scratch-short-floats | FileCheck %s

module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "znver4", features = "+avx512bf16", vector_bits = 512>} {
// Rounded once: an inexact f32 becomes the odd one beside it.
// CHECK-LABEL: @from_double
// CHECK-SAME: %[[X:.*]]: f64
// CHECK: %[[NEAR:.*]] = arith.truncf %[[X]] : f64 to f32
// CHECK: %[[WIDE:.*]] = arith.extf %[[NEAR]] : f32 to f64
// CHECK: arith.cmpf one, %[[WIDE]], %[[X]]
// CHECK: %[[MOVES:.*]] = arith.andi
// CHECK: %[[ODD:.*]] = arith.select %[[MOVES]]
// CHECK: %[[F:.*]] = arith.bitcast %[[ODD]] : i32 to f32
// CHECK: arith.truncf %[[F]] : f32 to bf16
func.func @from_double(%x: f64) -> bf16 {
  %0 = arith.truncf %x : f64 to bf16
  return %0 : bf16
}

// CHECK-LABEL: @multiply_add
// CHECK: math.fma {{.*}} : vector<4xf32>
// CHECK-NEXT: arith.truncf {{.*}} : vector<4xf32> to vector<4xbf16>
func.func @multiply_add(%a: vector<4xbf16>) -> vector<4xbf16> {
  %0 = math.fma %a, %a, %a : vector<4xbf16>
  return %0 : vector<4xbf16>
}

// A result is rounded although it is widened again.
// CHECK-LABEL: @rounded
// CHECK: arith.truncf {{.*}} : f32 to bf16
// CHECK-NEXT: arith.extf {{.*}} : bf16 to f32
func.func @rounded(%a: f32) -> f32 {
  %0 = arith.truncf %a fastmath<contract> : f32 to bf16
  %1 = arith.extf %0 fastmath<contract> : bf16 to f32
  return %1 : f32
}

// Other conversions stay.
// CHECK-LABEL: @others
// CHECK-NEXT: arith.truncf {{.*}} : f64 to f16
// CHECK-NEXT: arith.truncf {{.*}} : f32 to bf16
// CHECK-NEXT: return
func.func @others(%x: f64, %y: f32) -> (f16, bf16) {
  %0 = arith.truncf %x : f64 to f16
  %1 = arith.truncf %y : f32 to bf16
  return %0, %1 : f16, bf16
}
}

// -----

// A processor without bf16 rounds in integers.
// CHECK-LABEL: @integers
// CHECK-NOT: arith.truncf {{.*}} to bf16
// CHECK: arith.trunci {{.*}} : i32 to i16
// CHECK-NOT: arith.truncf {{.*}} to bf16
// CHECK: return
func.func @integers(%x: f64) -> bf16 {
  %0 = arith.truncf %x : f64 to bf16
  return %0 : bf16
}
