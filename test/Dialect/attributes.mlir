// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s

// CHECK: module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "znver5", features = "+avx512f", vector_bits = 512>}
module attributes {scratch.target = #scratch.target<kind = "x86", cpu = "znver5",
                                                    features = "+avx512f", vector_bits = 512>} {
  // CHECK: func.func private @semirings() attributes {
  // CHECK-SAME: a = #scratch.semiring<plus_times>, b = #scratch.semiring<min_plus>
  // CHECK-SAME: c = #scratch.semiring<max_plus>, d = #scratch.semiring<or_and>
  // CHECK-SAME: e = #scratch.semiring<plus_pair>, f = #scratch.semiring<any_pair>
  // CHECK-SAME: g = #scratch.semiring<custom>
  func.func private @semirings() attributes {
    a = #scratch.semiring<plus_times>, b = #scratch.semiring<min_plus>,
    c = #scratch.semiring<max_plus>, d = #scratch.semiring<or_and>,
    e = #scratch.semiring<plus_pair>, f = #scratch.semiring<any_pair>,
    g = #scratch.semiring<custom>}

  // CHECK: func.func private @strategies() attributes {
  // CHECK-SAME: a = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
  // CHECK-SAME: variants = [<dense, cost = [1.000000e+00, 2.500000e+00]>, <hash>]>
  // CHECK-SAME: b = #scratch.strategy<dataflow = inner, phases = two, schedule = static>
  // CHECK-SAME: c = #scratch.strategy<dataflow = row_wise, phases = one, schedule = tokens hashed low, variants = [<fragments>]>
  func.func private @strategies() attributes {
    a = #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
                          variants = [<dense, cost = [1.0, 2.5]>, <hash>]>,
    b = #scratch.strategy<dataflow = inner, phases = two, schedule = static>,
    c = #scratch.strategy<dataflow = row_wise, phases = one, schedule = tokens hashed low,
                          variants = [<fragments>]>}

  // CHECK: func.func private @sources() attributes {a = #scratch<mask_source structure>, b = #scratch<mask_source value>}
  func.func private @sources() attributes {a = #scratch<mask_source structure>,
                                           b = #scratch<mask_source value>}
}
