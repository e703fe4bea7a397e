/*===- Ledger.h - a result that is written piece by piece -------------------===
 *
 * What every target's Pieces.c keeps: where the result goes, and for each piece
 * where it is written. How pieces come together is the target's.
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_CORE_LEDGER_H
#define SCRATCH_CORE_LEDGER_H

#include "runtime/abi/scratch.h"

typedef struct {
  scratch_piece place; /* first: what generated code reads */
  void *staged;        /* its own buffer, or null */
  int64_t ended;       /* entries + 1 once it has ended */
  int64_t begin, entries; /* of the result: its place, known when next is beyond */
} piece;

typedef struct {
  char *coordinates, *values;
  int64_t coordinate_bytes, value_bytes;
  int64_t pieces, most; /* how many; entries of all at most */
  int64_t next, total;  /* of those that have a place */
  int64_t checked;      /* entries that were found to have memory */
  int32_t lock;
  piece piece[];
} ledger;

/* Null, with a status, where memory is short. */
static inline ledger *ledger_open(void *coordinates, int64_t coordinate_bytes,
                                  void *values, int64_t value_bytes, int64_t pieces,
                                  int64_t most) {
  ledger *all = scratch_rt_allocate_zero(
      1, (int64_t)sizeof *all + pieces * (int64_t)sizeof all->piece[0]);
  if (!all)
    return 0;
  all->coordinates = coordinates;
  all->values = values;
  all->coordinate_bytes = coordinate_bytes;
  all->value_bytes = value_bytes;
  all->pieces = pieces;
  all->most = most;
  return all;
}

#endif /* SCRATCH_CORE_LEDGER_H */
