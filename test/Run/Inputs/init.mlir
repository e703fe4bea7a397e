// C + A * B, in the forms that there are.
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
#Mixed = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed(nonordered)), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>
!T = tensor<?x?xf64, #CSC>
!U = tensor<?x?xf64, #Mixed>

func.func @rows(%A: !M, %B: !M, %C: !M) -> !M {
  %D = scratch.spgemm %A, %B init(%C : !M) : !M, !M -> !M
  return %D : !M
}
func.func @columns(%A: !T, %B: !T, %C: !T) -> !T {
  %D = scratch.spgemm %A, %B init(%C : !T) : !T, !T -> !T
  return %D : !T
}
func.func @turned(%A: !M, %B: !M, %C: !T) -> !M {
  %D = scratch.spgemm %A, %B semiring<min_plus> init(%C : !T) : !M, !M -> !M
  return %D : !M
}
func.func @unordered(%A: !M, %B: !M, %C: !U) -> !M {
  %D = scratch.spgemm %A, %B init(%C : !U) : !M, !M -> !M
  return %D : !M
}
func.func @matmul(%A: !M, %B: !M, %C: !M) -> !M {
  %copy = bufferization.alloc_tensor() copy(%C) : !M
  %D = linalg.matmul ins(%A, %B : !M, !M) outs(%copy : !M) -> !M
  return %D : !M
}
