// Longformer's attention: every token sees the keys within `reach` of it and the
// first `globals` tokens, which see everything. One softmax over both.
func.func @longformer(%q: tensor<?x?x?x64xf32>, %k: tensor<?x?x?x64xf32>, %v: tensor<?x?x?x64xf32>,
                      %reach: index, %globals: index) -> tensor<?x?x?x64xf32> {
  %near = scratch.mask.window top_left left(%reach) right(%reach) : !scratch.mask<?x?>
  %keys = scratch.mask.first key(%globals : index) : !scratch.mask<?x?>
  %queries = scratch.mask.first query(%globals : index) : !scratch.mask<?x?>
  %all = scratch.mask.or %keys, %queries : !scratch.mask<?x?>
  %m = scratch.mask.or %near, %all : !scratch.mask<?x?>
  %o = scratch.attention %q, %k, %v mask(%m : !scratch.mask<?x?>)
       : tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32>, tensor<?x?x?x64xf32> -> tensor<?x?x?x64xf32>
  return %o : tensor<?x?x?x64xf32>
}
