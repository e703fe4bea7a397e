// RUN: scratch-opt %s --scratch-import | FileCheck %s --check-prefix=IMPORT
// RUN: scratch-opt %s --scratch-to-x86 | env TENSOR0=%S/Inputs/small.mtx %run_main | FileCheck %s
// Programs as upstream's sparsifier takes them run unchanged: matrices from files, indices of
// eight bits, slices, quantised products. What is ours becomes a kernel, the rest stays linalg.

#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
#CSR8 = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = 8, crdWidth = 8}>
#Slice = #sparse_tensor.encoding<{map = (i : #sparse_tensor<slice(0, 2, 1)>, j : #sparse_tensor<slice(0, 4, 1)>) -> (i : dense, j : compressed)}>
#DCSR = #sparse_tensor.encoding<{map = (i, j) -> (i : compressed, j : compressed)}>
#Any = #sparse_tensor.encoding<{map = (i : #sparse_tensor<slice(?, ?, ?)>, j : #sparse_tensor<slice(?, ?, ?)>) -> (i : dense, j : compressed)}>
#copy = {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
#spmv = {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)>],
         iterator_types = ["parallel", "reduction"]}

func.func private @getTensorFilename(index) -> !llvm.ptr

// IMPORT-LABEL: func.func @from_file
// IMPORT: scratch.spmm
// CHECK: ( ( 8, 11 ), ( -6, -9 ), ( 24, 33 ) )
func.func @from_file(%name: !llvm.ptr) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %A = sparse_tensor.new %name : !llvm.ptr to tensor<?x?xf64, #CSR>
  %B = arith.constant dense<[[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]> : tensor<4x2xf64>
  %b = tensor.cast %B : tensor<4x2xf64> to tensor<?x2xf64>
  %rows = tensor.dim %A, %c0 : tensor<?x?xf64, #CSR>
  %empty = tensor.empty(%rows) : tensor<?x2xf64>
  %init = linalg.fill ins(%zero : f64) outs(%empty : tensor<?x2xf64>) -> tensor<?x2xf64>
  %C = linalg.matmul ins(%A, %b : tensor<?x?xf64, #CSR>, tensor<?x2xf64>) outs(%init : tensor<?x2xf64>) -> tensor<?x2xf64>
  %v = vector.transfer_read %C[%c0, %c0], %zero : tensor<?x2xf64>, vector<3x2xf64>
  vector.print %v : vector<3x2xf64>
  return
}

// IMPORT-LABEL: func.func @bytes
// IMPORT: linalg.generic
// CHECK: ( 7, -6, 21 )
func.func @bytes(%name: !llvm.ptr) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0 : i32
  %A = sparse_tensor.new %name : !llvm.ptr to tensor<?x?xi32, #CSR8>
  %x = arith.constant dense<[1, 2, 3, 4]> : tensor<4xi32>
  %b = tensor.cast %x : tensor<4xi32> to tensor<?xi32>
  %rows = tensor.dim %A, %c0 : tensor<?x?xi32, #CSR8>
  %empty = tensor.empty(%rows) : tensor<?xi32>
  %init = linalg.fill ins(%zero : i32) outs(%empty : tensor<?xi32>) -> tensor<?xi32>
  %y = linalg.generic #spmv ins(%A, %b : tensor<?x?xi32, #CSR8>, tensor<?xi32>) outs(%init : tensor<?xi32>) {
  ^bb0(%a: i32, %e: i32, %sum: i32):
    %product = arith.muli %a, %e : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<?xi32>
  %v = vector.transfer_read %y[%c0], %zero : tensor<?xi32>, vector<3xi32>
  vector.print %v : vector<3xi32>
  return
}

