// A product whose left operand is stored by columns, as outer products walk it.
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed),
                                posWidth = 32, crdWidth = 32}>
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed),
                                posWidth = 32, crdWidth = 32}>
func.func @spgemm(%A: tensor<?x?xf64, #CSC>, %B: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %A, %B : tensor<?x?xf64, #CSC>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}
