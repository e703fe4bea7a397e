/* Multiplies two small sparse matrices that live in the program's own arrays.
 *
 * Shows the whole way: wrap the arrays (nothing is copied), call the kernel, read
 * the result, meet an error, release the result. Checks itself against a plain
 * loop and exits with 1 if anything differs.
 */
#include "spgemm.h"

#include <stdio.h>
#include <stdlib.h>

enum { M = 3, K = 4, N = 3 };

/*     A = | 1 . 2 . |      B = | . 1 . |
 *         | . . . . |          | 2 . . |
 *         | . 3 . 4 |          | . . 5 |
 *                              | 1 . 6 |  */
static const int32_t a_positions[M + 1] = {0, 2, 2, 4};
static const int32_t a_columns[] = {0, 2, 1, 3};
static const double a_values[] = {1, 2, 3, 4};
static const int32_t b_positions[K + 1] = {0, 1, 2, 3, 5};
static const int32_t b_columns[] = {1, 0, 2, 0, 2};
static const double b_values[] = {1, 2, 5, 1, 6};

/* The same product, slow and obvious, into a dense matrix. */
static void multiply_plainly(double c[M][N]) {
  for (int i = 0; i < M; ++i)
    for (int j = 0; j < N; ++j)
      c[i][j] = 0;
  for (int i = 0; i < M; ++i)
    for (int p = a_positions[i]; p < a_positions[i + 1]; ++p)
      for (int q = b_positions[a_columns[p]]; q < b_positions[a_columns[p] + 1]; ++q)
        c[i][b_columns[q]] += a_values[p] * b_values[q];
}

/* Prints the result's entries; returns how many differ from the plain product. */
static int print_and_check(const scratch_tensor *C) {
  double expected[M][N];
  multiply_plainly(expected);
  const int32_t *positions = C->positions, *columns = C->coordinates;
  const double *values = C->values;
  int wrong = C->shape[0] != M || C->shape[1] != N;
  for (int i = 0; i < M; ++i)
    for (int32_t p = positions[i]; p < positions[i + 1]; ++p) {
      printf("C(%d, %d) = %g\n", i, (int)columns[p], values[p]);
      wrong += values[p] != expected[i][columns[p]];
      expected[i][columns[p]] = 0;
    }
  /* What is left over was missing from the result. */
  for (int i = 0; i < M; ++i)
    for (int j = 0; j < N; ++j)
      wrong += expected[i][j] != 0;
  return wrong;
}

static void stop_on_failure(scratch_status status) {
  if (status == SCRATCH_OK)
    return;
  fprintf(stderr, "error: %s: %s\n", scratch_status_text(status), scratch_last_error());
  exit(1);
}

int main(void) {
  scratch_tensor A, B, C;
  stop_on_failure(spgemm_wrap_A(&A, M, K, a_positions, a_columns, a_values));
  stop_on_failure(spgemm_wrap_B(&B, K, N, b_positions, b_columns, b_values));

  scratch_record record = {0};
  scratch_options options = {0};
  options.threads = 1;
  options.record = &record;
  stop_on_failure(spgemm_call(&A, &B, &C, &options));

  int wrong = print_and_check(&C);
  printf("%llu products, %lld entries, %d wrong\n", (unsigned long long)record.products,
         (long long)C.nnz, wrong);
  scratch_tensor_free(&C);

  /* B * B does not exist: B has 3 columns and 4 rows. No result, nothing to free. */
  scratch_status refused = spgemm_call(&B, &B, &C, NULL);
  printf("B * B: %s (%s)\n", scratch_status_text(refused), scratch_last_error());
  return wrong || refused != SCRATCH_SHAPE_MISMATCH;
}
