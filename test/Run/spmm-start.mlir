// RUN: scratch-opt %s --scratch-to-x86 | %run_main | FileCheck %s
// What a product is added to stays what it is where a row adds nothing, and counts no more and
// no less where it does: in tiles of any width, for rows of no, a few and many entries.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!M = tensor<4x6xf32, #CSR>
!X = tensor<6x17xf32>
!Y = tensor<4x17xf32>
!x = tensor<6xf32>
!y = tensor<4xf32>

func.func private @show(%Y: !Y) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f32
  %last = arith.constant 16 : index
  %v = vector.transfer_read %Y[%zero, %zero], %none {permutation_map = affine_map<(i, j) -> (i)>} : !Y, vector<4xf32>
  vector.print %v : vector<4xf32>
  %w = vector.transfer_read %Y[%zero, %last], %none {permutation_map = affine_map<(i, j) -> (i)>} : !Y, vector<4xf32>
  vector.print %w : vector<4xf32>
  return
}
func.func private @products(%A: !M, %X: !X, %Y: !Y) {
  %any = scratch.spmm %A, %X into %Y semiring<any_pair> : !M, !X -> !Y
  call @show(%any) : (!Y) -> ()
  %plus = scratch.spmm %A, %X into %Y : !M, !X -> !Y
  call @show(%plus) : (!Y) -> ()
  %least = scratch.spmm %A, %X into %Y semiring<min_times> : !M, !X -> !Y
  call @show(%least) : (!Y) -> ()
  return
}
func.func private @vectors(%A: !M, %x: !x, %y: !y) {
  %zero = arith.constant 0 : index
  %none = arith.constant 0.0 : f32
  %any = scratch.spmv %A, %x into %y semiring<any_pair> : !M, !x -> !y
  %v = vector.transfer_read %any[%zero], %none : !y, vector<4xf32>
  vector.print %v : vector<4xf32>
  %plus = scratch.spmv %A, %x into %y : !M, !x -> !y
  %w = vector.transfer_read %plus[%zero], %none : !y, vector<4xf32>
  vector.print %w : vector<4xf32>
  return
}

func.func @main() {
  %dA = arith.constant dense<[[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0, 0.0, 0.0],
                              [1.0, 2.0, 3.0, 4.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]> : tensor<4x6xf32>
  %A = sparse_tensor.convert %dA : tensor<4x6xf32> to !M
  %ones = arith.constant dense<1.0> : !X
  %minus = arith.constant dense<-0.0> : !X
  %start = arith.constant dense<7.0> : !Y
  %zero = arith.constant dense<-0.0> : !Y
  %nan = arith.constant dense<0x7FC00000> : !Y
  %nans = arith.constant dense<0x7FC00000> : !X
  // CHECK-COUNT-2: ( 7, 1, 1, 1 )
  // CHECK-COUNT-2: ( 7, 9, 17, 28 )
  // CHECK-COUNT-2: ( 7, 2, 1, 1 )
  call @products(%A, %ones, %start) : (!M, !X, !Y) -> ()
  // CHECK-COUNT-2: ( -0, 1, 1, 1 )
  // CHECK-COUNT-2: ( -0, -0, -0, -0 )
  // CHECK-COUNT-2: ( -0, -0, -0, -0 )
  call @products(%A, %minus, %zero) : (!M, !X, !Y) -> ()
  // CHECK-COUNT-2: ( nan, 1, 1, 1 )
  // CHECK-COUNT-2: ( nan, nan, nan, nan )
  // CHECK-COUNT-2: ( nan, nan, nan, nan )
  call @products(%A, %nans, %nan) : (!M, !X, !Y) -> ()
  %x = arith.constant dense<1.0> : !x
  %y = arith.constant dense<[7.0, 7.0, -0.0, 7.0]> : !y
  // CHECK: ( 7, 1, 1, 1 )
  // CHECK: ( 7, 9, 10, 28 )
  call @vectors(%A, %x, %y) : (!M, !x, !y) -> ()
  %m = arith.constant dense<-0.0> : !y
  // CHECK: ( -0, 1, 1, 1 )
  // CHECK: ( -0, 2, 10, 21 )
  call @vectors(%A, %x, %m) : (!M, !x, !y) -> ()
  return
}
