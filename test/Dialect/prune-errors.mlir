// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @scored_c1(%W: tensor<4x8xf32>, %t: f32) {
  // expected-error @+1 {{expected dense weights of the shape of '!scratch.mask<8x4>', found 'tensor<4x8xf32>'}}
  %M = scratch.mask.threshold %W above %t : tensor<4x8xf32>, f32 -> !scratch.mask<8x4>
  return
}

// -----

func.func @scored_c1_floats(%W: tensor<4x8xi32>, %keep: f64) {
  // expected-error @+1 {{expected weights of floats, found 'tensor<4x8xi32>'}}
  %M = scratch.mask.magnitude %W keep %keep : tensor<4x8xi32> -> !scratch.mask<4x8>
  return
}

// -----

func.func @scored_c2(%W: tensor<4x8xf32>, %x: tensor<4xf32>) {
  // expected-error @+1 {{expected one norm of inputs per column of 'tensor<4x8xf32>', found 'tensor<4xf32>'}}
  %M = scratch.mask.top_k %W inputs(%x : tensor<4xf32>) : tensor<4x8xf32> -> !scratch.mask<4x8, row_nnz(2)>
  return
}

// -----

func.func @mask_threshold_c1(%W: tensor<4x8xf32>, %t: f32) {
  // expected-error @+1 {{without guarantee, found '!scratch.mask<4x8, row_nnz(2)>'}}
  %M = scratch.mask.threshold %W above %t : tensor<4x8xf32>, f32 -> !scratch.mask<4x8, row_nnz(2)>
  return
}

// -----

func.func @mask_threshold_c2(%W: tensor<4x8xf32>, %t: f64) {
  // expected-error @+1 {{expected a threshold of type 'f32', found 'f64'}}
  %M = scratch.mask.threshold %W above %t : tensor<4x8xf32>, f64 -> !scratch.mask<4x8>
  return
}

// -----

func.func @mask_top_k_c1(%W: tensor<4x8xf32>) {
  // expected-error @+1 {{expected an element mask that guarantees row_nnz(K), found '!scratch.mask<4x8>'}}
  %M = scratch.mask.top_k %W : tensor<4x8xf32> -> !scratch.mask<4x8>
  return
}

// -----

func.func @mask_n_m_c1(%W: tensor<4x8xf32>) {
  // expected-error @+1 {{expected a mask with n_m(N:M) and exact(N:M), M at most 32, found '!scratch.mask<4x8, n_m(2:4), exact(1:4)>'}}
  %M = scratch.mask.n_m %W : tensor<4x8xf32> -> !scratch.mask<4x8, n_m(2:4), exact(1:4)>
  return
}

// -----

func.func @mask_n_m_c2(%W: tensor<4x6xf32>) {
  // expected-error @+1 {{expected columns in groups of 4, found 6}}
  %M = scratch.mask.n_m %W : tensor<4x6xf32> -> !scratch.mask<4x6, n_m(2:4), exact(2:4)>
  return
}

// -----

func.func @mask_random_c2(%seed: i64, %keep: f64) {
  // expected-error @+1 {{expected 1 sizes for '!scratch.mask<?x8>', found 0}}
  %M = scratch.mask.random seed %seed keep %keep : !scratch.mask<?x8>
  return
}

// -----

func.func @mask_bytes_c1(%M: !scratch.mask<9x8, block(4x4)>) {
  // expected-error @+1 {{expected 'tensor<3x2xi8>' for '!scratch.mask<9x8, block(4x4)>', found 'tensor<2x2xi8>'}}
  %B = scratch.mask.bytes %M : !scratch.mask<9x8, block(4x4)> -> tensor<2x2xi8>
  return
}
