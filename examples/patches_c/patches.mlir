// A block of micro-budget diffusion training with deferred masking: a mixer sees all
// 64 patches of a sample, then 16 of them, drawn per sample, go through the backbone,
// and the loss looks at those alone.
//
// @gathered drops the others before the backbone; @masked keeps them to the end, hides
// their keys and leaves them out of the loss. The two give the same loss.

//===----------------------------------------------------------------------===//
// Pieces that work on rows, however many there are
//===----------------------------------------------------------------------===//

func.func private @linear(%x: tensor<?x64xf32>, %w: tensor<64x64xf32>) -> tensor<?x64xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x64xf32>
  %e = tensor.empty(%n) : tensor<?x64xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x64xf32>, tensor<64x64xf32>)
                     outs(%z : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

func.func private @add(%a: tensor<?x64xf32>, %b: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?x64xf32>
  %e = tensor.empty(%n) : tensor<?x64xf32>
  %y = linalg.add ins(%a, %b : tensor<?x64xf32>, tensor<?x64xf32>)
                  outs(%e : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Weight number %i of a block: wq, wk, wv, wo, w1, w2.
func.func private @weight(%all: tensor<6x64x64xf32>, %i: index) -> tensor<64x64xf32> {
  %w = tensor.extract_slice %all[%i, 0, 0] [1, 64, 64] [1, 1, 1]
       : tensor<6x64x64xf32> to tensor<64x64xf32>
  return %w : tensor<64x64xf32>
}

// Two samples of %t tokens, in 4 heads.
func.func private @heads(%x: tensor<?x64xf32>, %t: index, %all: tensor<6x64x64xf32>, %i: index)
    -> tensor<2x?x4x16xf32> {
  %w = call @weight(%all, %i) : (tensor<6x64x64xf32>, index) -> tensor<64x64xf32>
  %y = call @linear(%x, %w) : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %h = tensor.expand_shape %y [[0, 1], [2, 3]] output_shape [2, %t, 4, 16]
       : tensor<?x64xf32> into tensor<2x?x4x16xf32>
  return %h : tensor<2x?x4x16xf32>
}

// What follows attention %o: y = x + o wo, then y + silu(y w1) w2.
func.func private @finish(%x: tensor<?x64xf32>, %o: tensor<2x?x4x16xf32>, %all: tensor<6x64x64xf32>)
    -> tensor<?x64xf32> {
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %c5 = arith.constant 5 : index
  %one = arith.constant 1.0 : f32
  %wo = call @weight(%all, %c3) : (tensor<6x64x64xf32>, index) -> tensor<64x64xf32>
  %w1 = call @weight(%all, %c4) : (tensor<6x64x64xf32>, index) -> tensor<64x64xf32>
  %w2 = call @weight(%all, %c5) : (tensor<6x64x64xf32>, index) -> tensor<64x64xf32>
  %a = tensor.collapse_shape %o [[0, 1], [2, 3]] : tensor<2x?x4x16xf32> into tensor<?x64xf32>
  %p = call @linear(%a, %wo) : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %y = call @add(%x, %p) : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  %h = call @linear(%y, %w1) : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %g = linalg.generic {
      indexing_maps = [affine_map<(i, d) -> (i, d)>], iterator_types = ["parallel", "parallel"]}
      outs(%h : tensor<?x64xf32>) {
  ^bb0(%s: f32):
    %negative = arith.negf %s : f32
    %power = math.exp %negative : f32
    %below = arith.addf %one, %power : f32
    %r = arith.divf %s, %below : f32
    linalg.yield %r : f32
  } -> tensor<?x64xf32>
  %f = call @linear(%g, %w2) : (tensor<?x64xf32>, tensor<64x64xf32>) -> tensor<?x64xf32>
  %z = call @add(%y, %f) : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return %z : tensor<?x64xf32>
}

// A block on samples of %t tokens that all see each other.
func.func private @block(%x: tensor<?x64xf32>, %t: index, %all: tensor<6x64x64xf32>) -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %q = call @heads(%x, %t, %all, %c0) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %k = call @heads(%x, %t, %all, %c1) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %v = call @heads(%x, %t, %all, %c2) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %o = scratch.attention %q, %k, %v layout bshd
       : tensor<2x?x4x16xf32>, tensor<2x?x4x16xf32>, tensor<2x?x4x16xf32> -> tensor<2x?x4x16xf32>
  %y = call @finish(%x, %o, %all) : (tensor<?x64xf32>, tensor<2x?x4x16xf32>, tensor<6x64x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// The same for samples of which only the tokens in %kept are seen.
func.func private @block_masked(%x: tensor<?x64xf32>, %kept: tensor<2x16xi32>, %all: tensor<6x64x64xf32>)
    -> tensor<?x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %t = arith.constant 64 : index
  %q = call @heads(%x, %t, %all, %c0) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %k = call @heads(%x, %t, %all, %c1) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %v = call @heads(%x, %t, %all, %c2) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>, index) -> tensor<2x?x4x16xf32>
  %m = scratch.mask.listed key(%kept : tensor<2x16xi32>) : !scratch.mask<2x?x?>
  %o = scratch.attention %q, %k, %v mask(%m : !scratch.mask<2x?x?>) layout bshd
       : tensor<2x?x4x16xf32>, tensor<2x?x4x16xf32>, tensor<2x?x4x16xf32> -> tensor<2x?x4x16xf32>
  %y = call @finish(%x, %o, %all) : (tensor<?x64xf32>, tensor<2x?x4x16xf32>, tensor<6x64x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

//===----------------------------------------------------------------------===//
// The two ways
//===----------------------------------------------------------------------===//

func.func private @mixer(%x: tensor<2x64x64xf32>, %mixer: tensor<6x64x64xf32>) -> tensor<2x64x64xf32> {
  %c64 = arith.constant 64 : index
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<2x64x64xf32> into tensor<128x64xf32>
  %open = tensor.cast %rows : tensor<128x64xf32> to tensor<?x64xf32>
  %y = call @block(%open, %c64, %mixer) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>) -> tensor<?x64xf32>
  %closed = tensor.cast %y : tensor<?x64xf32> to tensor<128x64xf32>
  %all = tensor.expand_shape %closed [[0, 1], [2]] output_shape [2, 64, 64]
         : tensor<128x64xf32> into tensor<2x64x64xf32>
  return %all : tensor<2x64x64xf32>
}

func.func @gathered(%x: tensor<2x64x64xf32>, %target: tensor<2x64x64xf32>, %mixer: tensor<6x64x64xf32>,
                    %backbone: tensor<6x64x64xf32>, %seed: i64) -> tensor<1xf32> {
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  %kept, %places = scratch.patch_sample seed %seed : tensor<2x16xi32>, tensor<2x64xi32>
  %mixed = call @mixer(%x, %mixer) : (tensor<2x64x64xf32>, tensor<6x64x64xf32>) -> tensor<2x64x64xf32>
  %few = scratch.gather_rows %mixed[%kept] : tensor<2x64x64xf32>, tensor<2x16xi32> -> tensor<2x16x64xf32>
  %aim = scratch.gather_rows %target[%kept] : tensor<2x64x64xf32>, tensor<2x16xi32> -> tensor<2x16x64xf32>
  %rows = tensor.collapse_shape %few [[0, 1], [2]] : tensor<2x16x64xf32> into tensor<32x64xf32>
  %open = tensor.cast %rows : tensor<32x64xf32> to tensor<?x64xf32>
  %y = call @block(%open, %c16, %backbone) : (tensor<?x64xf32>, index, tensor<6x64x64xf32>) -> tensor<?x64xf32>
  %closed = tensor.cast %y : tensor<?x64xf32> to tensor<32x64xf32>
  %aims = tensor.collapse_shape %aim [[0, 1], [2]] : tensor<2x16x64xf32> into tensor<32x64xf32>
  %e = tensor.empty() : tensor<1xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
  %loss = linalg.generic {
      indexing_maps = [affine_map<(i, d) -> (i, d)>, affine_map<(i, d) -> (i, d)>,
                       affine_map<(i, d) -> (0)>],
      iterator_types = ["reduction", "reduction"]}
      ins(%closed, %aims : tensor<32x64xf32>, tensor<32x64xf32>) outs(%z : tensor<1xf32>) {
  ^bb0(%a: f32, %b: f32, %sum: f32):
    %entries = arith.constant 2048.0 : f32
    %d = arith.subf %a, %b : f32
    %s = arith.mulf %d, %d : f32
    %m = arith.divf %s, %entries : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> tensor<1xf32>
  return %loss : tensor<1xf32>
}

func.func @masked(%x: tensor<2x64x64xf32>, %target: tensor<2x64x64xf32>, %mixer: tensor<6x64x64xf32>,
                  %backbone: tensor<6x64x64xf32>, %seed: i64) -> tensor<1xf32> {
  %zero = arith.constant 0.0 : f32
  %kept, %places = scratch.patch_sample seed %seed : tensor<2x16xi32>, tensor<2x64xi32>
  %mixed = call @mixer(%x, %mixer) : (tensor<2x64x64xf32>, tensor<6x64x64xf32>) -> tensor<2x64x64xf32>
  %rows = tensor.collapse_shape %mixed [[0, 1], [2]] : tensor<2x64x64xf32> into tensor<128x64xf32>
  %open = tensor.cast %rows : tensor<128x64xf32> to tensor<?x64xf32>
  %y = call @block_masked(%open, %kept, %backbone) : (tensor<?x64xf32>, tensor<2x16xi32>, tensor<6x64x64xf32>) -> tensor<?x64xf32>
  %closed = tensor.cast %y : tensor<?x64xf32> to tensor<128x64xf32>
  %all = tensor.expand_shape %closed [[0, 1], [2]] output_shape [2, 64, 64]
         : tensor<128x64xf32> into tensor<2x64x64xf32>
  %e = tensor.empty() : tensor<1xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
  %loss = linalg.generic {
      indexing_maps = [affine_map<(b, t, d) -> (b, t, d)>, affine_map<(b, t, d) -> (b, t, d)>,
                       affine_map<(b, t, d) -> (b, t)>, affine_map<(b, t, d) -> (0)>],
      iterator_types = ["reduction", "reduction", "reduction"]}
      ins(%all, %target, %places : tensor<2x64x64xf32>, tensor<2x64x64xf32>, tensor<2x64xi32>)
      outs(%z : tensor<1xf32>) {
  ^bb0(%a: f32, %b: f32, %place: i32, %sum: f32):
    %entries = arith.constant 2048.0 : f32
    %c16 = arith.constant 16 : i32
    %d = arith.subf %a, %b : f32
    %s = arith.mulf %d, %d : f32
    %m = arith.divf %s, %entries : f32
    %is_kept = arith.cmpi slt, %place, %c16 : i32
    %part = arith.select %is_kept, %m, %zero : f32
    %r = arith.addf %sum, %part : f32
    linalg.yield %r : f32
  } -> tensor<1xf32>
  return %loss : tensor<1xf32>
}
