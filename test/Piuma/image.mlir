// An image is a static ELF with the loader's block; it has one entry point.
// RUN: scratch-cc %s --target=piuma -o %t.elf
// RUN: llvm-readelf -h -s %t.elf | FileCheck %s
// CHECK: Type: {{ *}}EXEC
// CHECK: Machine: {{ *}}RISC-V
// CHECK-DAG: piuma_launch
// CHECK-DAG: scratch_piuma_text
// CHECK-DAG: scratch_piuma_entry
// RUN: not scratch-cc %s --target=x86 -o %t.elf 2>&1 | FileCheck %s --check-prefix=X86
// X86: error: output: found '{{.*}}.elf', expected --target=piuma with it

#CSR = #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>

func.func @multiply(%a: tensor<?x?xf64, #CSR>, %x: tensor<?xf64>, %y: tensor<?xf64>) -> tensor<?xf64> {
  %0 = scratch.spmv %a, %x into %y
    : tensor<?x?xf64, #CSR>, tensor<?xf64> -> tensor<?xf64>
  return %0 : tensor<?xf64>
}
