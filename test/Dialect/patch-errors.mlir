// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @rank(%s: i64) {
  // expected-error @below {{expected kept to be a dense tensor of rank 2, found 'tensor<4xi32>'}}
  %k, %p = scratch.patch_sample seed %s : tensor<4xi32>, tensor<2x8xi32>
  return
}

// -----
func.func @samples(%s: i64) {
  // expected-error @below {{expected kept and places of the same samples, found 'tensor<3x4xi32>' and 'tensor<2x8xi32>'}}
  %k, %p = scratch.patch_sample seed %s : tensor<3x4xi32>, tensor<2x8xi32>
  return
}

// -----
func.func @too_many(%s: i64) {
  // expected-error @below {{cannot keep 9 of 8 tokens}}
  %k, %p = scratch.patch_sample seed %s : tensor<2x9xi32>, tensor<2x8xi32>
  return
}

// -----
func.func @sizes(%s: i64, %n: index) {
  // expected-error @below {{expected 2 sizes for the unknown extents of 'tensor<2x?xi32>' and 'tensor<2x?xi32>', found 1}}
  %k, %p = scratch.patch_sample seed %s shape(%n) : tensor<2x?xi32>, tensor<2x?xi32>
  return
}

// -----
func.func @no_rows(%x: tensor<8xf32>, %ids: tensor<4xi32>) {
  // expected-error @below {{expected source to have rows and a size, found 'tensor<8xf32>'}}
  %g = scratch.gather_rows %x[%ids] : tensor<8xf32>, tensor<4xi32> -> tensor<4xf32>
  return
}

// -----
func.func @element(%x: tensor<8x2xf32>, %ids: tensor<4xi32>) {
  // expected-error @below {{elements of result 'tensor<4x2xf16>' differ from those of source 'tensor<8x2xf32>'}}
  %g = scratch.gather_rows %x[%ids] : tensor<8x2xf32>, tensor<4xi32> -> tensor<4x2xf16>
  return
}

// -----
func.func @batches(%x: tensor<2x8x5xf32>, %ids: tensor<3x4xi32>) {
  // expected-error @below {{expected ids for the batches of source 'tensor<2x8x5xf32>', found 'tensor<3x4xi32>'}}
  %g = scratch.gather_rows %x[%ids] : tensor<2x8x5xf32>, tensor<3x4xi32> -> tensor<3x4x5xf32>
  return
}

// -----
func.func @size(%x: tensor<2x8x5xf32>, %ids: tensor<2x4xi32>) {
  // expected-error @below {{expected result to be rows of source 'tensor<2x8x5xf32>' for each of ids 'tensor<2x4xi32>', found 'tensor<2x4x6xf32>'}}
  %g = scratch.gather_rows %x[%ids] : tensor<2x8x5xf32>, tensor<2x4xi32> -> tensor<2x4x6xf32>
  return
}

// -----
func.func @scatter(%x: tensor<2x8x5xf32>, %ids: tensor<2x4xi32>, %s: tensor<2x3x5xf32>) {
  // expected-error @below {{expected source to be rows of init 'tensor<2x8x5xf32>' for each of ids 'tensor<2x4xi32>', found 'tensor<2x3x5xf32>'}}
  %y = scratch.scatter_rows %s[%ids] into %x : tensor<2x3x5xf32>, tensor<2x4xi32>, tensor<2x8x5xf32>
  return
}

// -----
func.func @integers(%x: tensor<8x5xi32>, %ids: tensor<4xi32>, %s: tensor<4x5xi32>) {
  // expected-error @below {{adds floats, found 'tensor<8x5xi32>'}}
  %y = scratch.scatter_rows %s[%ids] into %x add : tensor<4x5xi32>, tensor<4xi32>, tensor<8x5xi32>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @sparse_rows(%x: tensor<9x8xf32, #CSR>, %ids: tensor<4xi32>) {
  // expected-error @below {{to be dense, found 'tensor<9x8xf32, #sparse_tensor.encoding}}
  %g = scratch.gather_rows %x[%ids] : tensor<9x8xf32, #CSR>, tensor<4xi32> -> tensor<4x8xf32>
  return
}
