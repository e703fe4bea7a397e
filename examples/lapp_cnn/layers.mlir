// What stands between convolutions besides normalisation: sums of branches, the classifier
// and its loss, the optimiser, learned thresholds, and the physical removal of channels.
// For any number of channels.
!T4 = tensor<?x?x?x?xf32>
!T2 = tensor<?x?xf32>
!T1 = tensor<?xf32>
!I1 = tensor<?xi32>
#line = affine_map<(r, l) -> (r, l)>
#one = affine_map<(i) -> (i)>
#four = affine_map<(n, h, w, c) -> (n, h, w, c)>
#channels = affine_map<(n, h, w, c) -> (n, c)>

//===- Sums of branches ---------------------------------------------------===//

// relu(a + b)
func.func @join(%a: !T4, %b: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %a, %c0 : !T4
  %h = tensor.dim %a, %c1 : !T4
  %w = tensor.dim %a, %c2 : !T4
  %c = tensor.dim %a, %c3 : !T4
  %nh = arith.muli %n, %h : index
  %wc = arith.muli %w, %c : index
  %size = arith.muli %nh, %wc : index
  %e = tensor.empty(%size) : !T1
  %flat_a = tensor.collapse_shape %a [[0, 1, 2, 3]] : !T4 into !T1
  %flat_b = tensor.collapse_shape %b [[0, 1, 2, 3]] : !T4 into !T1
  %flat = linalg.generic {indexing_maps = [#one, #one, #one], iterator_types = ["parallel"]}
      ins(%flat_a, %flat_b : !T1, !T1) outs(%e : !T1) {
  ^bb0(%x: f32, %y: f32, %unused: f32):
    %s = arith.addf %x, %y : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> !T1
  %shape = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %result = tensor.reshape %flat(%shape) : (!T1, tensor<4xindex>) -> !T4
  return %result : !T4
}

func.func @add(%a: !T4, %b: !T4) -> !T4 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %a, %c0 : !T4
  %h = tensor.dim %a, %c1 : !T4
  %w = tensor.dim %a, %c2 : !T4
  %c = tensor.dim %a, %c3 : !T4
  %nh = arith.muli %n, %h : index
  %wc = arith.muli %w, %c : index
  %size = arith.muli %nh, %wc : index
  %e = tensor.empty(%size) : !T1
  %flat_a = tensor.collapse_shape %a [[0, 1, 2, 3]] : !T4 into !T1
  %flat_b = tensor.collapse_shape %b [[0, 1, 2, 3]] : !T4 into !T1
  %flat = linalg.generic {indexing_maps = [#one, #one, #one], iterator_types = ["parallel"]}
      ins(%flat_a, %flat_b : !T1, !T1) outs(%e : !T1) {
  ^bb0(%x: f32, %y: f32, %unused: f32):
    %s = arith.addf %x, %y : f32
    linalg.yield %s : f32
  } -> !T1
  %shape = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %result = tensor.reshape %flat(%shape) : (!T1, tensor<4xindex>) -> !T4
  return %result : !T4
}

// What flows into every branch of a join.
func.func @join_gradient(%out: !T4, %dout: !T4) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %out, %c0 : !T4
  %h = tensor.dim %out, %c1 : !T4
  %w = tensor.dim %out, %c2 : !T4
  %c = tensor.dim %out, %c3 : !T4
  %nh = arith.muli %n, %h : index
  %wc = arith.muli %w, %c : index
  %size = arith.muli %nh, %wc : index
  %e = tensor.empty(%size) : !T1
  %flat_a = tensor.collapse_shape %out [[0, 1, 2, 3]] : !T4 into !T1
  %flat_b = tensor.collapse_shape %dout [[0, 1, 2, 3]] : !T4 into !T1
  %flat = linalg.generic {indexing_maps = [#one, #one, #one], iterator_types = ["parallel"]}
      ins(%flat_a, %flat_b : !T1, !T1) outs(%e : !T1) {
  ^bb0(%x: f32, %g: f32, %unused: f32):
    %alive = arith.cmpf ogt, %x, %zero : f32
    %r = arith.select %alive, %g, %zero : f32
    linalg.yield %r : f32
  } -> !T1
  %shape = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %result = tensor.reshape %flat(%shape) : (!T1, tensor<4xindex>) -> !T4
  return %result : !T4
}

// All channels, twice: what a bypass reads where a block doubles the channels.
func.func @twice(%x: !T4) -> !T4 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %w = tensor.dim %x, %c2 : !T4
  %c = tensor.dim %x, %c3 : !T4
  %e = tensor.empty(%n, %h, %w, %c) : tensor<?x?x?x2x?xf32>
  %both = linalg.generic {
      indexing_maps = [affine_map<(n, h, w, r, c) -> (n, h, w, c)>, affine_map<(n, h, w, r, c) -> (n, h, w, r, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]}
      ins(%x : !T4) outs(%e : tensor<?x?x?x2x?xf32>) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> tensor<?x?x?x2x?xf32>
  %out = tensor.collapse_shape %both [[0], [1], [2], [3, 4]] : tensor<?x?x?x2x?xf32> into !T4
  return %out : !T4
}

func.func @twice_gradient(%d: !T4, %x: !T4) -> !T4 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %w = tensor.dim %x, %c2 : !T4
  %c = tensor.dim %x, %c3 : !T4
  %e = tensor.empty(%n, %h, %w, %c) : !T4
  %low = tensor.extract_slice %d[0, 0, 0, 0] [%n, %h, %w, %c] [1, 1, 1, 1] : !T4 to !T4
  %high = tensor.extract_slice %d[0, 0, 0, %c] [%n, %h, %w, %c] [1, 1, 1, 1] : !T4 to !T4
  %out = linalg.generic {indexing_maps = [#four, #four, #four],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%low, %high : !T4, !T4) outs(%e : !T4) {
  ^bb0(%a: f32, %b: f32, %unused: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> !T4
  return %out : !T4
}

//===- Classifier ---------------------------------------------------------===//

// Means over all pixels, then a linear layer: features, logits.
func.func @head(%x: !T4, %w: !T2, %bias: !T1) -> (!T2, !T2) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %c = tensor.dim %x, %c3 : !T4
  %k = tensor.dim %bias, %c0 : !T1
  %pixels = arith.muli %h, %v : index
  %pixels_i = arith.index_cast %pixels : index to i64
  %count = arith.sitofp %pixels_i : i64 to f32
  %e = tensor.empty(%n, %c) : !T2
  %z = linalg.fill ins(%zero : f32) outs(%e : !T2) -> !T2
  %sums = linalg.generic {indexing_maps = [#four, #channels],
      iterator_types = ["parallel", "reduction", "reduction", "parallel"]}
      ins(%x : !T4) outs(%z : !T2) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T2
  %features = linalg.generic {indexing_maps = [#line, #line], iterator_types = ["parallel", "parallel"]}
      ins(%sums : !T2) outs(%e : !T2) {
  ^bb0(%a: f32, %unused: f32):
    %s = arith.divf %a, %count : f32
    linalg.yield %s : f32
  } -> !T2
  %el = tensor.empty(%n, %k) : !T2
  %start = linalg.generic {indexing_maps = [affine_map<(r, l) -> (l)>, #line], iterator_types = ["parallel", "parallel"]}
      ins(%bias : !T1) outs(%el : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %logits = linalg.matmul ins(%features, %w : !T2, !T2) outs(%start : !T2) -> !T2
  return %features, %logits : !T2, !T2
}

// Sum of cross entropies, number of right answers, gradient of the mean in the logits.
func.func @loss(%logits: !T2, %labels: !I1) -> (f64, i64, !T2) {
  %zero = arith.constant 0.0 : f32
  %least = arith.constant 0xFF800000 : f32
  %none = arith.constant 0.0 : f64
  %nobody = arith.constant 0 : i64
  %first = arith.constant 1 : i64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %logits, %c0 : !T2
  %k = tensor.dim %logits, %c1 : !T2
  %n_i = arith.index_cast %n : index to i64
  %count = arith.sitofp %n_i : i64 to f32
  %d0 = tensor.empty(%n, %k) : !T2
  %total, %right, %d = scf.for %i = %c0 to %n step %c1
      iter_args(%sum = %none, %hits = %nobody, %dl = %d0) -> (f64, i64, !T2) {
    %label_i = tensor.extract %labels[%i] : !I1
    %label = arith.index_cast %label_i : i32 to index
    %most, %best = scf.for %j = %c0 to %k step %c1 iter_args(%m = %least, %at = %c0) -> (f32, index) {
      %a = tensor.extract %logits[%i, %j] : !T2
      %above = arith.cmpf ogt, %a, %m : f32
      %m1 = arith.select %above, %a, %m : f32
      %at1 = arith.select %above, %j, %at : index
      scf.yield %m1, %at1 : f32, index
    }
    %powers = scf.for %j = %c0 to %k step %c1 iter_args(%s = %zero) -> (f32) {
      %a = tensor.extract %logits[%i, %j] : !T2
      %b = arith.subf %a, %most : f32
      %p = math.exp %b : f32
      %s1 = arith.addf %s, %p : f32
      scf.yield %s1 : f32
    }
    %next = scf.for %j = %c0 to %k step %c1 iter_args(%row = %dl) -> (!T2) {
      %a = tensor.extract %logits[%i, %j] : !T2
      %b = arith.subf %a, %most : f32
      %e = math.exp %b : f32
      %p = arith.divf %e, %powers : f32
      %is = arith.cmpi eq, %j, %label : index
      %bit = arith.uitofp %is : i1 to f32
      %g = arith.subf %p, %bit : f32
      %scaled = arith.divf %g, %count : f32
      %row1 = tensor.insert %scaled into %row[%i, %j] : !T2
      scf.yield %row1 : !T2
    }
    %of = tensor.extract %logits[%i, %label] : !T2
    %distance = arith.subf %most, %of : f32
    %log = math.log %powers : f32
    %entropy = arith.addf %log, %distance : f32
    %entropy_d = arith.extf %entropy : f32 to f64
    %sum1 = arith.addf %sum, %entropy_d : f64
    %hit = arith.cmpi eq, %best, %label : index
    %hit_i = arith.extui %hit : i1 to i64
    %hits1 = arith.addi %hits, %hit_i : i64
    scf.yield %sum1, %hits1, %next : f64, i64, !T2
  }
  return %total, %right, %d : f64, i64, !T2
}

// Gradients of the pixels, the weights and the bias.
func.func @head_gradient(%x: !T4, %features: !T2, %w: !T2, %bias: !T1, %d: !T2) -> (!T4, !T2, !T1) {
  %zero = arith.constant 0.0 : f32
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %h = tensor.dim %x, %c1 : !T4
  %v = tensor.dim %x, %c2 : !T4
  %pixels = arith.muli %h, %v : index
  %pixels_i = arith.index_cast %pixels : index to i64
  %count = arith.sitofp %pixels_i : i64 to f32
  %zf = linalg.fill ins(%zero : f32) outs(%features : !T2) -> !T2
  %df = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%d, %w : !T2, !T2) outs(%zf : !T2) -> !T2
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %x, %c0 : !T4
  %c = tensor.dim %x, %c3 : !T4
  %e = tensor.empty(%n, %h, %v, %c) : !T4
  %dx = linalg.generic {indexing_maps = [#channels, #four],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%df : !T2) outs(%e : !T4) {
  ^bb0(%a: f32, %unused: f32):
    %s = arith.divf %a, %count : f32
    linalg.yield %s : f32
  } -> !T4
  %zw = linalg.fill ins(%zero : f32) outs(%w : !T2) -> !T2
  %dw = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
        ins(%features, %d : !T2, !T2) outs(%zw : !T2) -> !T2
  %zb = linalg.fill ins(%zero : f32) outs(%bias : !T1) -> !T1
  %db = linalg.generic {indexing_maps = [#line, affine_map<(r, l) -> (l)>], iterator_types = ["reduction", "parallel"]}
      ins(%d : !T2) outs(%zb : !T1) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T1
  return %dx, %dw, %db : !T4, !T2, !T1
}

//===- Optimiser ----------------------------------------------------------===//

// Steps with momentum 0.9: new parameters, new velocity.
func.func @descend(%p: !T1, %velocity: !T1, %g: !T1, %rate: f32, %decay: f32) -> (!T1, !T1) {
  %momentum = arith.constant 0.9 : f32
  %both:2 = linalg.generic {indexing_maps = [#one, #one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%p, %velocity, %g : !T1, !T1, !T1) outs(%p, %velocity : !T1, !T1) {
  ^bb0(%a: f32, %v: f32, %d: f32, %u0: f32, %u1: f32):
    %pull = arith.mulf %a, %decay : f32
    %force = arith.addf %d, %pull : f32
    %kept = arith.mulf %v, %momentum : f32
    %v1 = arith.addf %kept, %force : f32
    %step = arith.mulf %v1, %rate : f32
    %a1 = arith.subf %a, %step : f32
    linalg.yield %a1, %v1 : f32, f32
  } -> (!T1, !T1)
  return %both#0, %both#1 : !T1, !T1
}

// old + share * (new - old): running moments.
func.func @follow(%old: !T1, %new: !T1, %share: f32) -> !T1 {
  %out = linalg.generic {indexing_maps = [#one, #one, #one], iterator_types = ["parallel"]}
      ins(%old, %new : !T1, !T1) outs(%old : !T1) {
  ^bb0(%a: f32, %b: f32, %unused: f32):
    %d = arith.subf %b, %a : f32
    %s = arith.mulf %d, %share : f32
    %r = arith.addf %a, %s : f32
    linalg.yield %r : f32
  } -> !T1
  return %out : !T1
}

//===- Learned thresholds -------------------------------------------------===//

// One row per filter.
func.func private @filters(%w: !T4) -> !T2 {
  %flat = tensor.collapse_shape %w [[0, 1, 2], [3]] : !T4 into !T2
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %k = tensor.dim %flat, %c0 : !T2
  %f = tensor.dim %flat, %c1 : !T2
  %e = tensor.empty(%f, %k) : !T2
  %rows = linalg.transpose ins(%flat : !T2) outs(%e : !T2) permutation = [1, 0]
  return %rows : !T2
}

// 1 for every filter whose L1 norm, over the mean norm of its layer, is above the threshold.
func.func @channel_mask(%w: !T4, %threshold: f32) -> !T1 {
  %rows = call @filters(%w) : (!T4) -> !T2
  %m = scratch.mask.threshold %rows above %threshold relative : !T2, f32 -> !scratch.mask<?x?, row>
  %bytes = scratch.mask.bytes %m : !scratch.mask<?x?, row> -> tensor<?xi8>
  %c0 = arith.constant 0 : index
  %f = tensor.dim %rows, %c0 : !T2
  %e = tensor.empty(%f) : !T1
  %out = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%bytes : tensor<?xi8>) outs(%e : !T1) {
  ^bb0(%a: i8, %unused: f32):
    %r = arith.uitofp %a : i8 to f32
    linalg.yield %r : f32
  } -> !T1
  return %out : !T1
}

// The threshold after one step against the gradient of the loss: what flows into the mask
// from the task, and `price`, what the constraint adds per channel. Steps are bounded.
func.func @move_threshold(%w: !T4, %threshold: f32, %dmask: !T1, %price: f32, %rate: f32, %bound: f32) -> f32 {
  %rows = call @filters(%w) : (!T4) -> !T2
  %priced = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%dmask : !T1) outs(%dmask : !T1) {
  ^bb0(%a: f32, %unused: f32):
    %r = arith.addf %a, %price : f32
    linalg.yield %r : f32
  } -> !T1
  %d = scratch.mask.threshold_gradient %rows above %threshold with %priced : !T2, !T1, f32
  %step = arith.mulf %d, %rate : f32
  %least = arith.negf %bound : f32
  %low = arith.maximumf %step, %least : f32
  %bounded = arith.minimumf %low, %bound : f32
  %t = arith.subf %threshold, %bounded : f32
  return %t : f32
}

//===- Physical removal ---------------------------------------------------===//

func.func @take(%v: !T1, %which: !I1) -> !T1 {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %which, %c0 : !I1
  %e = tensor.empty(%n) : !T1
  %out = linalg.generic {indexing_maps = [#one, #one], iterator_types = ["parallel"]}
      ins(%which : !I1) outs(%e : !T1) {
  ^bb0(%i: i32, %unused: f32):
    %at = arith.index_cast %i : i32 to index
    %r = tensor.extract %v[%at] : !T1
    linalg.yield %r : f32
  } -> !T1
  return %out : !T1
}

// The filters and the inputs of a convolution that stay.
func.func @take_filters(%w: !T4, %inputs: !I1, %filters: !I1) -> !T4 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %h = tensor.dim %w, %c0 : !T4
  %v = tensor.dim %w, %c1 : !T4
  %k = tensor.dim %inputs, %c0 : !I1
  %f = tensor.dim %filters, %c0 : !I1
  %e = tensor.empty(%h, %v, %k, %f) : !T4
  %out = linalg.generic {
      indexing_maps = [affine_map<(i, j, k, f) -> (k)>, affine_map<(i, j, k, f) -> (f)>, affine_map<(i, j, k, f) -> (i, j, k, f)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%inputs, %filters : !I1, !I1) outs(%e : !T4) {
  ^bb0(%a: i32, %b: i32, %unused: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %input = arith.index_cast %a : i32 to index
    %filter = arith.index_cast %b : i32 to index
    %r = tensor.extract %w[%i, %j, %input, %filter] : !T4
    linalg.yield %r : f32
  } -> !T4
  return %out : !T4
}

// relu(branch + z), z's channels at their old places: join where channels were removed.
func.func @join_at(%branch: !T4, %z: !T4, %places: !I1) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c = tensor.dim %branch, %c3 : !T4
  %c2 = arith.constant 2 : index
  %n = tensor.dim %branch, %c0 : !T4
  %h = tensor.dim %branch, %c1 : !T4
  %w = tensor.dim %branch, %c2 : !T4
  %all = tensor.empty(%n, %h, %w, %c) : !T4
  %kept = tensor.dim %places, %c0 : !I1
  %none = arith.constant -1 : i32
  %first = arith.constant 0 : i32
  // Which channel of z belongs to each channel, or none.
  %e = tensor.empty(%c) : !I1
  %nowhere = linalg.fill ins(%none : i32) outs(%e : !I1) -> !I1
  %source = scf.for %i = %c0 to %kept step %c1 iter_args(%s = %nowhere) -> (!I1) {
    %p = tensor.extract %places[%i] : !I1
    %place = arith.index_cast %p : i32 to index
    %i_i = arith.index_cast %i : index to i32
    %s1 = tensor.insert %i_i into %s[%place] : !I1
    scf.yield %s1 : !I1
  }
  %out = linalg.generic {indexing_maps = [#four, affine_map<(n, h, w, c) -> (c)>, #four],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%branch, %source : !T4, !I1) outs(%all : !T4) {
  ^bb0(%b: f32, %from: i32, %unused: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %k = linalg.index 2 : index
    %there = arith.cmpi sge, %from, %first : i32
    %a = scf.if %there -> (f32) {
      %at = arith.index_cast %from : i32 to index
      %v = tensor.extract %z[%i, %j, %k, %at] : !T4
      scf.yield %v : f32
    } else {
      scf.yield %zero : f32
    }
    %s = arith.addf %b, %a : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> !T4
  return %out : !T4
}

// The gradient of what join_at placed.
func.func @take_channels(%d: !T4, %places: !I1) -> !T4 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = tensor.dim %d, %c0 : !T4
  %h = tensor.dim %d, %c1 : !T4
  %w = tensor.dim %d, %c2 : !T4
  %k = tensor.dim %places, %c0 : !I1
  %e = tensor.empty(%n, %h, %w, %k) : !T4
  %out = linalg.generic {indexing_maps = [affine_map<(n, h, w, c) -> (c)>, #four],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%places : !I1) outs(%e : !T4) {
  ^bb0(%p: i32, %unused: f32):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %l = linalg.index 2 : index
    %place = arith.index_cast %p : i32 to index
    %r = tensor.extract %d[%i, %j, %l, %place] : !T4
    linalg.yield %r : f32
  } -> !T4
  return %out : !T4
}
