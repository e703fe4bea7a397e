// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @packed_gradient_c1(%p: tensor<?xi32>, %c: tensor<?xi32>, %v: tensor<?xf32>, %Y: tensor<?x8xf32>, %X: tensor<?x4xf32>) {
  // expected-error @+1 {{expected two dense matrices of f32 or f64 with as many columns, found 'tensor<?x8xf32>' and 'tensor<?x4xf32>'}}
  %g = scratch.packed_gradient <csr>(%p, %c, %v), %Y, %X : (tensor<?xi32>, tensor<?xi32>, tensor<?xf32>), tensor<?x8xf32>, tensor<?x4xf32> -> tensor<?xf32>
  return
}

// -----

func.func @packed_gradient_c2(%p: tensor<?xi32>, %c: tensor<?xi8>, %v: tensor<?xf32>, %Y: tensor<?x8xf32>, %X: tensor<?x8xf32>) {
  // expected-error @+1 {{expected a format whose every entry is a weight, found #scratch.packing<delta>}}
  %g = scratch.packed_gradient <delta>(%p, %c, %v), %Y, %X : (tensor<?xi32>, tensor<?xi8>, tensor<?xf32>), tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?xf32>
  return
}

// -----

func.func @packed_gradient_result(%c: tensor<?xi32>, %v: tensor<?xf32>, %Y: tensor<?x8xf32>, %X: tensor<?x8xf32>) {
  // expected-error @+1 {{expected a result of type 'tensor<?xf32>', found 'tensor<?xf64>'}}
  %g = scratch.packed_gradient <fixed, 2>(%c, %v), %Y, %X : (tensor<?xi32>, tensor<?xf32>), tensor<?x8xf32>, tensor<?x8xf32> -> tensor<?xf64>
  return
}
