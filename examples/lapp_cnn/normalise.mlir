// Normalisation over a batch under a channel mask, in training, with given
// moments, and its gradients; for any number of channels. Values below `floor` become the
// floor: 0 is relu, minus infinity is none. A row of pixels with its channels is one long line here, so
// that inner loops are long; what belongs to channels is repeated along it.
!T4 = tensor<?x?x?x?xf32>
!T2 = tensor<?x?xf32>
!T1 = tensor<?xf32>
#line = affine_map<(r, l) -> (r, l)>
#along = affine_map<(r, l) -> (l)>
#pixel = affine_map<(w, c) -> (w, c)>
#channel = affine_map<(w, c) -> (c)>
#one = affine_map<(i) -> (i)>

func.func @normal(%y: !T4, %gamma: !T1, %beta: !T1, %mask: !T1, %floor: f32) -> (!T4, !T1, !T1) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %y, %c0 : !T4
  %h = tensor.dim %y, %c1 : !T4
  %w = tensor.dim %y, %c2 : !T4
  %c = tensor.dim %y, %c3 : !T4
  %l = arith.muli %w, %c : index
  %r = arith.muli %n, %h : index
  %pixels = arith.muli %r, %w : index
  %pixels_i = arith.index_cast %pixels : index to i64
  %count = arith.sitofp %pixels_i : i64 to f32
  %ec = tensor.empty(%c) : !T1
  %zc = linalg.fill ins(%zero : f32) outs(%ec : !T1) -> !T1
  %el = tensor.empty(%l) : !T1
  %zl = linalg.fill ins(%zero : f32) outs(%el : !T1) -> !T1
  %ewc = tensor.empty(%w, %c) : !T2
  %erl = tensor.empty(%r, %l) : !T2
  %shape2 = tensor.from_elements %w, %c : tensor<2xindex>
  %shape4 = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %yl = tensor.collapse_shape %y [[0, 1], [2, 3]] : !T4 into !T2
  %sums:2 = linalg.generic {indexing_maps = [#line, #along, #along], iterator_types = ["reduction", "parallel"]}
      ins(%yl : !T2) outs(%zl, %zl : !T1, !T1) {
  ^bb0(%a: f32, %sum: f32, %squares: f32):
    %s = arith.addf %sum, %a : f32
    %aa = arith.mulf %a, %a : f32
    %q = arith.addf %squares, %aa : f32
    linalg.yield %s, %q : f32, f32
  } -> (!T1, !T1)
  %total_w = tensor.reshape %sums#0(%shape2) : (!T1, tensor<2xindex>) -> !T2
  %total = linalg.generic {indexing_maps = [#pixel, #channel], iterator_types = ["reduction", "parallel"]}
      ins(%total_w : !T2) outs(%zc : !T1) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T1
  %square_w = tensor.reshape %sums#1(%shape2) : (!T1, tensor<2xindex>) -> !T2
  %square = linalg.generic {indexing_maps = [#pixel, #channel], iterator_types = ["reduction", "parallel"]}
      ins(%square_w : !T2) outs(%zc : !T1) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T1
  %moments:2 = linalg.generic {indexing_maps = [#one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%total, %square : !T1, !T1) outs(%ec, %ec : !T1, !T1) {
  ^bb0(%s: f32, %q: f32, %u0: f32, %u1: f32):
    %mu = arith.divf %s, %count : f32
    %mq = arith.divf %q, %count : f32
    %mm = arith.mulf %mu, %mu : f32
    %d = arith.subf %mq, %mm : f32
    %var = arith.maximumf %d, %zero : f32
    linalg.yield %mu, %var : f32, f32
  } -> (!T1, !T1)
  // mask * max(gamma * (y - mean) / deviation + beta, floor); a mask of 0 or 1 goes into both factors.
  %factors:2 = linalg.generic {
      indexing_maps = [#one, #one, #one, #one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%gamma, %beta, %mask, %moments#0, %moments#1 : !T1, !T1, !T1, !T1, !T1) outs(%ec, %ec : !T1, !T1) {
  ^bb0(%g: f32, %b: f32, %m: f32, %mu: f32, %var: f32, %u0: f32, %u1: f32):
    %safe = arith.addf %var, %epsilon : f32
    %deviation = math.sqrt %safe : f32
    %gm = arith.mulf %g, %m : f32
    %bm = arith.mulf %b, %m : f32
    %scale = arith.divf %gm, %deviation : f32
    %moved = arith.mulf %mu, %scale : f32
    %shift = arith.subf %bm, %moved : f32
    linalg.yield %scale, %shift : f32, f32
  } -> (!T1, !T1)
  %scale_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%factors#0 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %scale = tensor.collapse_shape %scale_w [[0, 1]] : !T2 into !T1
  %shift_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%factors#1 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %shift = tensor.collapse_shape %shift_w [[0, 1]] : !T2 into !T1
  %lines = linalg.generic {indexing_maps = [#line, #along, #along, #line], iterator_types = ["parallel", "parallel"]}
      ins(%yl, %scale, %shift : !T2, !T1, !T1) outs(%erl : !T2) {
  ^bb0(%a: f32, %s: f32, %b: f32, %unused: f32):
    %t = arith.mulf %a, %s : f32
    %u = arith.addf %t, %b : f32
    %v = arith.maximumf %u, %floor : f32
    linalg.yield %v : f32
  } -> !T2
  %out = tensor.reshape %lines(%shape4) : (!T2, tensor<4xindex>) -> !T4
  return %out, %moments#0, %moments#1 : !T4, !T1, !T1
}

func.func @normal_with(%y: !T4, %gamma: !T1, %beta: !T1, %mask: !T1, %floor: f32, %mean: !T1, %variance: !T1) -> !T4 {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %y, %c0 : !T4
  %h = tensor.dim %y, %c1 : !T4
  %w = tensor.dim %y, %c2 : !T4
  %c = tensor.dim %y, %c3 : !T4
  %l = arith.muli %w, %c : index
  %r = arith.muli %n, %h : index
  %pixels = arith.muli %r, %w : index
  %pixels_i = arith.index_cast %pixels : index to i64
  %count = arith.sitofp %pixels_i : i64 to f32
  %ec = tensor.empty(%c) : !T1
  %zc = linalg.fill ins(%zero : f32) outs(%ec : !T1) -> !T1
  %el = tensor.empty(%l) : !T1
  %zl = linalg.fill ins(%zero : f32) outs(%el : !T1) -> !T1
  %ewc = tensor.empty(%w, %c) : !T2
  %erl = tensor.empty(%r, %l) : !T2
  %shape2 = tensor.from_elements %w, %c : tensor<2xindex>
  %shape4 = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %yl = tensor.collapse_shape %y [[0, 1], [2, 3]] : !T4 into !T2
  // mask * max(gamma * (y - mean) / deviation + beta, floor); a mask of 0 or 1 goes into both factors.
  %factors:2 = linalg.generic {
      indexing_maps = [#one, #one, #one, #one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%gamma, %beta, %mask, %mean, %variance : !T1, !T1, !T1, !T1, !T1) outs(%ec, %ec : !T1, !T1) {
  ^bb0(%g: f32, %b: f32, %m: f32, %mu: f32, %var: f32, %u0: f32, %u1: f32):
    %safe = arith.addf %var, %epsilon : f32
    %deviation = math.sqrt %safe : f32
    %gm = arith.mulf %g, %m : f32
    %bm = arith.mulf %b, %m : f32
    %scale = arith.divf %gm, %deviation : f32
    %moved = arith.mulf %mu, %scale : f32
    %shift = arith.subf %bm, %moved : f32
    linalg.yield %scale, %shift : f32, f32
  } -> (!T1, !T1)
  %scale_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%factors#0 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %scale = tensor.collapse_shape %scale_w [[0, 1]] : !T2 into !T1
  %shift_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%factors#1 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %shift = tensor.collapse_shape %shift_w [[0, 1]] : !T2 into !T1
  %lines = linalg.generic {indexing_maps = [#line, #along, #along, #line], iterator_types = ["parallel", "parallel"]}
      ins(%yl, %scale, %shift : !T2, !T1, !T1) outs(%erl : !T2) {
  ^bb0(%a: f32, %s: f32, %b: f32, %unused: f32):
    %t = arith.mulf %a, %s : f32
    %u = arith.addf %t, %b : f32
    %v = arith.maximumf %u, %floor : f32
    linalg.yield %v : f32
  } -> !T2
  %out = tensor.reshape %lines(%shape4) : (!T2, tensor<4xindex>) -> !T4
  return %out : !T4
}

// Gradients of y, gamma, beta and mask. What passes the floor is decided without the mask.
func.func @normal_gradient(%y: !T4, %dz: !T4, %gamma: !T1, %beta: !T1, %mask: !T1, %floor: f32, %mean: !T1, %variance: !T1) -> (!T4, !T1, !T1, !T1) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %n = tensor.dim %y, %c0 : !T4
  %h = tensor.dim %y, %c1 : !T4
  %w = tensor.dim %y, %c2 : !T4
  %c = tensor.dim %y, %c3 : !T4
  %l = arith.muli %w, %c : index
  %r = arith.muli %n, %h : index
  %pixels = arith.muli %r, %w : index
  %pixels_i = arith.index_cast %pixels : index to i64
  %count = arith.sitofp %pixels_i : i64 to f32
  %ec = tensor.empty(%c) : !T1
  %zc = linalg.fill ins(%zero : f32) outs(%ec : !T1) -> !T1
  %el = tensor.empty(%l) : !T1
  %zl = linalg.fill ins(%zero : f32) outs(%el : !T1) -> !T1
  %ewc = tensor.empty(%w, %c) : !T2
  %erl = tensor.empty(%r, %l) : !T2
  %shape2 = tensor.from_elements %w, %c : tensor<2xindex>
  %shape4 = tensor.from_elements %n, %h, %w, %c : tensor<4xindex>
  %yl = tensor.collapse_shape %y [[0, 1], [2, 3]] : !T4 into !T2
  %gl = tensor.collapse_shape %dz [[0, 1], [2, 3]] : !T4 into !T2
  %plain:2 = linalg.generic {indexing_maps = [#one, #one, #one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%gamma, %beta, %mean, %variance : !T1, !T1, !T1, !T1) outs(%ec, %ec : !T1, !T1) {
  ^bb0(%g: f32, %b: f32, %mu: f32, %var: f32, %u0: f32, %u1: f32):
    %safe = arith.addf %var, %epsilon : f32
    %deviation = math.sqrt %safe : f32
    %scale = arith.divf %g, %deviation : f32
    %moved = arith.mulf %mu, %scale : f32
    %shift = arith.subf %b, %moved : f32
    linalg.yield %scale, %shift : f32, f32
  } -> (!T1, !T1)
  %scale_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%plain#0 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %scale = tensor.collapse_shape %scale_w [[0, 1]] : !T2 into !T1
  %shift_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%plain#1 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %shift = tensor.collapse_shape %shift_w [[0, 1]] : !T2 into !T1
  %middle_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%mean : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %middle = tensor.collapse_shape %middle_w [[0, 1]] : !T2 into !T1
  %sums:2 = linalg.generic {
      indexing_maps = [#line, #line, #along, #along, #along, #along, #along], iterator_types = ["reduction", "parallel"]}
      ins(%yl, %gl, %scale, %shift, %middle : !T2, !T2, !T1, !T1, !T1) outs(%zl, %zl : !T1, !T1) {
  ^bb0(%a: f32, %g: f32, %s: f32, %b: f32, %mu: f32, %s0: f32, %s1: f32):
    %v0 = arith.mulf %a, %s : f32
    %v = arith.addf %v0, %b : f32
    %alive = arith.cmpf ogt, %v, %floor : f32
    %gr = arith.select %alive, %g, %zero : f32
    %t0 = arith.addf %s0, %gr : f32
    %d = arith.subf %a, %mu : f32
    %gd = arith.mulf %gr, %d : f32
    %t1 = arith.addf %s1, %gd : f32
    linalg.yield %t0, %t1 : f32, f32
  } -> (!T1, !T1)
  %total_w = tensor.reshape %sums#0(%shape2) : (!T1, tensor<2xindex>) -> !T2
  %total = linalg.generic {indexing_maps = [#pixel, #channel], iterator_types = ["reduction", "parallel"]}
      ins(%total_w : !T2) outs(%zc : !T1) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T1
  %moment_w = tensor.reshape %sums#1(%shape2) : (!T1, tensor<2xindex>) -> !T2
  %moment = linalg.generic {indexing_maps = [#pixel, #channel], iterator_types = ["reduction", "parallel"]}
      ins(%moment_w : !T2) outs(%zc : !T1) {
  ^bb0(%a: f32, %sum: f32):
    %s = arith.addf %a, %sum : f32
    linalg.yield %s : f32
  } -> !T1
  // dy = p * dz + q * y + o, with the gradients of gamma, beta and mask on the way.
  %all:6 = linalg.generic {
      indexing_maps = [#one, #one, #one, #one, #one, #one, #one, #one, #one, #one, #one, #one, #one], iterator_types = ["parallel"]}
      ins(%gamma, %beta, %mask, %mean, %variance, %total, %moment : !T1, !T1, !T1, !T1, !T1, !T1, !T1)
      outs(%ec, %ec, %ec, %ec, %ec, %ec : !T1, !T1, !T1, !T1, !T1, !T1) {
  ^bb0(%g: f32, %b: f32, %m: f32, %mu: f32, %var: f32, %s0: f32, %sd: f32, %u0: f32, %u1: f32, %u2: f32, %u3: f32, %u4: f32, %u5: f32):
    %safe = arith.addf %var, %epsilon : f32
    %deviation = math.sqrt %safe : f32
    %inverse = arith.divf %one, %deviation : f32
    %s1 = arith.mulf %sd, %inverse : f32
    %dgamma = arith.mulf %m, %s1 : f32
    %dbeta = arith.mulf %m, %s0 : f32
    %k0 = arith.mulf %g, %s1 : f32
    %k1 = arith.mulf %b, %s0 : f32
    %dmask = arith.addf %k0, %k1 : f32
    %gi = arith.mulf %g, %inverse : f32
    %p = arith.mulf %gi, %m : f32
    %mean1 = arith.divf %s1, %count : f32
    %mean0 = arith.divf %s0, %count : f32
    %q0 = arith.mulf %inverse, %mean1 : f32
    %q1 = arith.mulf %p, %q0 : f32
    %q = arith.subf %zero, %q1 : f32
    %o0 = arith.mulf %q1, %mu : f32
    %o1 = arith.mulf %p, %mean0 : f32
    %o = arith.subf %o0, %o1 : f32
    linalg.yield %p, %q, %o, %dgamma, %dbeta, %dmask : f32, f32, f32, f32, f32, f32
  } -> (!T1, !T1, !T1, !T1, !T1, !T1)
  %p_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%all#0 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %p = tensor.collapse_shape %p_w [[0, 1]] : !T2 into !T1
  %q_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%all#1 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %q = tensor.collapse_shape %q_w [[0, 1]] : !T2 into !T1
  %o_w = linalg.generic {indexing_maps = [#channel, #pixel], iterator_types = ["parallel", "parallel"]}
      ins(%all#2 : !T1) outs(%ewc : !T2) {
  ^bb0(%a: f32, %unused: f32):
    linalg.yield %a : f32
  } -> !T2
  %o = tensor.collapse_shape %o_w [[0, 1]] : !T2 into !T1
  %lines = linalg.generic {
      indexing_maps = [#line, #line, #along, #along, #along, #along, #along, #line], iterator_types = ["parallel", "parallel"]}
      ins(%yl, %gl, %scale, %shift, %p, %q, %o : !T2, !T2, !T1, !T1, !T1, !T1, !T1) outs(%erl : !T2) {
  ^bb0(%a: f32, %g: f32, %s: f32, %b: f32, %pp: f32, %qq: f32, %oo: f32, %unused: f32):
    %v0 = arith.mulf %a, %s : f32
    %v = arith.addf %v0, %b : f32
    %alive = arith.cmpf ogt, %v, %floor : f32
    %gr = arith.select %alive, %g, %zero : f32
    %x0 = arith.mulf %gr, %pp : f32
    %x1 = arith.mulf %a, %qq : f32
    %x2 = arith.addf %x0, %x1 : f32
    %x3 = arith.addf %x2, %oo : f32
    linalg.yield %x3 : f32
  } -> !T2
  %out = tensor.reshape %lines(%shape4) : (!T2, tensor<4xindex>) -> !T4
  return %out, %all#3, %all#4, %all#5 : !T4, !T1, !T1, !T1
}

