/* Pictures become overlapping tokens that attend to each other (T2T-ViT).
 *
 * The kernel gathers windows by row numbers; here they are unfolded by plain loops,
 * and everything after them is the plain formula.
 */
#include "check.h"
#include "softsplit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PICTURES = 2, SIDE = 16, CHANNELS = 8, TOKENS = 64, UNFOLDED = 72, SIZE = 32 };

static float pixels[PICTURES][SIDE][SIDE][CHANNELS];
static float wq[UNFOLDED][SIZE], wk[UNFOLDED][SIZE], wv[UNFOLDED][SIZE];
static double x[TOKENS][UNFOLDED], q[TOKENS][SIZE], k[TOKENS][SIZE], v[TOKENS][SIZE];

/* Numbers in [-1, 1) times `scale`, always the same. */
static void fill(float *values, int count, unsigned state, float scale) {
  for (int at = 0; at < count; ++at) {
    state = state * 1664525u + 1013904223u;
    values[at] = scale * ((float)(state >> 8) / (1 << 23) - 1);
  }
}

static void unfold(int picture) {
  for (int t = 0; t < TOKENS; ++t)
    for (int p = 0; p < 9; ++p)
      for (int c = 0; c < CHANNELS; ++c) {
        int row = 2 * (t / 8) + p / 3 - 1, column = 2 * (t % 8) + p % 3 - 1;
        int inside = row >= 0 && row < SIDE && column >= 0 && column < SIDE;
        x[t][p * CHANNELS + c] = inside ? pixels[picture][row][column][c] : 0;
      }
}

static void project(float w[UNFOLDED][SIZE], double y[TOKENS][SIZE]) {
  for (int t = 0; t < TOKENS; ++t)
    for (int d = 0; d < SIZE; ++d) {
      y[t][d] = 0;
      for (int u = 0; u < UNFOLDED; ++u)
        y[t][d] += x[t][u] * w[u][d];
    }
}

/* Largest difference of a picture's tokens from the plain formula. */
static double difference(int picture, const float *found) {
  double most = 0;
  unfold(picture);
  project(wq, q);
  project(wk, k);
  project(wv, v);
  for (int i = 0; i < TOKENS; ++i) {
    double sums[SIZE] = {0}, total = 0;
    for (int j = 0; j < TOKENS; ++j) {
      double score = 0;
      for (int d = 0; d < SIZE; ++d)
        score += q[i][d] * k[j][d];
      double weight = exp(score / sqrt(UNFOLDED));
      total += weight;
      for (int d = 0; d < SIZE; ++d)
        sums[d] += weight * v[j][d];
    }
    for (int d = 0; d < SIZE; ++d)
      most = fmax(most, fabs(sums[d] / total + v[i][d] - found[i * SIZE + d]));
  }
  return most;
}

int main(void) {
  fill(&pixels[0][0][0][0], sizeof pixels / sizeof(float), 1, 1);
  fill(&wq[0][0], UNFOLDED * SIZE, 2, 0.2f);
  fill(&wk[0][0], UNFOLDED * SIZE, 3, 0.2f);
  fill(&wv[0][0], UNFOLDED * SIZE, 4, 0.2f);
  scratch_tensor P, Q, K, V, Y;
  stop_on_failure(soft_split_wrap_pixels(&P, &pixels[0][0][0][0]));
  stop_on_failure(soft_split_wrap_wq(&Q, &wq[0][0]));
  stop_on_failure(soft_split_wrap_wk(&K, &wk[0][0]));
  stop_on_failure(soft_split_wrap_wv(&V, &wv[0][0]));
  stop_on_failure(soft_split_call(&P, &Q, &K, &V, &Y, NULL));
  double most = 0;
  for (int picture = 0; picture < PICTURES; ++picture)
    most = fmax(most, difference(picture, (const float *)Y.values + picture * TOKENS * SIZE));
  scratch_tensor_free(&Y);
  printf("%d pixels to %d tokens: largest difference %s 1e-5\n", SIDE * SIDE, TOKENS,
         most < 1e-5 ? "below" : "NOT BELOW");
  return !(most < 1e-5);
}
