// How many entries each row of A * B has, never stored: one word for each row.
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!P = tensor<?x?xi64, #CSR>
func.func @count(%A: !P, %B: !P) -> tensor<?xi64> {
  %C = scratch.spgemm %A, %B semiring<any_pair> : !P, !P -> !P
  %n = scratch.fold plus %C over rows : !P -> tensor<?xi64>
  return %n : tensor<?xi64>
}
