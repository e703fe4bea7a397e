#Csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
#map = affine_map<(i, j) -> (i, j)>

// relu(A relu(A X))
func.func @two(%A: tensor<?x?xf32, #Csr>, %X: tensor<?x?xf32>, %start: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %Y = scratch.spmm %A, %X into %start semiring<plus_times> : tensor<?x?xf32, #Csr>, tensor<?x?xf32> -> tensor<?x?xf32>
  %R = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%Y : tensor<?x?xf32>) outs(%start : tensor<?x?xf32>) {
  ^bb0(%y: f32, %old: f32):
    %r = arith.maximumf %y, %zero : f32
    linalg.yield %r : f32
  } -> tensor<?x?xf32>
  %Z = scratch.spmm %A, %R into %start semiring<plus_times> : tensor<?x?xf32, #Csr>, tensor<?x?xf32> -> tensor<?x?xf32>
  return %Z : tensor<?x?xf32>
}
