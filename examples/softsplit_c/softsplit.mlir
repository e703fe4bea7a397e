// A soft split, as Tokens-to-Token makes it: a picture's pixels become overlapping
// windows (3 x 3, step 2, one pixel of padding), each window a token, and tokens
// attend to each other. The unfolded picture is a gather of rows: window t names its
// nine pixels, -1 outside the picture.
func.func private @windows() -> tensor<64x9xi32> {
  %e = tensor.empty() : tensor<64x9xi32>
  %ids = linalg.generic {
      indexing_maps = [affine_map<(t, p) -> (t, p)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<64x9xi32>) {
  ^bb0(%unused: i32):
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %none = arith.constant -1 : i32
    %t = linalg.index 0 : index
    %p = linalg.index 1 : index
    // Pixel (2 * (t / 8) + p / 3 - 1, 2 * (t % 8) + p % 3 - 1) of 16 x 16.
    %ty = arith.divui %t, %c8 : index
    %tx = arith.remui %t, %c8 : index
    %py = arith.divui %p, %c3 : index
    %px = arith.remui %p, %c3 : index
    %y2 = arith.muli %ty, %c2 : index
    %x2 = arith.muli %tx, %c2 : index
    %y3 = arith.addi %y2, %py : index
    %x3 = arith.addi %x2, %px : index
    %y = arith.subi %y3, %c1 : index
    %x = arith.subi %x3, %c1 : index
    // Minus one is a large number without sign.
    %inside_y = arith.cmpi ult, %y, %c16 : index
    %inside_x = arith.cmpi ult, %x, %c16 : index
    %inside = arith.andi %inside_y, %inside_x : i1
    %row = arith.muli %y, %c16 : index
    %at = arith.addi %row, %x : index
    %id = arith.index_cast %at : index to i32
    %pick = arith.select %inside, %id, %none : i32
    linalg.yield %pick : i32
  } -> tensor<64x9xi32>
  return %ids : tensor<64x9xi32>
}

func.func private @linear(%x: tensor<128x72xf32>, %w: tensor<72x32xf32>) -> tensor<2x64x1x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<128x32xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<128x32xf32>) -> tensor<128x32xf32>
  %y = linalg.matmul ins(%x, %w : tensor<128x72xf32>, tensor<72x32xf32>)
                     outs(%z : tensor<128x32xf32>) -> tensor<128x32xf32>
  %heads = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [2, 64, 1, 32]
           : tensor<128x32xf32> into tensor<2x64x1x32xf32>
  return %heads : tensor<2x64x1x32xf32>
}

// Scores are scaled by the size of the unfolded token (72), not of the head, and the
// short cut around attention carries the values: so do the published weights.
func.func @soft_split(%pixels: tensor<2x256x8xf32>, %wq: tensor<72x32xf32>, %wk: tensor<72x32xf32>,
                      %wv: tensor<72x32xf32>) -> tensor<2x64x1x32xf32> {
  %ids = call @windows() : () -> tensor<64x9xi32>
  %w = scratch.gather_rows %pixels[%ids] padded
       : tensor<2x256x8xf32>, tensor<64x9xi32> -> tensor<2x64x9x8xf32>
  %x = tensor.collapse_shape %w [[0, 1], [2, 3]] : tensor<2x64x9x8xf32> into tensor<128x72xf32>
  %q = call @linear(%x, %wq) : (tensor<128x72xf32>, tensor<72x32xf32>) -> tensor<2x64x1x32xf32>
  %k = call @linear(%x, %wk) : (tensor<128x72xf32>, tensor<72x32xf32>) -> tensor<2x64x1x32xf32>
  %v = call @linear(%x, %wv) : (tensor<128x72xf32>, tensor<72x32xf32>) -> tensor<2x64x1x32xf32>
  %a = scratch.attention %q, %k, %v layout bshd {scale = 0.11785113019775793}
       : tensor<2x64x1x32xf32>, tensor<2x64x1x32xf32>, tensor<2x64x1x32xf32> -> tensor<2x64x1x32xf32>
  %e = tensor.empty() : tensor<2x64x1x32xf32>
  %y = linalg.add ins(%a, %v : tensor<2x64x1x32xf32>, tensor<2x64x1x32xf32>)
                  outs(%e : tensor<2x64x1x32xf32>) -> tensor<2x64x1x32xf32>
  return %y : tensor<2x64x1x32xf32>
}
