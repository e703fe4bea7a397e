// RUN: scratch-opt %s --verify-diagnostics --split-input-file
// Leaves of positions, continued.

func.func @granularity() {
  // expected-error @below {{makes an element mask without guarantee, found '!scratch.mask<64x64, row>'}}
  %0 = scratch.mask.causal top_left : !scratch.mask<64x64, row>
  return
}

// -----
func.func @dilation_per_head(%d: tensor<4xi32>) {
  // expected-error @below {{dilation 'tensor<4xi32>' differs between heads, but the domain of '!scratch.mask<64x64>' has no head dimension}}
  %0 = scratch.mask.window top_left dilation(%d : tensor<4xi32>) : !scratch.mask<64x64>
  return
}

// -----
func.func @grid_of_nothing() {
  // expected-error @below {{expected two positive sizes of grid, found [8, 0]}}
  %0 = scratch.mask.neighbourhood grid [8, 0] kernel [3, 3] : !scratch.mask<32x32>
  return
}

// -----
func.func @map_of_floats(%map: tensor<4x4xf32>) {
  // expected-error @below {{expected a map of bytes or a sparse matrix, found 'tensor<4x4xf32>'}}
  %0 = scratch.mask.blocks %map block [16, 16] : tensor<4x4xf32> -> !scratch.mask<64x64>
  return
}

// -----
func.func @region_arguments() {
  // expected-error @below {{body takes ('index', 'index'), expected batch, head, query and key as index}}
  %0 = scratch.mask.region {
  ^bb0(%i: index, %j: index):
    %t = arith.cmpi ult, %i, %j : index
    scratch.yield %t : i1
  } : !scratch.mask<?x?>
  return
}

// -----
func.func @region_effects(%buffer: memref<i1>) {
  %0 = scratch.mask.region {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    %t = arith.cmpi ult, %i, %j : index
    // expected-error @below {{is not a pure operation without regions, as the body of scratch.mask.region needs}}
    memref.store %t, %buffer[] : memref<i1>
    scratch.yield %t : i1
  } : !scratch.mask<?x?>
  return
}
