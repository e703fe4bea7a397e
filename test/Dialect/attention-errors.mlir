// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @rank(%q: tensor<8x64xf32>) {
  // expected-error @below {{expected query to be a dense tensor of rank 4, found 'tensor<8x64xf32>'}}
  %o = scratch.attention %q, %q, %q : tensor<8x64xf32>, tensor<8x64xf32>, tensor<8x64xf32> -> tensor<8x64xf32>
  return
}

// -----
func.func @element(%q: tensor<1x1x8x64xf64>) {
  // expected-error @below {{expected query of f32, bf16 or f16, found 'tensor<1x1x8x64xf64>'}}
  %o = scratch.attention %q, %q, %q : tensor<1x1x8x64xf64>, tensor<1x1x8x64xf64>, tensor<1x1x8x64xf64> -> tensor<1x1x8x64xf64>
  return
}

// -----
func.func @mixed(%q: tensor<1x1x8x64xf32>, %k: tensor<1x1x8x64xbf16>) {
  // expected-error @below {{elements of key 'tensor<1x1x8x64xbf16>' differ from those of query 'tensor<1x1x8x64xf32>'}}
  %o = scratch.attention %q, %k, %k : tensor<1x1x8x64xf32>, tensor<1x1x8x64xbf16>, tensor<1x1x8x64xbf16> -> tensor<1x1x8x64xf32>
  return
}

// -----
func.func @size(%q: tensor<1x1x8x64xf32>, %k: tensor<1x1x8x32xf32>) {
  // expected-error @below {{head size of key 'tensor<1x1x8x32xf32>' (32) differs from that of query 'tensor<1x1x8x64xf32>' (64)}}
  %o = scratch.attention %q, %k, %k : tensor<1x1x8x64xf32>, tensor<1x1x8x32xf32>, tensor<1x1x8x32xf32> -> tensor<1x1x8x32xf32>
  return
}

// -----
func.func @heads(%q: tensor<1x6x8x64xf32>, %k: tensor<1x4x8x64xf32>) {
  // expected-error @below {{expected query heads to be a multiple of key heads, found 6 and 4}}
  %o = scratch.attention %q, %k, %k : tensor<1x6x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x6x8x64xf32>
  return
}

// -----
func.func @mask(%q: tensor<1x4x8x64xf32>, %m: !scratch.mask<4x8x8>) {
  // expected-error @below {{expected a mask of shape 1x8x8, found '!scratch.mask<4x8x8>'}}
  %o = scratch.attention %q, %q, %q mask(%m : !scratch.mask<4x8x8>) : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x4x8x64xf32>
  return
}

// -----
func.func @scale(%q: tensor<1x4x8x64xf32>) {
  // expected-error @below {{expected a positive, finite scale, found -1}}
  %o = scratch.attention %q, %q, %q {scale = -1.0} : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x4x8x64xf32>
  return
}

// -----
func.func @log_sum_exp(%q: tensor<1x4x8x64xf32>) {
  // expected-error @below {{expected log-sum-exp to be a dense tensor of rank 3 and f32, found 'tensor<1x4x8xbf16>'}}
  %o, %l = scratch.attention %q, %q, %q : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x4x8x64xf32>, tensor<1x4x8xbf16>
  return
}

// -----
func.func @score(%q: tensor<1x4x8x64xf32>) {
  // expected-error @below {{score region must yield one f32}}
  %o = scratch.attention %q, %q, %q : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x4x8x64xf32>
  score {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    scratch.yield %i : index
  }
  return
}

// -----
func.func @outs(%q: tensor<1x4x8x64xf32>, %o: tensor<1x4x9x64xf32>) {
  // expected-error @below {{expected outs of the results' types 'tensor<1x4x8x64xf32>', found 'tensor<1x4x9x64xf32>'}}
  %r = scratch.attention %q, %q, %q outs(%o : tensor<1x4x9x64xf32>) : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32> -> tensor<1x4x8x64xf32>
  return
}

// -----
func.func @capture(%q: tensor<1x4x8x64xf32>, %l: tensor<1x4x8xf32>, %bias: tensor<8xf32>) {
  // expected-error @below {{expected a dense capture that the score region reads, found 'tensor<8xf32>'}}
  %a, %b, %c, %d = scratch.attention_backward %q, %q, %q result(%q, %l) gradient(%q) captures(%bias : tensor<8xf32>)
      : tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8x64xf32>, tensor<1x4x8xf32>
  return
}
