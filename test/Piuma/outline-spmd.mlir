// RUN: scratch-opt %s --scratch-piuma-outline-spmd | FileCheck %s

// The frame is in the caller's entry; constants are copied, not captured.
// CHECK: llvm.func @piuma_fork(!llvm.ptr, !llvm.ptr)
// CHECK-LABEL: llvm.func internal @kernel.spmd.0(
// CHECK-SAME: %[[FRAME:.*]]: !llvm.ptr)
// CHECK: %[[VALUE:.*]] = llvm.load
// CHECK: %[[SUM:.*]] = llvm.add %[[VALUE]], %{{.*}} : i64
// CHECK: llvm.return
// CHECK-LABEL: llvm.func @kernel
// CHECK: llvm.alloca %{{.*}} x !llvm.struct<(i64, ptr)>
// CHECK: %[[F:.*]] = llvm.mlir.addressof @kernel.spmd.0
// CHECK: llvm.call @piuma_fork(%[[F]]
// CHECK-NOT: piuma.
llvm.func @kernel(%value: i64, %to: !llvm.ptr) {
  %one = llvm.mlir.constant(1 : i64) : i64
  piuma.spmd {
    %sum = llvm.add %value, %one : i64
    llvm.store %sum, %to : i64, !llvm.ptr
    piuma.return
  }
  llvm.return
}
