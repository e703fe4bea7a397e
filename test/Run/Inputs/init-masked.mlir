// (C + A * B) inside M, and outside.
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
#CSC = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed)}>
!M = tensor<?x?xf64, #CSR>
!T = tensor<?x?xf64, #CSC>

func.func @masked(%A: !M, %B: !M, %M: !M, %C: !M) -> !M {
  %m = scratch.mask.from structure %M : !M -> !scratch.mask<?x?>
  %D = scratch.spgemm %A, %B mask(%m : !scratch.mask<?x?>) init(%C : !M) : !M, !M -> !M
  return %D : !M
}
func.func @unmasked(%A: !M, %B: !M, %M: !M, %C: !M) -> !M {
  %m = scratch.mask.from value %M : !M -> !scratch.mask<?x?>
  %D = scratch.spgemm %A, %B semiring<min_plus> mask(%m : !scratch.mask<?x?>, complement) init(%C : !M)
       : !M, !M -> !M
  return %D : !M
}
func.func @masked_columns(%A: !T, %B: !T, %M: !T, %C: !T) -> !T {
  %m = scratch.mask.from structure %M : !T -> !scratch.mask<?x?>
  %D = scratch.spgemm %A, %B mask(%m : !scratch.mask<?x?>) init(%C : !T) : !T, !T -> !T
  return %D : !T
}
