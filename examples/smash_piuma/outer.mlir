// The product for outer products: A is stored by columns, so that nothing is turned
// first, and rows of the result may hold their entries in any order.
#Columns = #sparse_tensor.encoding<{map = (i, j) -> (j : dense, i : compressed),
                                    posWidth = 32, crdWidth = 32}>
#Rows = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed(nonordered)),
                                 posWidth = 32, crdWidth = 32}>
func.func @spgemm(%A: tensor<?x?xf64, #Columns>, %B: tensor<?x?xf64, #Rows>)
    -> tensor<?x?xf64, #Rows> {
  %C = scratch.spgemm %A, %B
       : tensor<?x?xf64, #Columns>, tensor<?x?xf64, #Rows> -> tensor<?x?xf64, #Rows>
  return %C : tensor<?x?xf64, #Rows>
}
