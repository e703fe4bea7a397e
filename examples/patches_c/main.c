/* Deferred masking of patches, as micro-budget diffusion trains.
 *
 * The loss of the gathered block equals that of the block that masks without
 * gathering, for every seed; and the loss depends on the seed.
 */
#include "check.h"
#include "patches.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES = 2, PATCHES = 64, SIZE = 64, WEIGHTS = 6 };

static float x[SAMPLES][PATCHES][SIZE], target[SAMPLES][PATCHES][SIZE];
static float mixer[WEIGHTS][SIZE][SIZE], backbone[WEIGHTS][SIZE][SIZE];

/* Numbers in [-1, 1) times `scale`, always the same. */
static void fill(float *values, int count, unsigned state, float scale) {
  for (int at = 0; at < count; ++at) {
    state = state * 1664525u + 1013904223u;
    values[at] = scale * ((float)(state >> 8) / (1 << 23) - 1);
  }
}

static float take(scratch_tensor *loss) {
  float value = *(const float *)loss->values;
  scratch_tensor_free(loss);
  return value;
}

int main(void) {
  fill(&x[0][0][0], SAMPLES * PATCHES * SIZE, 1, 1);
  fill(&target[0][0][0], SAMPLES * PATCHES * SIZE, 2, 1);
  fill(&mixer[0][0][0], WEIGHTS * SIZE * SIZE, 3, 0.2f);
  fill(&backbone[0][0][0], WEIGHTS * SIZE * SIZE, 4, 0.2f);
  scratch_tensor X, T, M, B, loss;
  stop_on_failure(gathered_wrap_x(&X, &x[0][0][0]));
  stop_on_failure(gathered_wrap_target(&T, &target[0][0][0]));
  stop_on_failure(gathered_wrap_mixer(&M, &mixer[0][0][0]));
  stop_on_failure(gathered_wrap_backbone(&B, &backbone[0][0][0]));

  double most = 0, first = 0;
  int varies = 0;
  for (int seed = 0; seed < 5; ++seed) {
    stop_on_failure(gathered_call(&X, &T, &M, &B, seed, &loss, NULL));
    double few = take(&loss);
    stop_on_failure(masked_call(&X, &T, &M, &B, seed, &loss, NULL));
    double all = take(&loss);
    most = fmax(most, fabs(few - all) / all);
    varies |= seed && few != first;
    first = seed ? first : few;
    printf("seed %d: loss %.3f on 16 of 64 patches\n", seed, few);
  }
  printf("gathered and masked agree: %s; losses vary with the seed: %s\n",
         most < 1e-5 ? "yes" : "NO", varies ? "yes" : "NO");
  return !(most < 1e-5 && varies);
}
