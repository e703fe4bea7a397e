// The coarse operator of multigrid, R A R'. Meshes stay while coefficients change:
// @plan finds the structures of A R' and R (A R') once, @coarsen computes numbers on
// them, as often as wanted. Keys make sure that the structures are those planned.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @plan(%A: tensor<?x?xf64, #CSR>, %P: tensor<?x?xf64, #CSR>, %R: tensor<?x?xf64, #CSR>)
    -> (tensor<?x?xi8, #CSR>, tensor<8xi64>, tensor<?x?xi8, #CSR>, tensor<8xi64>) {
  %AP = scratch.spgemm %A, %P semiring<any_pair>
        : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xi8, #CSR>
  %key1 = scratch.fingerprint %A, %P
          : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<8xi64>
  %RAP = scratch.spgemm %R, %AP semiring<any_pair>
         : tensor<?x?xf64, #CSR>, tensor<?x?xi8, #CSR> -> tensor<?x?xi8, #CSR>
  %key2 = scratch.fingerprint %R, %AP
          : tensor<?x?xf64, #CSR>, tensor<?x?xi8, #CSR> -> tensor<8xi64>
  return %AP, %key1, %RAP, %key2
         : tensor<?x?xi8, #CSR>, tensor<8xi64>, tensor<?x?xi8, #CSR>, tensor<8xi64>
}

func.func @coarsen(%A: tensor<?x?xf64, #CSR>, %P: tensor<?x?xf64, #CSR>, %R: tensor<?x?xf64, #CSR>,
                   %fine: tensor<?x?xi8, #CSR>, %key1: tensor<8xi64>,
                   %coarse: tensor<?x?xi8, #CSR>, %key2: tensor<8xi64>) -> tensor<?x?xf64, #CSR> {
  %AP = scratch.spgemm_execute %fine, %key1, %A, %P
        : tensor<?x?xi8, #CSR>, tensor<8xi64>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR>
        -> tensor<?x?xf64, #CSR>
  %C = scratch.spgemm_execute %coarse, %key2, %R, %AP
       : tensor<?x?xi8, #CSR>, tensor<8xi64>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR>
       -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}
