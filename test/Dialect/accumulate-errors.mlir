// RUN: scratch-opt %s --verify-diagnostics --split-input-file

func.func @leaf(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %n: index) {
  // expected-error@+1 {{expected a leaf below 6, found 6}}
  scratch.mark %t leaf 6, %c [%n, %n] : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @marked_coordinates(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xf32>, %n: index) {
  // expected-error@+1 {{expected coordinates of rank 1 and an integer type, found 'memref<?xf32>'}}
  scratch.mark %t leaf 0, %c [%n, %n] : !scratch.tile<hash, i32, f64>, memref<?xf32>
  return
}

// -----
func.func @marked_matrix(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected a matrix, found 'memref<?xi8>'}}
  scratch.mark_dense %t leaf 0, %c row %n : !scratch.tile<hash, i32, f64>, memref<?xi8>
  return
}

// -----
func.func @dense_leaf(%t: !scratch.tile<hash, i32, f64>, %c: memref<?x?xi8>, %n: index) {
  // expected-error@+1 {{expected a leaf below 6, found 9}}
  scratch.mark_dense %t leaf 9, %c row %n : !scratch.tile<hash, i32, f64>, memref<?x?xi8>
  return
}

// -----
func.func @symbolic_values(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{records presence only when symbolic; values and scale have no use}}
  scratch.accumulate %t, %c[%n, %n] values %v : memref<?xf64> symbolic semiring<plus_times> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @custom_multiply(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %n: index) {
  // expected-error@+1 {{custom semiring needs a region 'multiply'}}
  scratch.accumulate %t, %c[%n, %n] semiring<custom> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @custom_operands(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %n: index) {
  // expected-error@+1 {{custom semiring needs values and scale}}
  scratch.accumulate %t, %c[%n, %n] semiring<custom> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  return
}

// -----
func.func @built_in_multiply(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %n: index) {
  // expected-error@+1 {{semiring plus_pair brings its own multiply}}
  scratch.accumulate %t, %c[%n, %n] semiring<plus_pair> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  multiply { ^bb0(%a: f64, %b: f64): scratch.yield %a : f64 }
  return
}

// -----
func.func @scale(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{multiply times needs a scale}}
  scratch.accumulate %t, %c[%n, %n] values %v : memref<?xf64> semiring<plus_times> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @values(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %a: f64, %n: index) {
  // expected-error@+1 {{multiply first needs values}}
  scratch.accumulate %t, %c[%n, %n] scaled %a : f64 swapped semiring<plus_first> : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @drained_coordinates(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi64>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{expected coordinates of rank 1 and element type 'i32', found 'memref<?xi64>'}}
  %r = scratch.drain %t into %c, %v at %n : !scratch.tile<hash, i32, f64>, memref<?xi64>, memref<?xf64>
  return
}

// -----
func.func @drained_values(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %v: memref<?xf32>, %n: index) {
  // expected-error@+1 {{expected values of rank 1 and element type 'f64', found 'memref<?xf32>'}}
  %r = scratch.drain %t into %c, %v at %n : !scratch.tile<hash, i32, f64>, memref<?xi32>, memref<?xf32>
  return
}

// -----
func.func @whole_in_a_table(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %n: index) {
  // expected-error@+1 {{'unmasked' needs a tile of kind dense, grouped or tiered, found hash}}
  scratch.accumulate %t, %c [%n, %n] unmasked semiring<plus_pair>
    : !scratch.tile<hash, i32, f64>, memref<?xi32>
  return
}

// -----
func.func @picked_from_a_table(%t: !scratch.tile<hash, i32, f64>, %c: memref<?xi32>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{'dropping' needs a tile of kind dense, grouped or tiered, found hash}}
  %m = scratch.drain_along %t along %c [%n, %n] into %c, %v at %n dropping
       : !scratch.tile<hash, i32, f64>, memref<?xi32>, memref<?xi32>, memref<?xf64>
  return
}

// -----
func.func @bitmap_kind(%t: !scratch.tile<dense, i32, f64>, %c: memref<?xi32>, %m: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected accumulator 'blocked', found 'dense'}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 16 of %m semiring<plus_pair> : !scratch.tile<dense, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}

// -----
func.func @bitmap_element(%t: !scratch.tile<blocked, i32, i8>, %c: memref<?xi32>, %m: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected values of 32 or 64 bits, found 'i8'}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 16 of %m semiring<plus_pair> : !scratch.tile<blocked, i32, i8>, memref<?xi32>, memref<?xi8>
  return
}

// -----
func.func @bitmap_masks(%t: !scratch.tile<blocked, i32, f32>, %c: memref<?xi32>, %m: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected masks of rank 1 and element type 'i16', found 'memref<?xi8>'}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 16 of %m semiring<plus_pair> : !scratch.tile<blocked, i32, f32>, memref<?xi32>, memref<?xi8>
  return
}

// -----
func.func @bitmap_operands(%t: !scratch.tile<blocked, i32, f64>, %c: memref<?xi32>, %m: memref<?xi8>, %v: memref<?xf64>, %n: index) {
  // expected-error@+1 {{multiply times needs a scale}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 16 of %m values %v : memref<?xf64> semiring<plus_times> : !scratch.tile<blocked, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}

// -----
func.func @bitmap_panel(%t: !scratch.tile<blocked, i32, f64>, %c: memref<?xi32>, %m: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected a panel of 1, 2, 4, 8 or 16 vectors, found 12}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 12 of %m semiring<plus_pair> : !scratch.tile<blocked, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}

// -----
func.func @bitmap_neutral(%t: !scratch.tile<blocked, i32, f64>, %c: memref<?xi32>, %m: memref<?xi8>, %n: index) {
  // expected-error@+1 {{expected values that are neutral, found none}}
  scratch.accumulate_bitmap %t, %c[%n, %n] base %n column %n panel 4 of %m neutral semiring<plus_pair> : !scratch.tile<blocked, i32, f64>, memref<?xi32>, memref<?xi8>
  return
}
