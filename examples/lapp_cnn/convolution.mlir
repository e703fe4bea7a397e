// Convolutions and their gradients, for any number of channels: 3x3 at stride 1 and 2 with
// a border of zeros, 1x1 at stride 2, and 3x3 channel by channel. Images are NHWC, filters
// HWCF. The gradient of the input is the convolution of the gradient with the
// flipped filters; that of the filters is a product over all pixels.
!T4 = tensor<?x?x?x?xf32>
!Gray = tensor<?x?x?x1xf32>
!W3 = tensor<3x3x?x?xf32>
!W1 = tensor<1x1x?x?xf32>
!Stem = tensor<3x3x1x?xf32>
!D3 = tensor<3x3x?xf32>
#product = affine_map<(i, j, k, f, n, y, x) -> (i, j, k, f)>
#gradient = affine_map<(i, j, k, f, n, y, x) -> (n, y, x, f)>

//===- 3x3, stride 1, one channel ----------------------------------------===//

func.func @stem(%x: !Gray, %w: !Stem) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !Gray
  %h = tensor.dim %x, %c1 : !Gray
  %v = tensor.dim %x, %c2 : !Gray
  %f = tensor.dim %w, %c3 : !Stem
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !Gray to !Gray
  %e = tensor.empty(%n, %h, %v, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<1> : vector<2xi64>}
       ins(%p, %w : !Gray, !Stem) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @stem_weights(%x: !Gray, %dy: !T4, %w: !Stem) -> !Stem {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !Gray to !Gray
  %z = linalg.fill ins(%zero : f32) outs(%w : !Stem) -> !Stem
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f, n, y, x) -> (n, y + i, x + j, k)>, #gradient, #product],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : !Gray, !T4) outs(%z : !Stem) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !Stem
  return %dw : !Stem
}

//===- 3x3, stride 1 -----------------------------------------------------===//

func.func @conv3(%x: !T4, %w: !W3) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %f = tensor.dim %w, %c3 : !W3
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %e = tensor.empty(%n, %h, %v, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<1> : vector<2xi64>}
       ins(%p, %w : !T4, !W3) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @conv3_weights(%x: !T4, %dy: !T4, %w: !W3) -> !W3 {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %z = linalg.fill ins(%zero : f32) outs(%w : !W3) -> !W3
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f, n, y, x) -> (n, y + i, x + j, k)>, #gradient, #product],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : !T4, !T4) outs(%z : !W3) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !W3
  return %dw : !W3
}

func.func @conv3_input(%dy: !T4, %w: !W3, %x: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %w2 = tensor.dim %w, %c2 : !W3
  %w3 = tensor.dim %w, %c3 : !W3
  %d0 = tensor.dim %dy, %c0 : !T4
  %d1 = tensor.dim %dy, %c1 : !T4
  %d2 = tensor.dim %dy, %c2 : !T4
  %d3 = tensor.dim %dy, %c3 : !T4
  %p = tensor.pad %dy low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %te = tensor.empty(%w3, %w2) : !W3
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, f, k) -> (2 - i, 2 - j, k, f)>, affine_map<(i, j, f, k) -> (i, j, f, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%w : !W3) outs(%te : !W3) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !W3
  %z = linalg.fill ins(%zero : f32) outs(%x : !T4) -> !T4
  %dx = linalg.conv_2d_nhwc_hwcf ins(%p, %t : !T4, !W3) outs(%z : !T4) -> !T4
  return %dx : !T4
}

//===- 3x3, stride 2 -----------------------------------------------------===//

func.func @conv3s2(%x: !T4, %w: !W3) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %f = tensor.dim %w, %c3 : !W3
  %oh = arith.ceildivui %h, %c2 : index
  %ow = arith.ceildivui %v, %c2 : index
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %e = tensor.empty(%n, %oh, %ow, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : vector<2xi64>}
       ins(%p, %w : !T4, !W3) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @conv3s2_weights(%x: !T4, %dy: !T4, %w: !W3) -> !W3 {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %z = linalg.fill ins(%zero : f32) outs(%w : !W3) -> !W3
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f, n, y, x) -> (n, 2 * y + i, 2 * x + j, k)>, #gradient, #product],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : !T4, !T4) outs(%z : !W3) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !W3
  return %dw : !W3
}

