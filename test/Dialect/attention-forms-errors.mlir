// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @no_logs(%q: tensor<1x1x8x64xf32>, %n: index) {
  // expected-error @below {{in parts gives dense f32 tensors of rank 5 and 4, found 'tensor<?x1x1x8x64xf32>'}}
  %o = scratch.attention %q, %q, %q parts(%n) : tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32> -> tensor<?x1x1x8x64xf32>
  return
}

// -----
func.func @counts(%q: tensor<1x1x8x64xf32>, %n: index) {
  // expected-error @below {{expected as many parts of log-sum-exp as of the result, found 'tensor<2x1x1x8x64xf32>', 'tensor<3x1x1x8xf32>'}}
  %o, %l = scratch.attention %q, %q, %q parts(%n) : tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32> -> tensor<2x1x1x8x64xf32>, tensor<3x1x1x8xf32>
  return
}

// -----
func.func @ranks(%o: tensor<1x1x8x64xf32>, %l: tensor<1x1x8xf32>) {
  // expected-error @below {{expected parts of rank 5 and log-sum-exps of rank 4, found 'tensor<1x1x8x64xf32>' and 'tensor<1x1x8xf32>'}}
  %r = scratch.attention_merge %o, %l : tensor<1x1x8x64xf32>, tensor<1x1x8xf32> -> tensor<1x1x8x64xf32>
  return
}

// -----
func.func @lengths(%o: tensor<2x1x1x8x64xf32>, %l: tensor<2x1x1x9xf32>) {
  // expected-error @below {{length of log-sum-exps 'tensor<2x1x1x9xf32>' (9) differs from that of parts 'tensor<2x1x1x8x64xf32>' (8)}}
  %r = scratch.attention_merge %o, %l : tensor<2x1x1x8x64xf32>, tensor<2x1x1x9xf32> -> tensor<1x1x8x64xf32>
  return
}

// -----
func.func @merged(%o: tensor<2x1x1x8x64xf32>, %l: tensor<2x1x1x8xf32>) {
  // expected-error @below {{expected a result of rank 4 and f32, bf16 or f16, found 'tensor<1x1x8x64xf64>'}}
  %r = scratch.attention_merge %o, %l : tensor<2x1x1x8x64xf32>, tensor<2x1x1x8xf32> -> tensor<1x1x8x64xf64>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @mask_rank(%m: !scratch.mask<2x8x8>) {
  // expected-error @below {{expected an element mask of rank 2, found '!scratch.mask<2x8x8>'}}
  %l = scratch.mask_blocks %m block [4, 4] : !scratch.mask<2x8x8> -> tensor<2x2xi8, #CSR>
  return
}

// -----
func.func @format(%m: !scratch.mask<8x8>) {
  // expected-error @below {{expected a result in CSR of i8 with 32-bit indices, found 'tensor<2x2xi8>'}}
  %l = scratch.mask_blocks %m block [4, 4] : !scratch.mask<8x8> -> tensor<2x2xi8>
  return
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
func.func @sizes(%m: !scratch.mask<?x8>) {
  // expected-error @below {{expected 1 sizes for the unknown extents of '!scratch.mask<?x8>', found 0}}
  %l = scratch.mask_blocks %m block [4, 4] : !scratch.mask<?x8> -> tensor<?x2xi8, #CSR>
  return
}

// -----
func.func @refined(%m: !scratch.mask<8x8>, %map: tensor<2x2xi8>) {
  // expected-error @below {{expected to refine a '!scratch.mask<?x8>', found '!scratch.mask<8x8>'}}
  %r = scratch.mask.blocks %map block [4, 4] of(%m : !scratch.mask<8x8>) : tensor<2x2xi8> -> !scratch.mask<?x8>
  return
}

// -----
func.func @backward(%q: tensor<1x1x8x64xf32>, %l: tensor<1x1x9xf32>) {
  // expected-error @below {{length of log-sum-exp 'tensor<1x1x9xf32>' (9) differs from that of query 'tensor<1x1x8x64xf32>' (8)}}
  %dq, %dk, %dv = scratch.attention_backward %q, %q, %q result(%q, %l) gradient(%q)
      : tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32>, tensor<1x1x8x64xf32>, tensor<1x1x9xf32>
  return
}
