/* Longformer's attention on a long sequence, in memory that grows with its length.
 *
 * Every token sees its neighbours and a few global tokens. The kernel skips what
 * nobody sees: it is compared here with the plain formula on some rows, and the
 * memory it took with that of a matrix of all scores.
 */
#include "check.h"
#include "longformer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEADS = 2, TOKENS = 2048, SIZE = 64, REACH = 128, GLOBALS = 2 };

static float q[HEADS][TOKENS][SIZE], k[HEADS][TOKENS][SIZE], v[HEADS][TOKENS][SIZE];

/* Numbers in [-1, 1), always the same. */
static void fill(float *values, unsigned state) {
  for (int at = 0; at < HEADS * TOKENS * SIZE; ++at) {
    state = state * 1664525u + 1013904223u;
    values[at] = (float)(state >> 8) / (1 << 23) - 1;
  }
}

static int sees(int i, int j) {
  return abs(i - j) <= REACH || i < GLOBALS || j < GLOBALS;
}

/* Largest difference of one row from the plain formula. */
static double difference(int head, int i, const float *row) {
  double weights[TOKENS], sums[SIZE] = {0}, total = 0;
  for (int j = 0; j < TOKENS; ++j) {
    double score = 0;
    for (int d = 0; d < SIZE; ++d)
      score += (double)q[head][i][d] * k[head][j][d];
    weights[j] = sees(i, j) ? exp(score / 8) : 0; /* 8: root of SIZE */
    total += weights[j];
  }
  double most = 0;
  for (int d = 0; d < SIZE; ++d) {
    for (int j = 0; j < TOKENS; ++j)
      sums[d] += weights[j] * v[head][j][d];
    most = fmax(most, fabs(sums[d] / total - row[d]));
  }
  return most;
}

int main(void) {
  fill(&q[0][0][0], 1);
  fill(&k[0][0][0], 2);
  fill(&v[0][0][0], 3);
  scratch_tensor Q, K, V, O;
  stop_on_failure(longformer_wrap_q(&Q, 1, HEADS, TOKENS, &q[0][0][0]));
  stop_on_failure(longformer_wrap_k(&K, 1, HEADS, TOKENS, &k[0][0][0]));
  stop_on_failure(longformer_wrap_v(&V, 1, HEADS, TOKENS, &v[0][0][0]));

  scratch_options options = {0};
  options.threads = 2;
  scratch_reset_peak_bytes();
  stop_on_failure(longformer_call(&Q, &K, &V, REACH, GLOBALS, &O, &options));
  long long bytes = scratch_peak_bytes(), matrix = 4ll * HEADS * TOKENS * TOKENS;

  const float *rows = O.values;
  double most = 0;
  for (int head = 0; head < HEADS; ++head)
    for (int i = 0; i < TOKENS; i += 1 + TOKENS / 40)
      most = fmax(most, difference(head, i, rows + ((long)head * TOKENS + i) * SIZE));
  scratch_tensor_free(&O);
  printf("%d tokens: largest difference %s 1e-5, memory %s a tenth of all scores\n", TOKENS,
         most < 1e-5 ? "below" : "NOT BELOW", bytes < matrix / 10 ? "below" : "NOT BELOW");
  return !(most < 1e-5 && bytes < matrix / 10);
}
