// RUN: scratch-opt %s --verify-diagnostics --split-input-file
// The parts of attention: tiling, score region, mask.

// expected-error @below {{expected positive sizes of a tiling}}
func.func private @tiling() attributes {t = #scratch.tiling<queries = 0, keys = 64, rows = 6, vectors = 2, lanes = 8>}

// -----
// expected-error @below {{expected queries to be a multiple of rows (6), found 50}}
func.func private @rows() attributes {t = #scratch.tiling<queries = 50, keys = 64, rows = 6, vectors = 2, lanes = 8>}

// -----
// expected-error @below {{expected keys to be a multiple of vectors times lanes (16), found 60}}
func.func private @lanes() attributes {t = #scratch.tiling<queries = 48, keys = 60, rows = 6, vectors = 2, lanes = 8>}

// -----

// expected-error @below {{expected lanes to be a power of two from 4 on, found 6}}
func.func private @odd_lanes() attributes {t = #scratch.tiling<queries = 48, keys = 60, rows = 6, vectors = 2, lanes = 6>}

// -----

// expected-error @below {{expected lanes to be a power of two from 4 on, found 2}}
func.func private @two_lanes() attributes {t = #scratch.tiling<queries = 48, keys = 64, rows = 6, vectors = 2, lanes = 2>}

// -----
!T = tensor<1x4x8x64xf32>
func.func @score_arguments(%q: !T) {
  // expected-error @below {{score region takes ('f32', 'index'), expected an f32 and batch, head, query and key as index}}
  %o = scratch.attention %q, %q, %q : !T, !T, !T -> !T
  score { ^bb0(%s: f32, %b: index): scratch.yield %s : f32 }
  return
}

// -----
!T = tensor<1x4x8x64xf32>
func.func @score_effects(%q: !T, %buffer: memref<f32>) {
  %o = scratch.attention %q, %q, %q : !T, !T, !T -> !T
  score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @below {{is not a pure operation without regions, as a score region needs}}
    memref.store %s, %buffer[] : memref<f32>
    scratch.yield %s : f32
  }
  return
}

// -----
!T = tensor<1x4x8x64xf32>
func.func @mask_of_blocks(%q: !T, %m: !scratch.mask<8x8, block(4x4)>) {
  // expected-error @below {{expected a mask of element granularity, found '!scratch.mask<8x8, block(4x4)>'}}
  %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<8x8, block(4x4)>) : !T, !T, !T -> !T
  return
}
