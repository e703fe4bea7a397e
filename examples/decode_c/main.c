/* Causal decoding with a cache of keys and values.
 *
 * A prompt at once, then tokens one by one and a few at a time, each against the
 * cache so far. Every result is compared with attention over the whole sequence, as
 * if it were computed anew.
 */
#include "check.h"
#include "decode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADS = 4, KEY_HEADS = 2, SIZE = 32, LENGTH = 300, ROOM = 512 };

static float q[LENGTH][HEADS][SIZE], k[LENGTH][KEY_HEADS][SIZE], v[LENGTH][KEY_HEADS][SIZE];
static float key_cache[ROOM][KEY_HEADS][SIZE], value_cache[ROOM][KEY_HEADS][SIZE];

/* Numbers in [-1, 1), always the same. */
static void fill(float *values, int count, unsigned state) {
  for (int at = 0; at < count; ++at) {
    state = state * 1664525u + 1013904223u;
    values[at] = (float)(state >> 8) / (1 << 23) - 1;
  }
}

/* The plain formula for one token and head. */
static double difference(int token, int head, const float *found) {
  double sums[SIZE] = {0}, total = 0, most = 0;
  int key_head = head / (HEADS / KEY_HEADS);
  for (int j = 0; j <= token; ++j) {
    double score = 0;
    for (int d = 0; d < SIZE; ++d)
      score += (double)q[token][head][d] * k[j][key_head][d];
    double weight = exp(score / sqrt(SIZE));
    total += weight;
    for (int d = 0; d < SIZE; ++d)
      sums[d] += weight * v[j][key_head][d];
  }
  for (int d = 0; d < SIZE; ++d)
    most = fmax(most, fabs(sums[d] / total - found[d]));
  return most;
}

int main(void) {
  fill(&q[0][0][0], sizeof q / sizeof(float), 1);
  fill(&k[0][0][0], sizeof k / sizeof(float), 2);
  fill(&v[0][0][0], sizeof v / sizeof(float), 3);
  scratch_tensor keys, values;
  stop_on_failure(decode_wrap_keys(&keys, ROOM, &key_cache[0][0][0]));
  stop_on_failure(decode_wrap_values(&values, ROOM, &value_cache[0][0][0]));

  const int steps[] = {200, 1, 1, 1, 5, 1, 91}; /* the prompt first */
  int past = 0;
  double most = 0;
  for (unsigned step = 0; step < sizeof steps / sizeof *steps; ++step) {
    int tokens = steps[step];
    memcpy(key_cache[past], k[past], tokens * sizeof k[0]);
    memcpy(value_cache[past], v[past], tokens * sizeof v[0]);
    scratch_tensor queries, result;
    stop_on_failure(decode_wrap_q(&queries, tokens, &q[past][0][0]));
    stop_on_failure(decode_call(&queries, &keys, &values, past, &result, NULL));
    const float *rows = result.values;
    for (int token = 0; token < tokens; ++token)
      for (int head = 0; head < HEADS; ++head)
        most = fmax(most, difference(past + token, head, rows + (token * HEADS + head) * SIZE));
    scratch_tensor_free(&result);
    past += tokens;
  }
  printf("%d tokens in %d steps: largest difference %s 1e-6\n", past,
         (int)(sizeof steps / sizeof *steps), most < 1e-6 ? "below" : "NOT BELOW");
  return !(most < 1e-6);
}
