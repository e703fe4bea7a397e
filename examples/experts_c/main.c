/* A mixture of experts in which experts choose their tokens.
 *
 * The kernel gathers what each expert takes; here every expert works on every token
 * and a 0/1 choice decides what counts, as the products with one-hot matrices do.
 */
#include "check.h"
#include "experts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOKENS = 64, SIZE = 32, EXPERTS = 4, TAKEN = 32 };

static float x[TOKENS][SIZE], gate[SIZE][EXPERTS], w1[EXPERTS][SIZE][SIZE], w2[EXPERTS][SIZE][SIZE];
static double wishes[EXPERTS][TOKENS], expected[TOKENS][SIZE];

/* Numbers in [-1, 1), always the same. */
static void fill(float *values, int count, unsigned state) {
  for (int at = 0; at < count; ++at) {
    state = state * 1664525u + 1013904223u;
    values[at] = (float)(state >> 8) / (1 << 23) - 1;
  }
}

static void wish(void) {
  for (int t = 0; t < TOKENS; ++t) {
    double total = 0;
    for (int e = 0; e < EXPERTS; ++e) {
      double score = 0;
      for (int d = 0; d < SIZE; ++d)
        score += (double)x[t][d] * gate[d][e];
      total += wishes[e][t] = exp(score);
    }
    for (int e = 0; e < EXPERTS; ++e)
      wishes[e][t] /= total;
  }
}

static int is_taken(int e, int t) {
  int ahead = 0;
  for (int other = 0; other < TOKENS; ++other)
    ahead += wishes[e][other] > wishes[e][t];
  return ahead < TAKEN;
}

static void work(int e, int t) {
  double hidden[SIZE];
  for (int d = 0; d < SIZE; ++d) {
    double sum = 0;
    for (int c = 0; c < SIZE; ++c)
      sum += (double)x[t][c] * w1[e][c][d];
    hidden[d] = fmax(sum, 0);
  }
  for (int d = 0; d < SIZE; ++d) {
    double sum = 0;
    for (int c = 0; c < SIZE; ++c)
      sum += hidden[c] * w2[e][c][d];
    expected[t][d] += wishes[e][t] * sum;
  }
}

int main(void) {
  fill(&x[0][0], TOKENS * SIZE, 1);
  fill(&gate[0][0], SIZE * EXPERTS, 2);
  fill(&w1[0][0][0], EXPERTS * SIZE * SIZE, 3);
  fill(&w2[0][0][0], EXPERTS * SIZE * SIZE, 4);
  scratch_tensor X, G, W1, W2, Y;
  stop_on_failure(experts_wrap_x(&X, &x[0][0]));
  stop_on_failure(experts_wrap_gate(&G, &gate[0][0]));
  stop_on_failure(experts_wrap_w1(&W1, &w1[0][0][0]));
  stop_on_failure(experts_wrap_w2(&W2, &w2[0][0][0]));
  stop_on_failure(experts_call(&X, &G, &W1, &W2, &Y, NULL));

  int shared = 0, left = 0;
  wish();
  for (int t = 0; t < TOKENS; ++t) {
    int by = 0;
    for (int e = 0; e < EXPERTS; ++e)
      if (is_taken(e, t)) {
        work(e, t);
        ++by;
      }
    shared += by > 1;
    left += by == 0;
  }
  double most = 0;
  for (int t = 0; t < TOKENS; ++t)
    for (int d = 0; d < SIZE; ++d)
      most = fmax(most, fabs(expected[t][d] - ((const float *)Y.values)[t * SIZE + d]));
  scratch_tensor_free(&Y);
  printf("%d tokens with several experts, %d with none: largest difference %s 1e-5\n", shared,
         left, most < 1e-5 ? "below" : "NOT BELOW");
  return !(most < 1e-5);
}
