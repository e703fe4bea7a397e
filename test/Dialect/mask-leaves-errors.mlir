// RUN: scratch-opt %s --verify-diagnostics --split-input-file

// expected-error @below {{expected a mask of two to four dimensions, found 1}}
func.func @rank(%m: !scratch.mask<?>) { return }

// -----
func.func @batch(%n: tensor<2xi32>) {
  // expected-error @below {{'scratch.mask.causal' op offset 'tensor<2xi32>' differs between batches, but the domain of '!scratch.mask<?x?>' has no batch dimension}}
  %0 = scratch.mask.causal top_left offset(%n : tensor<2xi32>) : !scratch.mask<?x?>
  return
}

// -----
func.func @heads(%n: index, %d: tensor<4xi32>) {
  // expected-error @below {{expected dilation for 8 heads, found 'tensor<4xi32>'}}
  %0 = scratch.mask.window top_left left(%n) dilation(%d : tensor<4xi32>) : !scratch.mask<2x8x?x?>
  return
}

// -----
func.func @window_batch(%n: tensor<2xi32>) {
  // expected-error @below {{'scratch.mask.window' op offset 'tensor<2xi32>' differs between batches, but the domain of '!scratch.mask<?x?>' has no batch dimension}}
  %0 = scratch.mask.window top_left offset(%n : tensor<2xi32>) : !scratch.mask<?x?>
  return
}

// -----
func.func @nothing() {
  // expected-error @below {{expected left, right or dilation; without any, everything takes part}}
  %0 = scratch.mask.window top_left : !scratch.mask<?x?>
  return
}

// -----
func.func @flags(%f: tensor<63xi8>) {
  // expected-error @below {{expected flags for 64 keys, found 'tensor<63xi8>'}}
  %0 = scratch.mask.keep key (%f : tensor<63xi8>) : !scratch.mask<32x64>
  return
}

// -----
func.func @documents(%q: tensor<32xi32>, %k: tensor<3x64xi32>) {
  // expected-error @below {{expected key documents for 2 batches, found 'tensor<3x64xi32>'}}
  %0 = scratch.mask.documents %q, %k : tensor<32xi32>, tensor<3x64xi32> -> !scratch.mask<2x32x64>
  return
}

// -----
func.func @grid() {
  // expected-error @below {{expected 32 queries for the grid, found '!scratch.mask<30x32>'}}
  %0 = scratch.mask.neighbourhood grid [8, 4] kernel [3, 3] : !scratch.mask<30x32>
  return
}

// -----
func.func @kernel() {
  // expected-error @below {{kernel [9, 3] is larger than grid [8, 4]}}
  %0 = scratch.mask.neighbourhood grid [8, 4] kernel [9, 3] : !scratch.mask<32x32>
  return
}

// -----
func.func @blocks(%map: tensor<3x4xi8>) {
  // expected-error @below {{expected 4 blocks of 16 queries for '!scratch.mask<64x64>', found 'tensor<3x4xi8>'}}
  %0 = scratch.mask.blocks %map block [16, 16] : tensor<3x4xi8> -> !scratch.mask<64x64>
  return
}

// -----
func.func @packed(%bits: tensor<64x3xi32>) {
  // expected-error @below {{expected 2 words for 64 keys, found 'tensor<64x3xi32>'}}
  %0 = scratch.mask.packed %bits : tensor<64x3xi32> -> !scratch.mask<64x64>
  return
}

// -----
func.func @region() {
  // expected-error @below {{body must yield one i1}}
  %0 = scratch.mask.region {
  ^bb0(%b: index, %h: index, %i: index, %j: index):
    scratch.yield %i : index
  } : !scratch.mask<?x?>
  return
}
