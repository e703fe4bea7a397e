// RUN: scratch-opt %s --split-input-file --verify-diagnostics

func.func @private_capacity() {
  // expected-error @below {{expected an accumulator that a team shares, found 'hash'}}
  %e, %r, %c = scratch.accumulator.capacity !scratch.accumulator<hash, i32, f64>
  return
}

// -----

func.func @no_accumulator() {
  // expected-error @below {{expected a type of accumulator, found 'i32'}}
  %e, %r, %c = scratch.accumulator.capacity i32
  return
}

// -----

func.func @private_row(%t: !scratch.tile<dense, i32, f64>, %n: index) {
  // expected-error @below {{expected an accumulator of several rows, found 'dense'}}
  %r = scratch.row %t[%n] share(%n, %n) : !scratch.tile<dense, i32, f64>
  return
}

// -----

func.func @deal_arguments(%t: !scratch.tile<fragments, i32, f64>, %n: index) {
  // expected-error @below {{region 'body' takes ('index'), expected ('index', 'index')}}
  scratch.deal %t from %n to %n grain %n : !scratch.tile<fragments, i32, f64> {
  ^bb0(%begin: index):
  }
  return
}

// -----

func.func @append_values(%t: !scratch.tile<fragments, i32, f64>, %n: index, %s: memref<?xi64>,
                         %crd: memref<?xi32>, %val: memref<?xf32>) {
  // expected-error @below {{expected values of rank 1 and element type 'f64', found 'memref<?xf32>'}}
  scratch.append %t rows(%n, %n) whole(%n) shares %s into %crd, %val, %crd number %n of %s
      : !scratch.tile<fragments, i32, f64>, memref<?xi64>, memref<?xi32>, memref<?xf32>,
        memref<?xi32>, memref<?xi64>
  return
}

// -----

func.func @ungrouped(%t: !scratch.tile<dense, i32, f64>, %n: index, %g: memref<?xi32>,
                     %m: memref<?xi8>, %v: memref<?xf64>, %a: f64) {
  // expected-error @below {{expected accumulator 'grouped', found 'dense'}}
  scratch.accumulate_groups %t, %g, %m [%n, %n] from %n values %v : memref<?xf64> scaled %a : f64
      semiring<plus_times> : !scratch.tile<dense, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}

// -----

func.func @wide_masks(%t: !scratch.tile<grouped, i32, f64>, %n: index, %g: memref<?xi32>,
                      %v: memref<?xf64>, %a: f64) {
  // expected-error @below {{expected masks of rank 1 and element type 'i8', found 'memref<?xi32>'}}
  scratch.accumulate_groups %t, %g, %g [%n, %n] from %n values %v : memref<?xf64> scaled %a : f64
      semiring<plus_times> : !scratch.tile<grouped, i32, f64>, memref<?xi32>, memref<?xi32>
  return
}

// -----

func.func @custom_groups(%t: !scratch.tile<grouped, i32, f64>, %n: index, %g: memref<?xi32>,
                         %m: memref<?xi8>, %v: memref<?xf64>, %a: f64) {
  // expected-error @below {{expected a built-in semiring}}
  scratch.accumulate_groups %t, %g, %m [%n, %n] from %n values %v : memref<?xf64> scaled %a : f64
      semiring<custom> : !scratch.tile<grouped, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}
