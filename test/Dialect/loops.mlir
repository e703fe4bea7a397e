// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
// Level 2: every op, in the order in which a product uses them.

!acc = !scratch.accumulator<hash, i32, f64>
!tile = !scratch.tile<hash, i32, f64>

// CHECK-LABEL: func.func @parallel_rows
// CHECK: %[[S:.*]] = scratch.partition %{{.*}} rows(%{{.*}}) : memref<?xi64> -> memref<?xi64>
// CHECK: scratch.partition %{{.*}} rows(%{{.*}}) weighing %{{.*}}, 8 : memref<?xi32> -> memref<?xi64>
// CHECK: scratch.parallel chunks(%[[S]] : memref<?xi64>) setup {
// CHECK: scratch.accumulator.create window(%{{.*}}) entries(%{{.*}}) semiring<plus_times> : <hash, i32, f64>
// CHECK: } body {
// CHECK: scratch.tile %{{.*}} window(%{{.*}}, %{{.*}}) bound(%{{.*}}) : <hash, i32, f64> -> index accumulate {
// CHECK: scratch.mark %{{.*}} leaf 0, %{{.*}} by %{{.*}} : memref<?xf64>[%{{.*}}, %{{.*}}] : <hash, i32, f64>, memref<?xi32>
// CHECK: scratch.mark_dense %{{.*}} leaf 1, %{{.*}} row %{{.*}} :
// CHECK: scratch.accumulate %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] values %{{.*}} : memref<?xf64> scaled %{{.*}} : f64 semiring<plus_times> :
// CHECK: } drain {
// CHECK: scratch.drain %{{.*}} into %{{.*}}, %{{.*}} at %{{.*}} unordered :
// CHECK: } teardown {
// CHECK: scratch.accumulator.destroy %{{.*}} : <hash, i32, f64>
func.func @parallel_rows(%prefix: memref<?xi64>, %positions: memref<?xi32>, %n: index, %crd: memref<?xi32>, %val: memref<?xf64>,
                         %D: memref<?x?xi8>, %a: f64) {
  %zero = arith.constant 0 : index
  %starts = scratch.partition %prefix rows(%n) : memref<?xi64> -> memref<?xi64>
  %others = scratch.partition %positions rows(%n) weighing %n, 8 : memref<?xi32> -> memref<?xi64>
  scratch.parallel chunks(%starts : memref<?xi64>) setup {
    %acc = scratch.accumulator.create window(%n) entries(%n) semiring<plus_times> : !acc
    formula { ^bb0(%bits: i8): %t = arith.constant true  scratch.yield %t : i1 }
    scratch.yield %acc : !acc
  } body {
  ^bb0(%chunk: index, %first: index, %last: index, %acc: !acc):
    %count = scratch.tile %acc window(%zero, %n) bound(%n) : !acc -> index accumulate {
    ^bb0(%t: !tile):
      scratch.mark %t leaf 0, %crd by %val : memref<?xf64> [%zero, %n] : !tile, memref<?xi32>
      scratch.mark_dense %t leaf 1, %D row %first : !tile, memref<?x?xi8>
      scratch.accumulate %t, %crd[%zero, %n] values %val : memref<?xf64> scaled %a : f64
        semiring<plus_times> : !tile, memref<?xi32>
    } drain {
    ^bb0(%t: !tile):
      %c = scratch.drain %t into %crd, %val at %zero unordered : !tile, memref<?xi32>, memref<?xf64>
      scratch.yield %c : index
    }
  } teardown {
  ^bb0(%acc: !acc):
    scratch.accumulator.destroy %acc : !acc
  }
  return
}

// CHECK-LABEL: func.func @symbolic
// CHECK: scratch.accumulate %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] symbolic swapped semiring<min_plus> :
// CHECK: scratch.count %{{.*}} : <hash, i32, f64>
func.func @symbolic(%acc: !acc, %n: index, %crd: memref<?xi32>) {
  %zero = arith.constant 0 : index
  %count = scratch.tile %acc window(%zero, %n) bound(%n) : !acc -> index accumulate {
  ^bb0(%t: !tile):
    scratch.accumulate %t, %crd[%zero, %n] symbolic swapped semiring<min_plus> : !tile, memref<?xi32>
  } drain {
  ^bb0(%t: !tile):
    %c = scratch.count %t : !tile
    scratch.yield %c : index
  }
  return
}

// CHECK-LABEL: func.func @services
// CHECK: scratch.status
// CHECK: scratch.allocate zeroed(%{{.*}}) : memref<?xi32>
// CHECK: scratch.allocate zeroed reserved(%{{.*}}) : memref<?xi32>
// CHECK: scratch.fail unless %{{.*}} code 3 "rows" found %{{.*}} expected %{{.*}}
// CHECK: scratch.record "products"[0] %{{.*}}
// CHECK: %[[PIECES:.*]] = scratch.pieces.open %{{.*}}, %{{.*}} count(%{{.*}}) limit(100) : memref<?xi32>, memref<?xf64> -> memref<?xi8>
// CHECK: scratch.pieces.begin %[[PIECES]][%{{.*}}] room(%{{.*}}) : memref<?xi8> -> memref<?xi32>, memref<?xf64>
// CHECK: scratch.pieces.end %[[PIECES]][%{{.*}}] entries(%{{.*}}) : memref<?xi8>
// CHECK: scratch.pieces.close %[[PIECES]] : memref<?xi8>
// CHECK: scratch.trim %{{.*}} to %{{.*}} : memref<?xi32>
// CHECK: scratch.release %{{.*}} : memref<?xi32>
// CHECK: scratch.view %{{.*}}(%{{.*}}) : !llvm.ptr -> memref<?xf64>
func.func @services(%n: index, %values: memref<?xf64>, %p: !llvm.ptr) -> memref<?xf64> {
  %ok = scratch.status
  %buffer = scratch.allocate zeroed (%n) : memref<?xi32>
  %bound = scratch.allocate zeroed reserved (%n) : memref<?xi32>
  scratch.fail unless %ok code 3 "rows" found %n expected %n
  scratch.record "products"[0] %n
  %pieces = scratch.pieces.open %buffer, %values count(%n) limit(100) : memref<?xi32>, memref<?xf64> -> memref<?xi8>
  %c, %v, %at = scratch.pieces.begin %pieces[%n] room(%n) : memref<?xi8> -> memref<?xi32>, memref<?xf64>
  scratch.pieces.end %pieces[%n] entries(%n) : memref<?xi8>
  scratch.pieces.close %pieces : memref<?xi8>
  %small = scratch.trim %buffer to %n : memref<?xi32>
  scratch.release %small : memref<?xi32>
  %view = scratch.view %p (%n) : !llvm.ptr -> memref<?xf64>
  return %view : memref<?xf64>
}

// CHECK-LABEL: func.func @parallel_ranges
// CHECK: scratch.parallel rows(%{{.*}}) setup {
func.func @parallel_ranges(%n: index) {
  scratch.parallel rows(%n) setup { } body { ^bb0(%w: index, %first: index, %last: index): } teardown { }
  return
}
