/*===- Compact.c - packs the pieces of a buffer together, in place ----------===
 *
 * Moves every piece down to its target. Serially, pieces move in order: piece k
 * ends at targets[k + 1] <= sources[k + 1], so it never reaches a piece that
 * has not moved yet, and memmove takes care of overlap with itself.
 *
 * In parallel, elements move in waves. A wave starts at the first element that
 * has not moved, with target t and source s >= t, and takes the elements whose
 * targets lie in [t, s). It writes only below s; everything it reads, and
 * everything that later waves will read, lies at s or above, since sources
 * ascend. Reads and writes of a wave are disjoint, so its elements may move in
 * any order, and it clobbers nothing that is still to move. What earlier waves
 * wrote lies below t. A wave is worth starting when s - t is large; sources do
 * not overlap, so the distance never shrinks from piece to piece.
 *===----------------------------------------------------------------------===*/
#include "runtime/abi/scratch.h"

#include <string.h>

static const int64_t parallel_from = 8 << 20; /* bytes in all */
static const int64_t wave_from = 1 << 20;     /* bytes in a wave */

typedef struct {
  char *memory;
  int64_t bytes; /* of an element */
  int64_t pieces;
  const int64_t *sources, *targets;
} packing;

/* The piece that holds the element with this target: the last non-empty one
 * that begins at or before it. */
static int64_t piece_at(const packing *p, int64_t target) {
  int64_t low = 0, high = p->pieces;
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (p->targets[middle] <= target)
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* Move the elements with targets in [from, to). */
static void move_range(const packing *p, int64_t from, int64_t to) {
  if (from >= to)
    return;
  for (int64_t k = piece_at(p, from); from < to; ++k) {
    int64_t end = p->targets[k + 1] < to ? p->targets[k + 1] : to;
    int64_t source = p->sources[k] + (from - p->targets[k]);
    if (end > from && source != from)
      memmove(p->memory + from * p->bytes, p->memory + source * p->bytes,
              (size_t)((end - from) * p->bytes));
    if (end > from)
      from = end;
  }
}

static void move_wave(const packing *p, int64_t from, int64_t to,
                      int32_t threads) {
  int64_t count = to - from;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int32_t part = 0; part < threads; ++part)
    move_range(p, from + count / threads * part,
               part + 1 == threads ? to : from + count / threads * (part + 1));
}

void scratch_rt_compact(void *memory, int64_t bytes, int64_t pieces,
                        const int64_t *sources, const int64_t *targets) {
  if (!memory || bytes <= 0 || pieces <= 0)
    return;
  const packing p = {memory, bytes, pieces, sources, targets};
  int64_t next = targets[0], end = targets[pieces];
  int32_t threads = scratch_rt_threads();
  if (threads == 1 || (end - next) * bytes <= parallel_from) {
    move_range(&p, next, end);
    return;
  }
  while (next < end) {
    int64_t k = piece_at(&p, next);
    int64_t distance = sources[k] - targets[k];
    int64_t stop = targets[k + 1];
    if (distance * bytes >= wave_from) {
      stop = end - next < distance ? end : next + distance;
      move_wave(&p, next, stop, threads);
    } else {
      move_range(&p, next, stop);
    }
    next = stop;
  }
}