// IMPORT-LABEL: func.func @slice
// IMPORT: linalg.matmul
// CHECK: values : ( 2, 6, 17 )
func.func @slice() {
  %d = arith.constant dense<[[0.0, 2.0, 0.0, 0.0], [1.0, 0.0, 0.0, 3.0], [0.0, 0.0, 4.0, 0.0], [0.0, 5.0, 0.0, 0.0]]> : tensor<4x4xf64>
  %D = sparse_tensor.convert %d : tensor<4x4xf64> to tensor<4x4xf64, #CSR>
  %S = tensor.extract_slice %D[0, 0][2, 4][1, 1] : tensor<4x4xf64, #CSR> to tensor<2x4xf64, #Slice>
  %empty = tensor.empty() : tensor<2x4xf64, #CSR>
  %C = linalg.matmul ins(%S, %D : tensor<2x4xf64, #Slice>, tensor<4x4xf64, #CSR>) outs(%empty : tensor<2x4xf64, #CSR>) -> tensor<2x4xf64, #CSR>
  sparse_tensor.print %C : tensor<2x4xf64, #CSR>
  return
}

// IMPORT-LABEL: func.func @quantised
// IMPORT: linalg.quantized_matmul
// CHECK: ( ( -5, 7 ), ( 0, -14 ) )
func.func @quantised() {
  %c0 = arith.constant 0 : index
  %none = arith.constant 0 : i32
  %two = arith.constant 2 : i32
  %a = arith.constant dense<[[1, 3], [2, 0]]> : tensor<2x2xi8>
  %b = arith.constant dense<[[5, 0], [0, 7]]> : tensor<2x2xi8>
  %B = sparse_tensor.convert %b : tensor<2x2xi8> to tensor<2x2xi8, #DCSR>
  %init = arith.constant dense<0> : tensor<2x2xi32>
  %C = linalg.quantized_matmul ins(%a, %B, %two, %none : tensor<2x2xi8>, tensor<2x2xi8, #DCSR>, i32, i32) outs(%init : tensor<2x2xi32>) -> tensor<2x2xi32>
  %v = vector.transfer_read %C[%c0, %c0], %none : tensor<2x2xi32>, vector<2x2xi32>
  vector.print %v : vector<2x2xi32>
  return
}

// Extents that are constants, of slices and of results, are no casts for the sparsifier.
// IMPORT-LABEL: func.func @constant_extents
// IMPORT: tensor.empty(%{{.*}}, %{{.*}}) : tensor<?x?xf64,
// CHECK: values : ( 3 )
func.func @constant_extents() {
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %d = arith.constant dense<[[0.0, 2.0, 0.0, 0.0], [1.0, 0.0, 0.0, 3.0], [0.0, 0.0, 4.0, 0.0], [0.0, 5.0, 0.0, 0.0]]> : tensor<4x4xf64>
  %D = sparse_tensor.convert %d : tensor<4x4xf64> to tensor<4x4xf64, #CSR>
  %S = tensor.extract_slice %D[%c1, %c1] [%c2, %c2] [%c1, %c2] : tensor<4x4xf64, #CSR> to tensor<?x?xf64, #Any>
  %empty = tensor.empty(%c2, %c2) : tensor<?x?xf64, #CSR>
  %C = linalg.generic #copy ins(%S : tensor<?x?xf64, #Any>) outs(%empty : tensor<?x?xf64, #CSR>) {
  ^bb0(%s: f64, %c: f64):
    linalg.yield %s : f64
  } -> tensor<?x?xf64, #CSR>
  sparse_tensor.print %C : tensor<?x?xf64, #CSR>
  return
}

// A length that disassemble gives as a tensor.
// CHECK: ( 2 )
func.func @lengths() {
  %c0 = arith.constant 0 : index
  %none = arith.constant 0 : i64
  %d = arith.constant dense<[[0.0, 2.0], [1.0, 0.0]]> : tensor<2x2xf64>
  %D = sparse_tensor.convert %d : tensor<2x2xf64> to tensor<2x2xf64, #CSR>
  %pos = tensor.empty() : tensor<3xindex>
  %crd = tensor.empty() : tensor<2xindex>
  %val = tensor.empty() : tensor<2xf64>
  %p, %c, %v, %lp, %lc, %lv = sparse_tensor.disassemble %D : tensor<2x2xf64, #CSR>
      out_lvls(%pos, %crd : tensor<3xindex>, tensor<2xindex>) out_vals(%val : tensor<2xf64>)
      -> (tensor<3xindex>, tensor<2xindex>), tensor<2xf64>, (i32, tensor<i64>), index
  %length = tensor.extract %lc[] : tensor<i64>
  %shown = vector.broadcast %length : i64 to vector<1xi64>
  vector.print %shown : vector<1xi64>
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %name = call @getTensorFilename(%c0) : (index) -> !llvm.ptr
  call @from_file(%name) : (!llvm.ptr) -> ()
  call @bytes(%name) : (!llvm.ptr) -> ()
  call @slice() : () -> ()
  call @quantised() : () -> ()
  call @constant_extents() : () -> ()
  call @lengths() : () -> ()
  return
}
