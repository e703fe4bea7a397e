// One level of breadth-first search from any number of nodes: row s of the
// frontier holds the nodes that search s reached last. Their neighbours are the
// next frontier, but for those already seen.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @advance(%frontier: tensor<?x?xi8, #CSR>, %A: tensor<?x?xi8, #CSR>,
                   %seen: tensor<?x?xi8, #CSR>) -> tensor<?x?xi8, #CSR> {
  %known = scratch.mask.from structure %seen : tensor<?x?xi8, #CSR> -> !scratch.mask<?x?>
  %next = scratch.spgemm %frontier, %A semiring<any_pair>
          mask(%known : !scratch.mask<?x?>, complement)
          : tensor<?x?xi8, #CSR>, tensor<?x?xi8, #CSR> -> tensor<?x?xi8, #CSR>
  return %next : tensor<?x?xi8, #CSR>
}
