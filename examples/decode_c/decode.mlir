// Attention of new tokens on a cache of keys and values. `past` tokens were there
// before them; new token i sees the cache up to place past + i, and what lies behind
// is not looked at. 4 query heads share 2 key heads; [batch, token, head, size].
func.func @decode(%q: tensor<1x?x4x32xf32>, %keys: tensor<1x?x2x32xf32>,
                  %values: tensor<1x?x2x32xf32>, %past: index) -> tensor<1x?x4x32xf32> {
  %m = scratch.mask.causal top_left offset(%past : index) : !scratch.mask<?x?>
  %o = scratch.attention %q, %keys, %values mask(%m : !scratch.mask<?x?>) layout bshd
       : tensor<1x?x4x32xf32>, tensor<1x?x2x32xf32>, tensor<1x?x2x32xf32> -> tensor<1x?x4x32xf32>
  return %o : tensor<1x?x4x32xf32>
}
