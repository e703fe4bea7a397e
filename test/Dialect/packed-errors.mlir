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
