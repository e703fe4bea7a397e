#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
func.func @f(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x1xf64, #CSC>) -> tensor<?x1xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSR>, tensor<?x1xf64, #CSC> -> tensor<?x1xf64, #CSR>
  return %C : tensor<?x1xf64, #CSR>
}
