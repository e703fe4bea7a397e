// Words are read and written whole: the layout of the target is known when the module is
// translated. Positions without a width are i64.
// RUN: scratch-cc %s --target=piuma -o %t.ll
// RUN: FileCheck %s --input-file=%t.ll
// CHECK-NOT: {{(load i64,|store i64) .*}}align 4
// CHECK: load i64, ptr {{.*}}, align 8
// CHECK-NOT: {{(load i64,|store i64) .*}}align 4

#CSR = #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>

func.func @multiply(%a: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = scratch.spmv %a, %x into %y
    : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %0 : tensor<?xf64>
}
