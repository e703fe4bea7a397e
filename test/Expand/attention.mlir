// RUN: scratch-opt %s --scratch-select --scratch-expand | FileCheck %s
// RUN: scratch-opt %s --scratch-select 2>&1 | FileCheck %s --check-prefix=SELECT
// RUN: scratch-opt %s --scratch-select --scratch-expand | FileCheck %s --check-prefix=ROWS

// Queries are packed up to a multiple of six rows, never past the tile.
// ROWS-LABEL: func.func private @dense.body
// ROWS: %[[BLOCKS:.*]] = arith.divui %{{.*}}, %c6
// ROWS-NEXT: arith.muli %[[BLOCKS]], %c6

// Without a mask there is nothing to test in the loop over tiles.
// SELECT-LABEL: func.func @dense
// SELECT: scratch.attention {{.*}}tiling = #scratch.tiling<queries = {{[0-9]+}}, keys = {{[0-9]+}}, rows = 6, vectors = 2, lanes = 8>
// CHECK-LABEL: func.func private @dense.body
// CHECK-NOT: scratch.attention
// CHECK-NOT: arith.cmpi s{{[lg]}}e, {{.*}} : vector
// CHECK: vector.fma
// CHECK-NOT: arith.cmpi s{{[lg]}}e, {{.*}} : vector
// CHECK-LABEL: func.func @window
func.func @dense(%q: tensor<1x2x?x64xf32>) -> tensor<1x2x?x64xf32> {
  %o = scratch.attention %q, %q, %q
      : tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32> -> tensor<1x2x?x64xf32>
  return %o : tensor<1x2x?x64xf32>
}

// A tile is skipped unless an entry may be live; entries are compared under a
// test that the tile is not full, between the product and the softmax step.
// CHECK-LABEL: func.func private @window.body
// CHECK-NOT: scratch.mask
// CHECK: scratch.parallel chunks
// CHECK: scf.if
// CHECK: vector.fma
// CHECK: scf.if
// CHECK: arith.cmpi s{{[lg]}}e, {{.*}} : vector<8xi32>
// CHECK: arith.select {{.*}} : vector<8xi1>, vector<8xf32>
// CHECK: vector.fma
func.func @window(%q: tensor<1x2x?x64xf32>, %w: index) -> tensor<1x2x?x64xf32> {
  %m = scratch.mask.window top_left left(%w) right(%w) : !scratch.mask<?x?>
  %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<?x?>)
      : tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32> -> tensor<1x2x?x64xf32>
  return %o : tensor<1x2x?x64xf32>
}
