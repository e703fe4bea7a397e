// One round of peeling: for each edge the triangles that it is part of (its
// support), and only edges with enough of them are kept, while the row is hot.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @peel(%A: tensor<?x?xi32, #CSR>, %support: i32) -> tensor<?x?xi32, #CSR> {
  %edges = scratch.mask.from structure %A : tensor<?x?xi32, #CSR> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %A semiring<plus_pair> mask(%edges : !scratch.mask<?x?>)
       : tensor<?x?xi32, #CSR>, tensor<?x?xi32, #CSR> -> tensor<?x?xi32, #CSR>
       epilogue {
    scratch.keep { ^bb0(%triangles: i32, %i: index, %j: index):
      %enough = arith.cmpi sge, %triangles, %support : i32
      scratch.yield %enough : i1
    }
    scratch.yield
  }
  return %C : tensor<?x?xi32, #CSR>
}
