// The triangles of a graph, from the lower triangle L of its adjacency matrix:
// paths of two edges (L L) that an edge closes (the mask), counted. No value is
// read and no matrix is stored.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @triangles(%L: tensor<?x?xi8, #CSR>) -> i64 {
  %edges = scratch.mask.from structure %L : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %L, %L semiring<plus_pair> mask(%edges : !scratch.mask<?x?>)
       : tensor<?x?xi8, #CSR>, tensor<?x?xi8, #CSR> -> tensor<?x?xi64, #CSR>
  %count = scratch.fold plus %C over all : tensor<?x?xi64, #CSR> -> i64
  return %count : i64
}
