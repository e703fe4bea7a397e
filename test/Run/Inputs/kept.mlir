// An epilogue that drops entries: of a split row, part by part.
#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32}>
!M = tensor<?x?xf64, #CSR>
func.func @kept(%A: !M, %B: !M) -> !M {
  %least = arith.constant 0.5 : f64
  %C = scratch.spgemm %A, %B : !M, !M -> !M
  epilogue {
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index): %k = arith.cmpf ogt, %v, %least : f64  scratch.yield %k : i1 }
    scratch.yield
  }
  return %C : !M
}
