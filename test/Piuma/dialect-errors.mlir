// RUN: scratch-opt %s --split-input-file --verify-diagnostics

func.func @nested() {
  piuma.spmd {
    // expected-error @below {{inside another piuma.spmd}}
    piuma.spmd {
      piuma.return
    }
    piuma.return
  }
  return
}

// -----

func.func @barrier_number() {
  // expected-error @below {{found number 64, expected 0 to 63}}
  piuma.barrier all number 64
  return
}

// -----

func.func @integer_sum_of_floats(%x: f64, %to: memref<?xf64>, %at: index) {
  // expected-error @below {{operator 'addi' does not combine values of type 'f64'}}
  piuma.post addi %x, %to[%at] : memref<?xf64>
  return
}

// -----

func.func @float_reduction_of_integers(%x: i64) {
  // expected-error @below {{operator 'addf' does not combine values of type 'i64'}}
  %sum = piuma.reduce addf all %x : i64
  return
}

// -----

func.func @scratchpad_in_dram(%at: index) {
  // expected-error @below {{expected a buffer in memory space 3}}
  %buffer = piuma.scratchpad at %at (%at) : memref<?xf64>
  return
}

// -----

func.func @scratchpad_of_static_size(%at: index) {
  // expected-error @below {{expected a dynamic extent}}
  %buffer = piuma.scratchpad at %at (%at) : memref<8xf64, 3>
  return
}

// -----

func.func @atomic_result(%x: i64, %to: memref<?xi64>, %at: index) {
  // expected-error @below {{returns 'i32', expected 'i64'}}
  %old = piuma.atomic addi %x, %to[%at] : memref<?xi64> -> i32
  return
}

// -----

func.func @copy_between_types(%from: memref<?xf64>, %to: memref<?xf32>, %n: index) {
  // expected-error @below {{copies 'f64' to 'f32', expected equal elements}}
  %t = piuma.dma.copy %from[%n] to %to[%n], %n : memref<?xf64> to memref<?xf32>
  return
}

// -----

func.func @body_with_arguments() {
  // expected-error @below {{found 1 block arguments, expected none}}
  "piuma.spmd"() ({
  ^bb0(%x: index):
    piuma.return
  }) : () -> ()
  return
}
