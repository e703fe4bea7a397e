// RUN: scratch-opt %s --verify-diagnostics --split-input-file

// expected-error@+1 {{expected a mask of two to four dimensions, found 5}}
func.func private @rank(!scratch.mask<?x?x?x?x?>)

// -----
// expected-error@+1 {{unknown mask property 'diagonal'; expected element, block, row, column, n_m, exact or row_nnz}}
func.func private @property(!scratch.mask<?x?, diagonal>)

// -----
// expected-error@+1 {{mask granularity given twice, found 'n_m' after another}}
func.func private @granularity_twice(!scratch.mask<?x?, block(2x2), n_m(2:4)>)

// -----
// expected-error@+1 {{mask granularity given twice, found 'column' after another}}
func.func private @granularity_then_row(!scratch.mask<?x?, row, column>)

// -----
// expected-error@+1 {{mask guarantee given twice, found 'row_nnz' after another}}
func.func private @guarantee_twice(!scratch.mask<?x?, exact(2:4), row_nnz(2)>)

// -----
// expected-error@+1 {{expected positive sizes of the mask's granularity, found 0}}
func.func private @empty_block(!scratch.mask<?x?, block(0x4)>)

// -----
// expected-error@+1 {{n_m(5:4) keeps more entries than its group has}}
func.func private @full_group(!scratch.mask<?x?, n_m(5:4)>)

// -----
// expected-error@+1 {{exact(5:4) promises more entries than its group has}}
func.func private @promised_group(!scratch.mask<?x?, exact(5:4)>)

// -----
// expected-error@+1 {{exact(0:0) promises more entries than its group has}}
func.func private @empty_group(!scratch.mask<?x?, exact(0:0)>)

// -----
// expected-error@+1 {{expected sizes of the mask's guarantee not below 0, found -1}}
func.func private @negative_guarantee(!scratch.mask<?x?, row_nnz(-1)>)

// -----
// expected-error@+1 {{row_nnz(9) exceeds the mask's 8 columns}}
func.func private @wide_row(!scratch.mask<?x8, row_nnz(9)>)
