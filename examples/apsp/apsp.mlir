// Paths of twice as many steps: the shortest of all ways over one node between.
// Lengths are added, the least is kept; a length of 0 is an entry like any other.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @square(%D: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  %C = scratch.spgemm %D, %D semiring<min_plus>
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}
