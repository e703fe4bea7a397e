// RUN: scratch-opt %s --scratch-select-strategy --verify-diagnostics

// expected-error @below {{no machine model for target 'abacus', expected x86, piuma}}
module attributes {scratch.target = #scratch.target<kind = "abacus", cpu = "", features = "", vector_bits = 64>} {
}