// The filters' taps that meet a pixel depend on whether its row and its column are even: the
// one in the middle, or the first and the last. Each quarter of the pixels is a convolution.
func.func @conv3s2_input(%dy: !T4, %w: !W3, %x: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %w2 = tensor.dim %w, %c2 : !W3
  %w3 = tensor.dim %w, %c3 : !W3
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %p = tensor.pad %dy low[0, 0, 0, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %te = tensor.empty(%w3, %w2) : !W3
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, f, k) -> (2 - i, 2 - j, k, f)>, affine_map<(i, j, f, k) -> (i, j, f, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%w : !W3) outs(%te : !W3) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !W3
  %e = tensor.empty(%n, %h, %v, %w2) : !T4
  %dx = scf.for %row = %c0 to %c2 step %c1 iter_args(%above = %e) -> (!T4) {
    %i = arith.subi %c1, %row : index
    %taps_i = arith.addi %c1, %row : index
    %from_h = arith.subi %h, %row : index
    %rows = arith.ceildivui %from_h, %c2 : index
    %both = scf.for %column = %c0 to %c2 step %c1 iter_args(%before = %above) -> (!T4) {
      %j = arith.subi %c1, %column : index
      %taps_j = arith.addi %c1, %column : index
      %from_v = arith.subi %v, %column : index
      %columns = arith.ceildivui %from_v, %c2 : index
      %taps = tensor.extract_slice %t[%i, %j, 0, 0] [%taps_i, %taps_j, %w3, %w2] [2, 2, 1, 1] : !W3 to !T4
      %eq = tensor.empty(%n, %rows, %columns, %w2) : !T4
      %z = linalg.fill ins(%zero : f32) outs(%eq : !T4) -> !T4
      %quarter = linalg.conv_2d_nhwc_hwcf ins(%p, %taps : !T4, !T4) outs(%z : !T4) -> !T4
      %after = tensor.insert_slice %quarter into %before[0, %row, %column, 0] [%n, %rows, %columns, %w2] [1, 2, 2, 1] : !T4 into !T4
      scf.yield %after : !T4
    }
    scf.yield %both : !T4
  }
  return %dx : !T4
}

//===- 1x1, stride 2 -----------------------------------------------------===//

func.func @conv1s2(%x: !T4, %w: !W1) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %f = tensor.dim %w, %c3 : !W1
  %oh = arith.ceildivui %h, %c2 : index
  %ow = arith.ceildivui %v, %c2 : index
  %e = tensor.empty(%n, %oh, %ow, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.conv_2d_nhwc_hwcf {strides = dense<2> : vector<2xi64>}
       ins(%x, %w : !T4, !W1) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @conv1s2_weights(%x: !T4, %dy: !T4, %w: !W1) -> !W1 {
  %zero = arith.constant 0.0 : f32
  %z = linalg.fill ins(%zero : f32) outs(%w : !W1) -> !W1
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f, n, y, x) -> (n, 2 * y + i, 2 * x + j, k)>, #gradient, #product],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%x, %dy : !T4, !T4) outs(%z : !W1) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !W1
  return %dw : !W1
}

// One pixel in four has a gradient.
func.func @conv1s2_input(%dy: !T4, %w: !W1, %x: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %w2 = tensor.dim %w, %c2 : !W1
  %w3 = tensor.dim %w, %c3 : !W1
  %n = tensor.dim %dy, %c0 : !T4
  %oh = tensor.dim %dy, %c1 : !T4
  %ow = tensor.dim %dy, %c2 : !T4
  %te = tensor.empty(%w3, %w2) : !W1
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, f, k) -> (i, j, k, f)>, affine_map<(i, j, f, k) -> (i, j, f, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%w : !W1) outs(%te : !W1) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !W1
  %e = tensor.empty(%n, %oh, %ow, %w2) : !T4
  %ze = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %quarter = linalg.conv_2d_nhwc_hwcf ins(%dy, %t : !T4, !W1) outs(%ze : !T4) -> !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %ex = tensor.empty(%n, %h, %v, %w2) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%ex : !T4) -> !T4
  %dx = tensor.insert_slice %quarter into %z[0, 0, 0, 0] [%n, %oh, %ow, %w2] [1, 2, 2, 1] : !T4 into !T4
  return %dx : !T4
}

//===- 3x3 by channel, stride 1 ------------------------------------------===//

