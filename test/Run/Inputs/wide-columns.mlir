#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed), posWidth = 32, crdWidth = 32}>
func.func @f(%A: tensor<?x?xf64, #CSR>, %B: tensor<?x?xf64, #CSC>, %M: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %m = scratch.mask.from structure %M : tensor<?x?xf64, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %B mask(%m : !scratch.mask<?x?>) : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSC> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}
