// RUN: scratch-opt %s --verify-roundtrip | FileCheck %s
// Masks, accumulators and tiles; what a type leaves out is its default.

// CHECK: func.func private @masks(!scratch.mask<?x?>, !scratch.mask<4x8>, !scratch.mask<?x8>)
func.func private @masks(!scratch.mask<?x?>, !scratch.mask<4x8, element>, !scratch.mask<?x8>)

// CHECK: func.func private @granularities(!scratch.mask<?x?, block(4x8)>, !scratch.mask<?x?, row>, !scratch.mask<?x?, column>, !scratch.mask<?x?, n_m(2:4)>)
func.func private @granularities(!scratch.mask<?x?, block(4x8)>, !scratch.mask<?x?, row>,
                                 !scratch.mask<?x?, column>, !scratch.mask<?x?, n_m(2:4)>)

// CHECK: func.func private @guarantees(!scratch.mask<64x64, exact(2:4)>, !scratch.mask<?x16, row_nnz(16)>, !scratch.mask<?x?, n_m(2:4), exact(2:4)>, !scratch.mask<?x?, block(1x16), row_nnz(0)>)
func.func private @guarantees(!scratch.mask<64x64, exact(2:4)>, !scratch.mask<?x16, row_nnz(16)>,
                              !scratch.mask<?x?, exact(2:4), n_m(2:4)>,
                              !scratch.mask<?x?, block(1x16), row_nnz(0)>)

// CHECK: func.func private @accumulators(!scratch.accumulator<dense, i32, f64>, !scratch.accumulator<tiered, i64, f32>, !scratch.accumulator<hash, index, i8>)
func.func private @accumulators(!scratch.accumulator<dense, i32, f64>,
                                !scratch.accumulator<tiered, i64, f32>,
                                !scratch.accumulator<hash, index, i8>)

// CHECK: func.func private @tiles(!scratch.tile<dense, i32, f64>, !scratch.tile<tiered, i64, f32>, !scratch.tile<hash, index, i8>)
func.func private @tiles(!scratch.tile<dense, i32, f64>, !scratch.tile<tiered, i64, f32>,
                         !scratch.tile<hash, index, i8>)
