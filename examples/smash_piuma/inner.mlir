// The product for dot products: B is stored by columns, and the pattern of the result
// is given, which an inner product without a mask would have to find.
#Columns = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed),
                                    posWidth = 32, crdWidth = 32}>
#Rows = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed),
                                 posWidth = 32, crdWidth = 32}>
func.func @spgemm(%A: tensor<?x?xf64, #Rows>, %B: tensor<?x?xf64, #Columns>,
                  %M: tensor<?x?xf64, #Rows>) -> tensor<?x?xf64, #Rows> {
  %m = scratch.mask.from structure %M : tensor<?x?xf64, #Rows> -> !scratch.mask<?x?>
  %C = scratch.spgemm %A, %B mask(%m : !scratch.mask<?x?>)
       : tensor<?x?xf64, #Rows>, tensor<?x?xf64, #Columns> -> tensor<?x?xf64, #Rows>
  return %C : tensor<?x?xf64, #Rows>
}
