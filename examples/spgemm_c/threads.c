/* Calls one kernel from several threads at once.
 *
 * Every thread multiplies a banded matrix of its own size with itself, over and
 * over, and compares with a plain loop. Every second thread also makes a call
 * that must fail: errors belong to the thread that made them.
 */
#include "spgemm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 4, REPEATS = 25, BAND = 3 };

typedef struct job {
  int n; /* order of the matrix */
  int wrong;
} job;

/* n x n: row i holds i + d + 1 in column i + d, for 0 <= d < BAND. */
static scratch_tensor make_banded(int n, int32_t *positions, int32_t *columns, double *values) {
  int32_t count = 0;
  for (int i = 0; i < n; ++i) {
    positions[i] = count;
    for (int d = 0; d < BAND && i + d < n; ++d) {
      columns[count] = i + d;
      values[count++] = i + d + 1;
    }
  }
  positions[n] = count;
  scratch_tensor A;
  if (spgemm_wrap_A(&A, n, n, positions, columns, values) != SCRATCH_OK)
    abort();
  return A;
}

/* Entry (i, j) of the square. */
static double expected_entry(int n, int i, int j) {
  double sum = 0;
  for (int k = i; k < i + BAND && k < n; ++k)
    if (j >= k && j < k + BAND)
      sum += (double)(k + 1) * (j + 1);
  return sum;
}

static int count_wrong(int n, const scratch_tensor *C) {
  const int32_t *positions = C->positions, *columns = C->coordinates;
  const double *values = C->values;
  int wrong = 0;
  for (int i = 0; i < n; ++i) {
    int width = n - i < 2 * BAND - 1 ? n - i : 2 * BAND - 1;
    wrong += positions[i + 1] - positions[i] != width;
    for (int32_t p = positions[i]; p < positions[i + 1]; ++p)
      wrong += values[p] != expected_entry(n, i, columns[p]);
  }
  return wrong;
}

static void *work(void *argument) {
  job *mine = argument;
  int n = mine->n;
  int32_t *positions = malloc((size_t)(n + 1) * sizeof *positions);
  int32_t *columns = malloc((size_t)n * BAND * sizeof *columns);
  double *values = malloc((size_t)n * BAND * sizeof *values);
  if (!positions || !columns || !values)
    abort();
  scratch_tensor A = make_banded(n, positions, columns, values);
  scratch_options options = {0};
  options.threads = 2;
  for (int k = 0; k < REPEATS; ++k) {
    scratch_tensor C;
    if (spgemm_call(&A, &A, &C, &options) != SCRATCH_OK) {
      ++mine->wrong;
      continue;
    }
    mine->wrong += count_wrong(n, &C);
    scratch_tensor_free(&C);
    if (n % 2)
      mine->wrong += spgemm_call(&A, NULL, &C, &options) != SCRATCH_INVALID_ARGUMENT;
  }
  free(positions);
  free(columns);
  free(values);
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  job jobs[THREADS];
  int wrong = 0;
  for (int k = 0; k < THREADS; ++k) {
    jobs[k].n = 1000 + 501 * k;
    jobs[k].wrong = 0;
    if (pthread_create(&threads[k], NULL, work, &jobs[k]))
      abort();
  }
  for (int k = 0; k < THREADS; ++k) {
    pthread_join(threads[k], NULL);
    wrong += jobs[k].wrong;
  }
  printf("%d threads, %d calls each, %d wrong\n", THREADS, REPEATS, wrong);
  return wrong != 0;
}
