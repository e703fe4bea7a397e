// RUN: scratch-opt %s --scratch-piuma-parallel-to-spmd --split-input-file | FileCheck %s
// RUN: scratch-opt %s --scratch-piuma-parallel-to-spmd='distribution=cyclic' | FileCheck %s --check-prefix=CYCLIC
// RUN: scratch-opt %s --scratch-piuma-parallel-to-spmd='distribution=block' | FileCheck %s --check-prefix=BLOCK
// RUN: not scratch-opt %s --scratch-piuma-parallel-to-spmd='distribution=fair' 2>&1 | FileCheck %s --check-prefix=WRONG

// WRONG: error: no distribution 'fair', expected dynamic, cyclic or block

func.func private @work(index, index)

// A counter deals the chunks; every thread makes its own state.
// CHECK-LABEL: func @chunks
// CHECK: %[[COUNTER:.*]] = memref.alloca() : memref<1xi64>
// CHECK: piuma.spmd {
// CHECK: scratch.accumulator.create
// CHECK: piuma.atomic addi %{{.*}}, %[[COUNTER]]
// CHECK: scf.while
// CHECK: func.call @work
// CHECK: piuma.atomic addi %{{.*}}, %[[COUNTER]]
// CHECK: scratch.accumulator.destroy
// CHECK: piuma.return
// CYCLIC-LABEL: func @chunks
// CYCLIC-NOT: piuma.atomic
// CYCLIC: %[[ME:.*]] = piuma.identity thread
// CYCLIC: %[[ALL:.*]] = piuma.identity threads
// CYCLIC: scf.while (%[[AT:.*]] = %[[ME]])
// CYCLIC: arith.addi %{{.*}}, %[[ALL]]
// BLOCK-LABEL: func @chunks
// BLOCK-NOT: piuma.atomic
// BLOCK: scf.for
// BLOCK: func.call @work
func.func @chunks(%starts: memref<?xi64>, %n: index) {
  scratch.parallel chunks(%starts : memref<?xi64>) setup {
    %acc = scratch.accumulator.create window(%n) entries(%n)
      semiring <plus_times> : !scratch.accumulator<hash, i32, f64>
    scratch.yield %acc : !scratch.accumulator<hash, i32, f64>
  } body {
  ^bb0(%chunk: index, %first: index, %last: index, %acc: !scratch.accumulator<hash, i32, f64>):
    func.call @work(%first, %last) : (index, index) -> ()
    scratch.yield
  } teardown {
  ^bb0(%acc: !scratch.accumulator<hash, i32, f64>):
    scratch.accumulator.destroy %acc : !scratch.accumulator<hash, i32, f64>
    scratch.yield
  }
  return
}

// Plain rows: one block per thread, whatever the distribution.
// CHECK-LABEL: func @rows
// CHECK: piuma.spmd {
// CHECK: %[[ME:.*]] = piuma.identity thread
// CHECK: arith.muli %{{.*}}, %[[ME]]
// CHECK: arith.divui
// CHECK: func.call @work
func.func @rows(%n: index) {
  scratch.parallel rows(%n) setup {
    scratch.yield
  } body {
  ^bb0(%chunk: index, %first: index, %last: index):
    func.call @work(%first, %last) : (index, index) -> ()
    scratch.yield
  } teardown {
    scratch.yield
  }
  return
}

// Chunks are cut by all threads: a block of them each, a binary search for each chunk.
// CHECK-LABEL: func @cut
// CHECK-SAME: %[[PREFIX:.*]]: memref<?xi64>
// CHECK: %[[STARTS:.*]] = scratch.allocate
// CHECK: piuma.spmd {
// CHECK: piuma.identity thread
// CHECK: scf.for
// CHECK: scf.while
// CHECK: memref.load %[[PREFIX]]
// CHECK: memref.store %{{.*}}, %[[STARTS]]
// CHECK: piuma.return
// CHECK-NOT: scratch.partition
func.func @cut(%prefix: memref<?xi64>, %n: index) -> memref<?xi64> {
  %starts = scratch.partition %prefix rows(%n) : memref<?xi64> -> memref<?xi64>
  return %starts : memref<?xi64>
}
