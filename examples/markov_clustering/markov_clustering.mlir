// One step of Markov clustering on rows that sum to 1, in one pass over each row:
// square the matrix (expand), square its values (inflate), keep the largest few
// that matter (prune), and scale what is left so that it sums to 1 again.
#CSR = #sparse_tensor.encoding<{
  map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32
}>

func.func @step(%M: tensor<?x?xf64, #CSR>, %least: f64, %most: i64) -> tensor<?x?xf64, #CSR> {
  %k = arith.index_cast %most : i64 to index
  %C = scratch.spgemm %M, %M
       : tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
       epilogue {
    scratch.map { ^bb0(%v: f64, %i: index, %j: index):
      %w = arith.mulf %v, %v : f64
      scratch.yield %w : f64
    }
    %all = scratch.reduce 0.0 : f64 { ^bb0(%so: f64, %v: f64):
      %s = arith.addf %so, %v : f64
      scratch.yield %s : f64
    } -> f64
    scratch.keep { ^bb0(%v: f64, %i: index, %j: index):
      %bound = arith.mulf %all, %least : f64
      %matters = arith.cmpf oge, %v, %bound : f64
      scratch.yield %matters : i1
    }
    scratch.top_k %k by value
    %left = scratch.reduce 0.0 : f64 { ^bb0(%so: f64, %v: f64):
      %s = arith.addf %so, %v : f64
      scratch.yield %s : f64
    } -> f64
    scratch.map { ^bb0(%v: f64, %i: index, %j: index):
      %w = arith.divf %v, %left : f64
      scratch.yield %w : f64
    }
    scratch.yield
  }
  return %C : tensor<?x?xf64, #CSR>
}
