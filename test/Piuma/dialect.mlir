// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
// RUN: scratch-opt %s --mlir-print-op-generic | scratch-opt | FileCheck %s

// CHECK-LABEL: func @threads
// CHECK: piuma.spmd {
// CHECK: piuma.identity local_thread
// CHECK: piuma.barrier core number 3
// CHECK: piuma.reduce addi all
// CHECK: piuma.scan core
// CHECK: piuma.broadcast core
// CHECK: piuma.return
func.func @threads(%value: i64) {
  piuma.spmd {
    %me = piuma.identity local_thread
    piuma.barrier core number 3
    piuma.barrier all
    %sum = piuma.reduce addi all %value : i64
    %before = piuma.scan core %sum
    %first = piuma.broadcast core %before
    piuma.return
  }
  return
}

// CHECK-LABEL: func @memory
// CHECK: piuma.scratchpad at %{{.*}}(%{{.*}}) : memref<?xi64, 3>
// CHECK: piuma.cas %{{.*}} to %{{.*}}, %{{.*}}[%{{.*}}] : memref<?xi64, 3>
// CHECK: piuma.atomic addi
// CHECK: piuma.post addf
// CHECK: piuma.load
// CHECK: piuma.store
// CHECK: piuma.prefetch
func.func @memory(%at: index, %size: index, %key: i64, %sums: memref<?xf64>, %x: f64) {
  %keys = piuma.scratchpad at %at (%size) : memref<?xi64, 3>
  %found = piuma.cas %key to %key, %keys[%at] : memref<?xi64, 3>
  %old = piuma.atomic addi %key, %keys[%at] : memref<?xi64, 3> -> i64
  piuma.post addf %x, %sums[%at] : memref<?xf64>
  %now = piuma.load %sums[%at] : memref<?xf64>
  piuma.store %now, %sums[%at] : memref<?xf64>
  piuma.prefetch %sums[%at] : memref<?xf64>
  return
}

// CHECK-LABEL: func @engines
// CHECK: %[[T:.*]] = piuma.dma.copy
// CHECK: piuma.dma.test %[[T]]
// CHECK: piuma.dma.wait %[[T]]
// CHECK: piuma.dma.fill
// CHECK: piuma.dma.wait{{$}}
// CHECK: piuma.queue.init
// CHECK: piuma.queue.push
// CHECK: piuma.queue.pop poll
func.func @engines(%from: memref<?xf64, 3>, %to: memref<?xf64>, %n: index, %zero: f64,
                   %queue: memref<?xi64>, %eight: i64) {
  %copy = piuma.dma.copy %from[%n] to %to[%n], %n : memref<?xf64, 3> to memref<?xf64>
  %done = piuma.dma.test %copy
  piuma.dma.wait %copy
  %fill = piuma.dma.fill %zero to %to[%n], %n : memref<?xf64>
  piuma.dma.wait
  piuma.queue.init %queue, %eight : memref<?xi64>
  piuma.queue.push %eight, %queue : memref<?xi64>
  %taken = piuma.queue.pop poll %queue : memref<?xi64>
  piuma.mark 2
  piuma.exit %taken
  return
}
