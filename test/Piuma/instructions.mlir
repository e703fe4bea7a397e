// RUN: scratch-opt %s --scratch-piuma-instructions | FileCheck %s

// CHECK-LABEL: func @identities
// CHECK: llvm.inline_asm ".insn r 0xB, 0, 0x0, $0, x0, x0 # p.tid", "=r"
func.func @identities() -> index {
  %me = piuma.identity thread
  return %me : index
}

// CHECK-LABEL: func @synchronising
// CHECK: has_side_effects ".insn r 0xB, 0, 0x8, x0, $0, $1 # p.barrier", "r,r,~{memory}"
// CHECK: has_side_effects ".insn r 0x2B, 4, 0x0, $0, $1, $2 # c.add.d", "=r,r,r,~{memory}"
func.func @synchronising(%x: i64) -> i64 {
  piuma.barrier core number 2
  %sum = piuma.reduce addi all %x : i64
  return %sum : i64
}

// Scratchpads are at the own core's window, 0x4000_0000.
// CHECK-LABEL: func @scratchpad
// CHECK: arith.constant 1073741824 : i64
// CHECK: llvm.inttoptr %{{.*}} : i64 to !llvm.ptr<3>
// CHECK: ".insn r4 0xB, 4, 1, $0, $1, $2, $3 # r.cas.d", "=r,r,r,r,~{memory}"
func.func @scratchpad(%at: index, %key: i64) -> i64 {
  %keys = piuma.scratchpad at %at (%at) : memref<?xi64, 3>
  %old = piuma.cas %key to %key, %keys[%at] : memref<?xi64, 3>
  return %old : i64
}

// Integer atomics that return are the base set's; the others are ours.
// CHECK-LABEL: func @atomics
// CHECK: llvm.atomicrmw add %{{.*}} monotonic
// CHECK: "=f,r,f,~{memory}"
// CHECK: ".insn r 0xB, 2, 0x40, x0, $0, $1 # r.faddp.d", "r,f,~{memory}"
// CHECK: ".insn r 0xB, 1, 0x60, x0, $0, $1 # r.add.w", "r,r,~{memory}"
func.func @atomics(%n: i32, %x: f64, %counts: memref<?xi32>, %sums: memref<?xf64>, %at: index) {
  %old = piuma.atomic addi %n, %counts[%at] : memref<?xi32> -> i32
  %was = piuma.atomic addf %x, %sums[%at] : memref<?xf64> -> f64
  piuma.post addf %x, %sums[%at] : memref<?xf64>
  piuma.post addi %n, %counts[%at] : memref<?xi32>
  return
}

// CHECK-LABEL: func @engines
// CHECK: # d.copy"
// CHECK: # d.wait"
// CHECK: # d.fill"
// CHECK: # q.trypop"
// CHECK-NOT: piuma.
func.func @engines(%from: memref<?xf64>, %to: memref<?xf64>, %n: index, %zero: f64,
                   %queue: memref<?xi64>) {
  %copy = piuma.dma.copy %from[%n] to %to[%n], %n : memref<?xf64> to memref<?xf64>
  piuma.dma.wait %copy
  %fill = piuma.dma.fill %zero to %to[%n], %n : memref<?xf64>
  %taken = piuma.queue.pop poll %queue : memref<?xi64>
  return
}
