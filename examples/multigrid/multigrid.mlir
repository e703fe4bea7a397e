// The coarse operator of multigrid, R A R'. Meshes stay while coefficients change:
// @plan finds the structures of A R' and R (A R') once, @coarsen computes numbers on
// them, as often as wanted. Plans make sure that the structures are those planned.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

!M = tensor<?x?xf64, #CSR>
!P = tensor<?x?xi8, #CSR>
!Plan = tensor<?xi8>

func.func @plan(%A: !M, %P: !M, %R: !M) -> (!P, !Plan, !P, !Plan) {
  %AP = scratch.spgemm %A, %P semiring<any_pair> : !M, !M -> !P
  %plan1 = scratch.spgemm_plan %AP, %A, %P : !P, !M, !M -> !Plan
  %RAP = scratch.spgemm %R, %AP semiring<any_pair> : !M, !P -> !P
  %plan2 = scratch.spgemm_plan %RAP, %R, %AP : !P, !M, !P -> !Plan
  return %AP, %plan1, %RAP, %plan2 : !P, !Plan, !P, !Plan
}

func.func @coarsen(%A: !M, %P: !M, %R: !M, %fine: !P, %plan1: !Plan, %coarse: !P, %plan2: !Plan) -> !M {
  %AP = scratch.spgemm_execute %fine, %plan1, %A, %P : !P, !Plan, !M, !M -> !M
  %C = scratch.spgemm_execute %coarse, %plan2, %R, %AP : !P, !Plan, !M, !M -> !M
  return %C : !M
}
