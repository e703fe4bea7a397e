// A start that is added to, and a stage behind the sum.
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

func.func @started(%A: tensor<?x?xi32, #CSR>, %x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = scratch.spmv %A, %x into %y : tensor<?x?xi32, #CSR>, tensor<?xi32> -> tensor<?xi32>
  return %r : tensor<?xi32>
}

func.func @staged(%A: tensor<?x?xi32, #CSR>, %x: tensor<?xi32>, %y: tensor<?xi32>) -> tensor<?xi32> {
  %r = scratch.spmv %A, %x into %y : tensor<?x?xi32, #CSR>, tensor<?xi32> -> tensor<?xi32> epilogue {
    scratch.map { ^bb0(%v: i32, %i: index, %j: index):
      %n = arith.index_cast %i : index to i32
      %s = arith.muli %v, %n : i32
      scratch.yield %s : i32
    }
    scratch.yield
  }
  return %r : tensor<?xi32>
}
