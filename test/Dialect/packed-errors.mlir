// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @packing_c1(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>) {
  // expected-error @+1 {{expected block sizes from 1 to 16, found 4 and 32}}
  %p:3 = scratch.pack %W, %M as <block, 4, 32> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
  return
}

// -----

func.func @packing_sizes(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>) {
  // expected-error @+1 {{expected 0 sizes of packing csr, found 1}}
  %p:3 = scratch.pack %W, %M as <csr, 4> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
  return
}

// -----

func.func @pack_c2(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>) {
  // expected-error @+1 {{found ('tensor<?xi32>', 'tensor<?xi32>', 'tensor<?xf32>')}}
  %p:3 = scratch.pack %W, %M as <bitmap> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
  return
}

// -----

func.func @pack_c3(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>) {
  // expected-error @+1 {{expected a mask that guarantees exact(2:4), found '!scratch.mask<?x?>'}}
  %p:2 = scratch.pack %W, %M as <n_m, 2, 4> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi8>, tensor<?xf32>
  return
}

// -----

func.func @packed_matmul_c2(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %X: tensor<?x8xf32>, %Y: tensor<?x4xf32>) {
  // expected-error @+1 {{expected an init of rank, columns and elements of 'tensor<?x8xf32>', found 'tensor<?x4xf32>'}}
  %R = scratch.packed_matmul <csr>(%p, %c, %v), %X into %Y : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x8xf32> -> tensor<?x4xf32>
  return
}

// -----

// expected-error @+1 {{expected N < M, M a power of two from 2 to 16 and a group of at most 8 bits, found 4:4}}
func.func private @packing_c1() attributes {p = #scratch.packing<n_m, 4, 4>}

// -----

func.func @pack_c1(%W: tensor<4x8xi32>, %M: !scratch.mask<4x8>) {
  // expected-error @+1 {{expected dense weights of f32 or f64 of the shape of '!scratch.mask<4x8>', found 'tensor<4x8xi32>'}}
  %p:3 = scratch.pack %W, %M as <csr> : tensor<4x8xi32>, !scratch.mask<4x8> -> tensor<?xi32>, tensor<?xi32>, tensor<?xi32>
  return
}

// -----

func.func @packed_matmul_rhs(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xi32>, %X: tensor<?x8xi32>, %Y: tensor<?x8xi32>) {
  // expected-error @+1 {{expected a dense vector or matrix of f32 or f64 to multiply with, found 'tensor<?x8xi32>'}}
  %R = scratch.packed_matmul <csr>(%p, %c, %v), %X into %Y : (tensor<?xi32>, tensor<?xi32>, tensor<?xi32>), tensor<?x8xi32> -> tensor<?x8xi32>
  return
}

// -----

func.func @packed_matmul_bias(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %X: tensor<?x8xf32>, %Y: tensor<6x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+1 {{expected one bias per row of 'tensor<6x8xf32>', found 'tensor<8xf32>'}}
  %R = scratch.packed_matmul <csr>(%p, %c, %v), %X into %Y bias(%b) : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x8xf32> -> tensor<6x8xf32>, tensor<8xf32>
  return
}

// -----

// expected-error @+1 {{expected at least one entry per row, found 0}}
func.func private @packing_c1_fixed() attributes {p = #scratch.packing<fixed, 0>}

// -----

func.func @pack_c3_fixed(%W: tensor<?x?xf32>, %M: !scratch.mask<?x?>) {
  // expected-error @+1 {{expected a mask that guarantees row_nnz(3), found '!scratch.mask<?x?>'}}
  %p:2 = scratch.pack %W, %M as <fixed, 3> : tensor<?x?xf32>, !scratch.mask<?x?> -> tensor<?xi32>, tensor<?xf32>
  return
}

// -----

func.func @expand_lanes_c1(%v: memref<?xf32>, %at: index, %code: i8) {
  // expected-error @+1 {{expected a lane per bit of the code, eight of pairs, found 16 lanes of 8 bits}}
  %r = scratch.expand_lanes %v[%at] by %code code(bits) : memref<?xf32>, i8 -> vector<16xf32>
  return
}

// -----

func.func @expand_lanes_pairs(%v: memref<?xf32>, %at: index, %code: i16) {
  // expected-error @+1 {{expected a lane per bit of the code, eight of pairs, found 16 lanes of 16 bits}}
  %r = scratch.expand_lanes %v[%at] by %code code(pairs) : memref<?xf32>, i16 -> vector<16xf32>
  return
}

// -----

func.func @take_lanes_c1(%table: vector<32xf64>, %index: vector<16xi64>) {
  // expected-error @+1 {{expected lanes of 512 or 256 bits, found 'vector<16xf64>'}}
  %r = scratch.take_lanes %table[%index] : vector<32xf64>, vector<16xi64> -> vector<16xf64>
  return
}

// -----

func.func @take_lanes_c2(%table: vector<32xf64>, %index: vector<8xi32>) {
  // expected-error @+1 {{expected an index of 8 lanes of 64 bits, found 'vector<8xi32>'}}
  %r = scratch.take_lanes %table[%index] : vector<32xf64>, vector<8xi32> -> vector<8xf64>
  return
}

// -----

func.func @take_lanes_c3(%table: vector<64xf64>, %index: vector<8xi64>) {
  // expected-error @+1 {{expected a table of 16 or 32 'f64', found 'vector<64xf64>'}}
  %r = scratch.take_lanes %table[%index] : vector<64xf64>, vector<8xi64> -> vector<8xf64>
  return
}

// -----

func.func @intersect_lanes_c1(%a: vector<8xi32>) {
  // expected-error @+1 {{expected lanes of 512 bits, found 'vector<8xi32>'}}
  %r:2 = scratch.intersect_lanes %a, %a : vector<8xi32>
  return
}

// -----

func.func @move_lanes_c1(%a: vector<8xf64>, %m: vector<16xi1>) {
  // expected-error @+1 {{expected lanes of 512 bits and a bit for each, found 'vector<8xf64>' and 'vector<16xi1>'}}
  %r = scratch.move_lanes %a from %m to %m : vector<8xf64>, vector<16xi1>
  return
}