func.func @depthwise(%x: !T4, %w: !D3) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %f = tensor.dim %w, %c2 : !D3
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %e = tensor.empty(%n, %h, %v, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.depthwise_conv_2d_nhwc_hwc {strides = dense<1> : vector<2xi64>}
       ins(%p, %w : !T4, !D3) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @depthwise_weights(%x: !T4, %dy: !T4, %w: !D3) -> !D3 {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %z = linalg.fill ins(%zero : f32) outs(%w : !D3) -> !D3
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, n, y, x) -> (n, y + i, x + j, k)>,
                       affine_map<(i, j, k, n, y, x) -> (n, y, x, k)>,
                       affine_map<(i, j, k, n, y, x) -> (i, j, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : !T4, !T4) outs(%z : !D3) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !D3
  return %dw : !D3
}

func.func @depthwise_input(%dy: !T4, %w: !D3, %x: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %d0 = tensor.dim %dy, %c0 : !T4
  %d1 = tensor.dim %dy, %c1 : !T4
  %d2 = tensor.dim %dy, %c2 : !T4
  %d3 = tensor.dim %dy, %c3 : !T4
  %p = tensor.pad %dy low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %w2 = tensor.dim %w, %c2 : !D3
  %te = tensor.empty(%w2) : !D3
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (2 - i, 2 - j, k)>, affine_map<(i, j, k) -> (i, j, k)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%w : !D3) outs(%te : !D3) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !D3
  %z = linalg.fill ins(%zero : f32) outs(%x : !T4) -> !T4
  %dx = linalg.depthwise_conv_2d_nhwc_hwc ins(%p, %t : !T4, !D3) outs(%z : !T4) -> !T4
  return %dx : !T4
}

//===- 3x3 by channel, stride 2 ------------------------------------------===//

func.func @depthwise_s2(%x: !T4, %w: !D3) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %f = tensor.dim %w, %c2 : !D3
  %oh = arith.ceildivui %h, %c2 : index
  %ow = arith.ceildivui %v, %c2 : index
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %e = tensor.empty(%n, %oh, %ow, %f) : !T4
  %z = linalg.fill ins(%zero : f32) outs(%e : !T4) -> !T4
  %y = linalg.depthwise_conv_2d_nhwc_hwc {strides = dense<2> : vector<2xi64>}
       ins(%p, %w : !T4, !D3) outs(%z : !T4) -> !T4
  return %y : !T4
}

func.func @depthwise_s2_weights(%x: !T4, %dy: !T4, %w: !D3) -> !D3 {
  %zero = arith.constant 0.0 : f32
  %p = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %z = linalg.fill ins(%zero : f32) outs(%w : !D3) -> !D3
  %dw = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, n, y, x) -> (n, 2 * y + i, 2 * x + j, k)>,
                       affine_map<(i, j, k, n, y, x) -> (n, y, x, k)>,
                       affine_map<(i, j, k, n, y, x) -> (i, j, k)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]}
      ins(%p, %dy : !T4, !T4) outs(%z : !D3) {
  ^bb0(%a: f32, %g: f32, %sum: f32):
    %m = arith.mulf %a, %g : f32
    %r = arith.addf %sum, %m : f32
    linalg.yield %r : f32
  } -> !D3
  return %dw : !D3
}

func.func @depthwise_s2_input(%dy: !T4, %w: !D3, %x: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %d0 = tensor.dim %dy, %c0 : !T4
  %d1 = tensor.dim %dy, %c1 : !T4
  %d2 = tensor.dim %dy, %c2 : !T4
  %d3 = tensor.dim %dy, %c3 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %se = tensor.empty(%d0, %h, %v, %d3) : !T4
  %zeros = linalg.fill ins(%zero : f32) outs(%se : !T4) -> !T4
  %spread = tensor.insert_slice %dy into %zeros[0, 0, 0, 0] [%d0, %d1, %d2, %d3] [1, 2, 2, 1] : !T4 into !T4
  %p = tensor.pad %spread low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n_: index, %i_: index, %j_: index, %k_: index):
    tensor.yield %zero : f32
  } : !T4 to !T4
  %w2 = tensor.dim %w, %c2 : !D3
  %te = tensor.empty(%w2) : !D3
  %t = linalg.generic {
      indexing_maps = [affine_map<(i, j, k) -> (2 - i, 2 - j, k)>, affine_map<(i, j, k) -> (i, j, k)>],
      iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%w : !D3) outs(%te : !D3) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !D3
  %z = linalg.fill ins(%zero : f32) outs(%x : !T4) -> !T4
  %dx = linalg.depthwise_conv_2d_nhwc_hwc ins(%p, %t : !T4, !D3) outs(%z : !T4) -> !T4
  return %dx : !T4
}
