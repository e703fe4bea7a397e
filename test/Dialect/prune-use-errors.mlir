// RUN: scratch-opt %s --verify-diagnostics --split-input-file

#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>

func.func @mask_compress_c2(%W: tensor<4x8xf32>, %M: !scratch.mask<4x8>) {
  // expected-error @+1 {{expected a CSR matrix of the shape and elements of 'tensor<4x8xf32>'}}
  %C = scratch.mask.compress %W, %M : tensor<4x8xf32>, !scratch.mask<4x8> -> tensor<4x8xf32, #CSC>
  return
}

// -----

func.func @mask_apply_c1(%W: tensor<4x8xf32>, %M: !scratch.mask<4x?>) {
  // expected-error @+1 {{expected dense weights of the shape of '!scratch.mask<4x?>', found 'tensor<4x8xf32>'}}
  %Z = scratch.mask.apply %W, %M : tensor<4x8xf32>, !scratch.mask<4x?>
  return
}

// -----

func.func @mask_apply_c1_vector(%b: tensor<4xf32>, %M: !scratch.mask<8x4, row>) {
  // expected-error @+1 {{expected a mask with a row or column per entry of 'tensor<4xf32>', found '!scratch.mask<8x4, row>'}}
  %Z = scratch.mask.apply %b, %M : tensor<4xf32>, !scratch.mask<8x4, row>
  return
}

// -----

func.func @mask_threshold_gradient_c2(%W: tensor<4x8xf32>, %t: f32, %dM: tensor<8xf32>) {
  // expected-error @+1 {{expected a gradient of type 'tensor<4xf32>', found 'tensor<8xf32>'}}
  %dt = scratch.mask.threshold_gradient %W above %t with %dM : tensor<4x8xf32>, tensor<8xf32>, f32
  return
}

// -----
func.func @mask_threshold_gradient_c1(%W: tensor<2x4x8xf32>, %t: f32, %dM: tensor<4xf32>) {
  // expected-error @+1 {{expected dense weights of floats, found 'tensor<2x4x8xf32>'}}
  %dt = scratch.mask.threshold_gradient %W above %t with %dM : tensor<2x4x8xf32>, tensor<4xf32>, f32
  return
}
