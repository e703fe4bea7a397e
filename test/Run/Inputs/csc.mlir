#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed) }>
!M = tensor<?x?xf64, #CSC>
func.func @f(%A: !M, %B: !M) -> !M { %C = scratch.spgemm %A, %B : !M, !M -> !M  return %C : !M }
