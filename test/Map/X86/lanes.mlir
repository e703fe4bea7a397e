// RUN: scratch-opt %s --scratch-x86-lower-expand-lanes --scratch-x86-lower-take-lanes --scratch-x86-lower-intersect-lanes | FileCheck %s

// CHECK-LABEL: func.func @table_of_a_byte
// CHECK: %[[ROW:.*]] = vector.load %{{.*}} : memref<256x8xi8>, vector<8xi8>
// CHECK: llvm.call_intrinsic "llvm.x86.avx2.permps"
// CHECK-NOT: scratch.expand_lanes
func.func @table_of_a_byte(%v: memref<?xf32>, %at: index, %byte: i8) -> vector<8xf32> {
  %r = scratch.expand_lanes %v[%at] by %byte code(pairs) : memref<?xf32>, i8 -> vector<8xf32>
  return %r : vector<8xf32>
}

// CHECK-LABEL: func.func @expansion_of_a_register
// CHECK: %[[MASK:.*]] = vector.bitcast %{{.*}} : vector<1xi16> to vector<16xi1>
// CHECK: %[[ALL:.*]] = vector.load %{{.*}} : memref<?xf32>, vector<16xf32>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.mask.expand"(%[[ALL]], %{{.*}}, %[[MASK]])
func.func @expansion_of_a_register(%v: memref<?xf32>, %at: index, %code: i16) -> vector<16xf32> {
  %r = scratch.expand_lanes %v[%at] by %code code(bits) : memref<?xf32>, i16 -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func @two_registers
// CHECK-COUNT-1: llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.ps.512"
// CHECK-NOT: select
// CHECK: return
func.func @two_registers(%table: vector<32xf32>, %index: vector<16xi32>) -> vector<16xf32> {
  %r = scratch.take_lanes %table[%index] : vector<32xf32>, vector<16xi32> -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func @four_registers
// CHECK: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.ps.512"
// CHECK: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.ps.512"
// CHECK: arith.select %{{.*}}, %[[HIGH]], %[[LOW]]
func.func @four_registers(%table: vector<64xf32>, %index: vector<16xi32>) -> vector<16xf32> {
  %r = scratch.take_lanes %table[%index] : vector<64xf32>, vector<16xi32> -> vector<16xf32>
  return %r : vector<16xf32>
}

// CHECK-LABEL: func.func @lanes_of_64_bits
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.pd.512"
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.q.512"
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vpermi2var.d.512"
func.func @lanes_of_64_bits(%table: vector<32xf64>, %numbers: vector<16xi64>, %index: vector<8xi64>,
                            %words: vector<32xi32>, %at: vector<16xi32>)
    -> (vector<8xf64>, vector<8xi64>, vector<16xi32>) {
  %r = scratch.take_lanes %table[%index] : vector<32xf64>, vector<8xi64> -> vector<8xf64>
  %s = scratch.take_lanes %numbers[%index] : vector<16xi64>, vector<8xi64> -> vector<8xi64>
  %t = scratch.take_lanes %words[%at] : vector<32xi32>, vector<16xi32> -> vector<16xi32>
  return %r, %s, %t : vector<8xf64>, vector<8xi64>, vector<16xi32>
}

// A further bit of the index chooses between permutes of one register.
// CHECK-LABEL: func.func @tables_of_256_bits
// CHECK: %[[LOW:.*]] = llvm.call_intrinsic "llvm.x86.avx2.permps"
// CHECK: %[[HIGH:.*]] = llvm.call_intrinsic "llvm.x86.avx2.permps"
// CHECK: arith.select %{{.*}}, %[[HIGH]], %[[LOW]]
// CHECK-COUNT-4: llvm.call_intrinsic "llvm.x86.avx2.permd"
// CHECK-COUNT-3: arith.select
func.func @tables_of_256_bits(%two: vector<16xf32>, %four: vector<32xi32>, %index: vector<8xi32>)
    -> (vector<8xf32>, vector<8xi32>) {
  %r = scratch.take_lanes %two[%index] : vector<16xf32>, vector<8xi32> -> vector<8xf32>
  %s = scratch.take_lanes %four[%index] : vector<32xi32>, vector<8xi32> -> vector<8xi32>
  return %r, %s : vector<8xf32>, vector<8xi32>
}

// Lanes that pick in a quad of their own need no permute across halves.
// CHECK-LABEL: func.func @quads_of_256_bits
// CHECK: %[[EVEN:.*]] = vector.shuffle %arg0, %arg0 [0, 1, 2, 3, 8, 9, 10, 11]
// CHECK: llvm.call_intrinsic "llvm.x86.avx.vpermilvar.ps.256"(%[[EVEN]], %arg1)
// CHECK: %[[ODD:.*]] = vector.shuffle %arg0, %arg0 [4, 5, 6, 7, 12, 13, 14, 15]
// CHECK: llvm.call_intrinsic "llvm.x86.avx.vpermilvar.ps.256"(%[[ODD]], %arg1)
// CHECK: vector.shuffle %{{.*}}, %{{.*}} [0, 1, 10, 11, 4, 5, 14, 15]
func.func @quads_of_256_bits(%table: vector<16xf32>, %numbers: vector<8xi32>) -> vector<8xf32> {
  %three = arith.constant dense<3> : vector<8xi32>
  %quads = arith.constant dense<[0, 0, 4, 4, 8, 8, 12, 12]> : vector<8xi32>
  %low = arith.andi %numbers, %three : vector<8xi32>
  %index = arith.ori %low, %quads : vector<8xi32>
  %r = scratch.take_lanes %table[%index] : vector<16xf32>, vector<8xi32> -> vector<8xf32>
  return %r : vector<8xf32>
}

// CHECK-LABEL: func.func @intersection
// CHECK: %[[BOTH:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vp2intersect.d.512"(%arg0, %arg1)
// CHECK: llvm.extractvalue %[[BOTH]][0]
// CHECK: llvm.extractvalue %[[BOTH]][1]
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.vp2intersect.q.512"(%arg2, %arg2)
func.func @intersection(%a: vector<16xi32>, %b: vector<16xi32>, %c: vector<8xi64>)
    -> (vector<16xi1>, vector<8xi1>) {
  %r:2 = scratch.intersect_lanes %a, %b : vector<16xi32>
  %s:2 = scratch.intersect_lanes %c, %c : vector<8xi64>
  return %r#0, %s#1 : vector<16xi1>, vector<8xi1>
}

// CHECK-LABEL: func.func @moved
// CHECK: %[[CLOSE:.*]] = llvm.call_intrinsic "llvm.experimental.vector.compress"(%arg0, %arg1, %{{.*}})
// CHECK: llvm.call_intrinsic "llvm.x86.avx512.mask.expand"(%[[CLOSE]], %{{.*}}, %arg2)
func.func @moved(%a: vector<8xf64>, %m: vector<8xi1>, %n: vector<8xi1>) -> vector<8xf64> {
  %r = scratch.move_lanes %a from %m to %n : vector<8xf64>, vector<8xi1>
  return %r : vector<8xf64>
}
