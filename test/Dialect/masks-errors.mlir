// RUN: scratch-opt %s --verify-diagnostics --split-input-file

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @mask_from_c1(%L: tensor<4x8xf64, #CSR>) {
  // expected-error@+1 {{expected an element mask of the shape of 'tensor<4x8xf64, #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>>', found '!scratch.mask<8x4>'}}
  %m = scratch.mask.from structure %L : tensor<4x8xf64, #CSR> -> !scratch.mask<8x4>
  return
}

// -----
func.func @granularity(%L: tensor<4x8xf64>) {
  // expected-error@+1 {{expected an element mask of the shape of 'tensor<4x8xf64>', found '!scratch.mask<4x8, row>'}}
  %m = scratch.mask.from value %L : tensor<4x8xf64> -> !scratch.mask<4x8, row>
  return
}

// -----
func.func @mask_from_c3(%f: tensor<4xi8>) {
  // expected-error@+1 {{expected, of a vector, a mask by value of as many rows or columns, found '!scratch.mask<8x4, row>' of 'tensor<4xi8>'}}
  %m = scratch.mask.from value %f : tensor<4xi8> -> !scratch.mask<8x4, row>
  return
}

// -----
func.func @guarantee(%L: tensor<4x8xf64>) {
  // expected-error@+1 {{cannot know that 'tensor<4x8xf64>' keeps the guarantee of '!scratch.mask<4x8, exact(2:4)>'}}
  %m = scratch.mask.from value %L : tensor<4x8xf64> -> !scratch.mask<4x8, exact(2:4)>
  return
}

// -----
func.func @mask_from_c2(%L: tensor<4x8xf64>) {
  // expected-error@+1 {{expected a sparse tensor for a structural mask, found 'tensor<4x8xf64>'}}
  %m = scratch.mask.from structure %L : tensor<4x8xf64> -> !scratch.mask<4x8>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 64, crdWidth = 32}>
func.func @assemble_c1(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{expected positions of type memref<?x'i64'>, found 'memref<?xi32>'}}
  %A = scratch.assemble %p, %c, %v shape(%n, %n) : memref<?xi32>, memref<?xi32>, memref<?xf64> -> tensor<?x?xf64, #CSR>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @assembled_values(%p: memref<?xi32>, %c: memref<?xi32>, %v: memref<?x?xf64>, %n: index) {
  // expected-error@+1 {{expected values of type memref<?x'f64'>, found 'memref<?x?xf64>'}}
  %A = scratch.assemble %p, %c, %v shape(%n, %n) : memref<?xi32>, memref<?xi32>, memref<?x?xf64> -> tensor<?x?xf64, #CSR>
  return
}
