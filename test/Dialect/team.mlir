// RUN: scratch-opt %s | scratch-opt | FileCheck %s

// A window of rows in one table: marks, a meeting, products, then the rows behind
// those of the windows before.
// CHECK-LABEL: func @window
func.func @window(%starts: memref<?xi64>, %held: memref<?xi64>, %crd: memref<?xi32>,
                  %val: memref<?xf64>, %pos: memref<?xi32>, %ledger: memref<?xi64>,
                  %mask: memref<?xi32>, %a: f64, %n: index) {
  // CHECK: scratch.accumulator.capacity !scratch.accumulator<shared_hash, i32, f64> masked
  %entries, %rows, %columns = scratch.accumulator.capacity !scratch.accumulator<shared_hash, i32, f64> masked
  // CHECK: scratch.prefix_sum
  scratch.prefix_sum %held count %n : memref<?xi64>
  // CHECK: scratch.parallel chunks({{.*}}) team setup
  scratch.parallel chunks(%starts : memref<?xi64>) team setup {
    // CHECK: scratch.accumulator.create {{.*}} hash high : <shared_hash, i32, f64>
    %acc = scratch.accumulator.create window(%n) entries(%n) semiring<plus_times> hash high
        : !scratch.accumulator<shared_hash, i32, f64>
    scratch.yield %acc : !scratch.accumulator<shared_hash, i32, f64>
  } body {
  ^bb0(%number: index, %first: index, %last: index, %acc: !scratch.accumulator<shared_hash, i32, f64>):
    scratch.tile %acc window(%first, %last) bound(%n) : !scratch.accumulator<shared_hash, i32, f64>
    accumulate {
    ^bb0(%t: !scratch.tile<shared_hash, i32, f64>):
      // CHECK: scratch.meet
      scratch.meet %t : !scratch.tile<shared_hash, i32, f64>
      // CHECK: scratch.deal %{{.*}} from %{{.*}} to %{{.*}} grain %{{.*}} tokens
      scratch.deal %t from %first to %last grain %n tokens : !scratch.tile<shared_hash, i32, f64> {
      ^bb0(%begin: index, %end: index):
        // CHECK: scratch.row
        %r = scratch.row %t[%begin] share(%first, %last) : !scratch.tile<shared_hash, i32, f64>
        scratch.accumulate %r, %crd[%begin, %end] values %val : memref<?xf64> scaled %a : f64
            semiring<plus_times> : !scratch.tile<shared_hash, i32, f64>, memref<?xi32>
      }
    } drain {
    ^bb0(%t: !scratch.tile<shared_hash, i32, f64>):
      // CHECK: scratch.append
      scratch.append %t rows(%first, %last) whole(%last) shares %held into %crd, %val, %pos
          number %number of %ledger
          : !scratch.tile<shared_hash, i32, f64>, memref<?xi64>, memref<?xi32>, memref<?xf64>,
            memref<?xi32>, memref<?xi64>
    }
  } teardown {
  ^bb0(%acc: !scratch.accumulator<shared_hash, i32, f64>):
    scratch.accumulator.destroy %acc : !scratch.accumulator<shared_hash, i32, f64>
  }
  return
}
