// A mixture of experts in which experts choose: each of 4 experts takes the 32 of 64
// tokens that want it most, works on them, and what it says is added to its tokens,
// weighed by their wish. Tokens are gathered and scattered by number: there is no
// product with one-hot matrices.
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>

// wishes[e, t] = softmax over experts of x[t] . gate[:, e], experts in rows.
func.func private @wishes(%x: tensor<64x32xf32>, %gate: tensor<32x4xf32>) -> tensor<4x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x64xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x64xf32>) -> tensor<4x64xf32>
  %scores = linalg.generic {
      indexing_maps = [affine_map<(e, t, d) -> (t, d)>, affine_map<(e, t, d) -> (d, e)>,
                       affine_map<(e, t, d) -> (e, t)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %gate : tensor<64x32xf32>, tensor<32x4xf32>) outs(%z : tensor<4x64xf32>) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %p = arith.mulf %a, %g : f32
    %s = arith.addf %sum, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x64xf32>
  %e1 = tensor.empty() : tensor<64xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<64xf32>) -> tensor<64xf32>
  %totals = linalg.generic {
      indexing_maps = [affine_map<(t, e) -> (e, t)>, affine_map<(t, e) -> (t)>],
      iterator_types = ["parallel", "reduction"]}
      ins(%scores : tensor<4x64xf32>) outs(%z1 : tensor<64xf32>) {
  ^bb0(%s: f32, %sum: f32):
    %power = math.exp %s : f32
    %r = arith.addf %sum, %power : f32
    linalg.yield %r : f32
  } -> tensor<64xf32>
  %y = linalg.generic {
      indexing_maps = [affine_map<(e, t) -> (e, t)>, affine_map<(e, t) -> (t)>,
                       affine_map<(e, t) -> (e, t)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%scores, %totals : tensor<4x64xf32>, tensor<64xf32>) outs(%e : tensor<4x64xf32>) {
  ^bb0(%s: f32, %total: f32, %unused: f32):
    %power = math.exp %s : f32
    %r = arith.divf %power, %total : f32
    linalg.yield %r : f32
  } -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// x w of every expert.
func.func private @expert(%x: tensor<4x32x32xf32>, %w: tensor<4x32x32xf32>) -> tensor<4x32x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x32x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x32x32xf32>) -> tensor<4x32x32xf32>
  %y = linalg.batch_matmul ins(%x, %w : tensor<4x32x32xf32>, tensor<4x32x32xf32>)
                           outs(%z : tensor<4x32x32xf32>) -> tensor<4x32x32xf32>
  return %y : tensor<4x32x32xf32>
}

func.func @experts(%x: tensor<64x32xf32>, %gate: tensor<32x4xf32>, %w1: tensor<4x32x32xf32>,
                   %w2: tensor<4x32x32xf32>) -> tensor<64x32xf32> {
  %zero = arith.constant 0.0 : f32
  %wishes = call @wishes(%x, %gate) : (tensor<64x32xf32>, tensor<32x4xf32>) -> tensor<4x64xf32>
  // What each expert takes: 32 entries in every row, so numbers and wishes are 4 x 32.
  %m = scratch.mask.top_k %wishes : tensor<4x64xf32> -> !scratch.mask<4x64, row_nnz(32)>
  %taken = scratch.mask.compress %wishes, %m
           : tensor<4x64xf32>, !scratch.mask<4x64, row_nnz(32)> -> tensor<4x64xf32, #CSR>
  %numbers = sparse_tensor.coordinates %taken {level = 1 : index} : tensor<4x64xf32, #CSR> to memref<?xi32>
  %entries = sparse_tensor.values %taken : tensor<4x64xf32, #CSR> to memref<?xf32>
  %n = memref.cast %numbers : memref<?xi32> to memref<128xi32>
  %p = memref.cast %entries : memref<?xf32> to memref<128xf32>
  %n1 = bufferization.to_tensor %n restrict : memref<128xi32> to tensor<128xi32>
  %p1 = bufferization.to_tensor %p restrict : memref<128xf32> to tensor<128xf32>
  %ids = tensor.expand_shape %n1 [[0, 1]] output_shape [4, 32] : tensor<128xi32> into tensor<4x32xi32>
  %weights = tensor.expand_shape %p1 [[0, 1]] output_shape [4, 32] : tensor<128xf32> into tensor<4x32xf32>

  %in = scratch.gather_rows %x[%ids] : tensor<64x32xf32>, tensor<4x32xi32> -> tensor<4x32x32xf32>
  %h = call @expert(%in, %w1) : (tensor<4x32x32xf32>, tensor<4x32x32xf32>) -> tensor<4x32x32xf32>
  %empty = tensor.empty() : tensor<4x32x32xf32>
  %relu = linalg.generic {
      indexing_maps = [affine_map<(e, n, d) -> (e, n, d)>, affine_map<(e, n, d) -> (e, n, d)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h : tensor<4x32x32xf32>) outs(%empty : tensor<4x32x32xf32>) {
  ^bb0(%a: f32, %unused: f32):
    %r = arith.maximumf %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<4x32x32xf32>
  %out = call @expert(%relu, %w2) : (tensor<4x32x32xf32>, tensor<4x32x32xf32>) -> tensor<4x32x32xf32>
  %weighed = linalg.generic {
      indexing_maps = [affine_map<(e, n, d) -> (e, n, d)>, affine_map<(e, n, d) -> (e, n)>,
                       affine_map<(e, n, d) -> (e, n, d)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%out, %weights : tensor<4x32x32xf32>, tensor<4x32xf32>)
      outs(%empty : tensor<4x32x32xf32>) {
  ^bb0(%a: f32, %w: f32, %unused: f32):
    %r = arith.mulf %a, %w : f32
    linalg.yield %r : f32
  } -> tensor<4x32x32xf32>
  // Tokens that nobody took stay zero; those that several took get the sum.
  %e = tensor.empty() : tensor<64x32xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<64x32xf32>) -> tensor<64x32xf32>
  %y = scratch.scatter_rows %weighed[%ids] into %zeros add
       : tensor<4x32x32xf32>, tensor<4x32xi32>, tensor<64x32xf32>
  return %y : tensor<64x32xf32>
}
