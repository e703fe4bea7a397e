// RUN: scratch-opt %s --verify-diagnostics --split-input-file
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>

// (fingerprint_c1)
func.func @words(%A: tensor<?x?xf64, #CSR>) -> tensor<8xi64> {
  // expected-error @+1 {{expected a dense result of 4 words, four for each matrix, found 'tensor<8xi64>'}}
  %key = scratch.fingerprint %A : tensor<?x?xf64, #CSR> -> tensor<8xi64>
  return %key : tensor<8xi64>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (spgemm_execute_c1)
func.func @key(%P: tensor<?x?xi8, #CSR>, %key: tensor<4xi64>, %A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  // expected-error @+1 {{expected key to be 'tensor<8xi64>' or 'tensor<?xi8>', found 'tensor<4xi64>'}}
  %C = scratch.spgemm_execute %P, %key, %A, %A : tensor<?x?xi8, #CSR>, tensor<4xi64>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
#CSC = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed), posWidth = 32, crdWidth = 32 }>
func.func @stored(%P: tensor<?x?xi8, #CSC>, %key: tensor<8xi64>, %A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR> {
  // expected-error @+1 {{is not stored like pattern}}
  %C = scratch.spgemm_execute %P, %key, %A, %A : tensor<?x?xi8, #CSC>, tensor<8xi64>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?x?xf64, #CSR>
  return %C : tensor<?x?xf64, #CSR>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (spgemm_execute_c4)
func.func @outs(%P: tensor<?x?xi8, #CSR>, %key: tensor<8xi64>, %A: tensor<?x?xf64, #CSR>, %o: tensor<?xf32>) -> tensor<?xf64> {
  // expected-error @+1 {{expected outs and the result to be dense vectors of one type, found 'tensor<?xf32>' and 'tensor<?xf64>'}}
  %C = scratch.spgemm_execute %P, %key, %A, %A outs(%o : tensor<?xf32>) : tensor<?x?xi8, #CSR>, tensor<8xi64>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?xf64>
  return %C : tensor<?xf64>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (spgemm_execute_c2)
func.func @shape(%P: tensor<4x4xi8, #CSR>, %key: tensor<8xi64>, %A: tensor<4x3xf64, #CSR>, %B: tensor<3x5xf64, #CSR>) -> tensor<4x5xf64, #CSR> {
  // expected-error @+1 {{expected pattern of shape 4x5, found 4x4}}
  %C = scratch.spgemm_execute %P, %key, %A, %B : tensor<4x4xi8, #CSR>, tensor<8xi64>, tensor<4x3xf64, #CSR>, tensor<3x5xf64, #CSR> -> tensor<4x5xf64, #CSR>
  return %C : tensor<4x5xf64, #CSR>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (spgemm_plan_c1)
func.func @bytes(%P: tensor<?x?xi8, #CSR>, %A: tensor<?x?xf64, #CSR>) -> tensor<?xi64> {
  // expected-error @+1 {{expected the plan to be 'tensor<?xi8>', found 'tensor<?xi64>'}}
  %plan = scratch.spgemm_plan %P, %A, %A : tensor<?x?xi8, #CSR>, tensor<?x?xf64, #CSR>, tensor<?x?xf64, #CSR> -> tensor<?xi64>
  return %plan : tensor<?xi64>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
func.func @factor(%P: tensor<?x?xi8, #CSR>, %A: tensor<?x?xf64>, %B: tensor<?x?xf64, #CSR>) -> tensor<?xi8> {
  // expected-error @+1 {{expected lhs to be a sparse matrix in CSR or CSC}}
  %plan = scratch.spgemm_plan %P, %A, %B : tensor<?x?xi8, #CSR>, tensor<?x?xf64>, tensor<?x?xf64, #CSR> -> tensor<?xi8>
  return %plan : tensor<?xi8>
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (spgemm_plan_c2)
func.func @other(%P: tensor<4x4xi8, #CSR>, %A: tensor<4x3xf64, #CSR>, %B: tensor<3x5xf64, #CSR>) -> tensor<?xi8> {
  // expected-error @+1 {{expected pattern of shape 4x5, found 4x4}}
  %plan = scratch.spgemm_plan %P, %A, %B : tensor<4x4xi8, #CSR>, tensor<4x3xf64, #CSR>, tensor<3x5xf64, #CSR> -> tensor<?xi8>
  return %plan : tensor<?xi8>
}

// -----

// (fold_c1)
func.func @dense(%A: tensor<?x?xf64>) -> f64 {
  // expected-error @+1 {{expected matrix to be a sparse matrix in CSR or CSC}}
  %r = scratch.fold plus %A over all : tensor<?x?xf64> -> f64
  return %r : f64
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
// (fold_c2)
func.func @all(%A: tensor<?x?xf64, #CSR>) -> i64 {
  // expected-error @+1 {{over all expects a result of type 'f64', found 'i64'}}
  %r = scratch.fold plus %A over all : tensor<?x?xf64, #CSR> -> i64
  return %r : i64
}

// -----

#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
func.func @columns(%A: tensor<3x5xf64, #CSR>) -> tensor<3xf64> {
  // expected-error @+1 {{over columns expects a result of type 'tensor<5xf64>', found 'tensor<3xf64>'}}
  %r = scratch.fold plus %A over columns : tensor<3x5xf64, #CSR> -> tensor<3xf64>
  return %r : tensor<3xf64>
}

// -----

func.func @known(%n: index) {
  // expected-error @+1 {{known coordinates take part without a formula}}
  %acc = scratch.accumulator.create window(%n) entries(%n) semiring<plus_times> known
         : !scratch.accumulator<dense, i32, f64> formula {
  ^bb0(%bits: i8):
    %t = arith.constant true
    scratch.yield %t : i1
  }
  return
}
