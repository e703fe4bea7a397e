// RUN: scratch-opt %s --verify-diagnostics --split-input-file

// expected-error@+1 {{unknown semiring 'plus_minus'}}
func.func private @semiring() attributes {a = #scratch.semiring<plus_minus>}

// -----
// expected-error@+2 {{unknown accumulator 'stack'}}
// expected-error@+1 {{failed to parse}}
func.func private @accumulator(!scratch.accumulator<stack, i32, f64>)
