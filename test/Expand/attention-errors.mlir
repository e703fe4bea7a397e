// RUN: scratch-opt %s --scratch-select --scratch-expand --verify-diagnostics --split-input-file

func.func @argument(%q: tensor<1x2x?x64xf32>, %m: !scratch.mask<?x?>) -> tensor<1x2x?x64xf32> {
  // expected-error @below {{mask must be built from mask operations in the same function}}
  %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<?x?>)
      : tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32> -> tensor<1x2x?x64xf32>
  return %o : tensor<1x2x?x64xf32>
}

// -----
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
func.func @structure(%q: tensor<1x2x?x64xf32>, %s: tensor<?x?xi8, #CSR>) -> tensor<1x2x?x64xf32> {
  %m = scratch.mask.from structure %s : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>
  // expected-error @below {{attention takes a sparse matrix as a list of blocks (scratch.mask.blocks), found an element mask of its structure}}
  %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<?x?>)
      : tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32>, tensor<1x2x?x64xf32> -> tensor<1x2x?x64xf32>
  return %o : tensor<1x2x?x64xf32>
}
