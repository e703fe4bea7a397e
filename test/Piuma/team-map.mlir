// RUN: scratch-opt %s --scratch-piuma-parallel-to-spmd --split-input-file | FileCheck %s

// Teams: a core's first thread takes the next chunk and tells the others, so that
// all of them run the body on it.
// CHECK-LABEL: func @chunks_of_teams
func.func @chunks_of_teams(%starts: memref<?xi64>, %out: memref<?xindex>) {
  // CHECK: piuma.spmd
  // CHECK: %[[ME:.*]] = piuma.identity local_thread
  // CHECK: scf.if
  // CHECK: piuma.atomic addi
  // CHECK: piuma.broadcast core
  // CHECK: scf.while
  // CHECK: memref.store
  // CHECK: piuma.broadcast core
  // CHECK: piuma.return
  scratch.parallel chunks(%starts : memref<?xi64>) team setup {
    scratch.yield
  } body {
  ^bb0(%chunk: index, %first: index, %last: index):
    memref.store %last, %out[%first] : memref<?xindex>
  } teardown {
  }
  return
}

// -----

// Prefix sums: every thread sums its block twice, and a scan lies between.
// CHECK-LABEL: func @prefix
func.func @prefix(%buffer: memref<?xi64>, %count: index) {
  // CHECK: piuma.spmd
  // CHECK: %[[OWN:.*]] = scf.for
  // CHECK: piuma.scan all
  // CHECK: scf.for
  // CHECK: memref.store
  // CHECK-NOT: scratch.prefix_sum
  scratch.prefix_sum %buffer count %count : memref<?xi64>
  return
}
