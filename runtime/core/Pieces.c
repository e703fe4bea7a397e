/*===- Pieces.c - a result written piece by piece, packed as it grows -------===
 *
 * Workers compute pieces of a result whose sizes are known only afterwards, and
 * take them in ascending order. A piece all of whose predecessors have ended
 * knows where it begins and is written there at once. Any other piece is
 * written into a buffer of its own and moved when its place is known, by whichever
 * worker ends the piece that it waits for. Nobody waits.
 *
 * So one worker never copies; memory that is touched is the result and the few
 * pieces under way, never the sum of the upper bounds.
 *
 * A result that outgrows its index type or the machine's memory is noticed here,
 * while it grows; the status word keeps workers from beginning more rows.
 *
 * `next` is the first piece that has no place yet, `total` the entries before
 * it. Both change under `lock` only. A worker that finds the lock taken leaves
 * its ended piece to the holder, who looks again after letting go. Pieces are moved
 * outside the lock, by several workers at a time if need be.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Call.h"
#include "runtime/core/Ledger.h"
#include "runtime/core/Memory.h"

#include <string.h>

/* Bytes behind a piece that writers of whole vectors may spoil. */
enum { SLACK = 64 };

void *scratch_rt_pieces_open(void *coordinates, int64_t coordinate_bytes,
                             void *values, int64_t value_bytes,
                             int64_t pieces, int64_t most) {
  ledger *all = ledger_open(coordinates, coordinate_bytes, values, value_bytes, pieces, most);
  if (all)
    all->checked = SCRATCH_WORTH_ASKING / (coordinate_bytes + value_bytes);
  return all;
}

const scratch_piece *scratch_rt_piece_begin(void *pieces, int64_t number,
                                            int64_t room) {
  static const scratch_piece nowhere;
  ledger *all = pieces;
  if (!all)
    return &nowhere;
  piece *own = &all->piece[number];
  if (__atomic_load_n(&all->next, __ATOMIC_ACQUIRE) == number) {
    own->place.coordinates = all->coordinates;
    own->place.values = all->values;
    own->place.at = all->total;
    return &own->place;
  }
  int64_t values = (room * all->value_bytes + 2 * SLACK - 1) / SLACK * SLACK;
  own->staged = scratch_rt_reserve(
      1, values + room * all->coordinate_bytes + SLACK);
  own->place.values = own->staged;
  own->place.coordinates = own->staged ? (char *)own->staged + values : NULL;
  own->place.at = 0;
  return &own->place;
}

/* May the result have so many entries? Memory is looked at every so often. */
static int may_grow_to(ledger *all, int64_t total) {
  const int64_t step = (256 << 20) / (all->coordinate_bytes + all->value_bytes);
  if (total > all->most) {
    scratch_rt_fail(SCRATCH_INDEX_OVERFLOW, "entries of the result", total,
                    all->most);
    return 0;
  }
  if (total > all->checked) {
    int64_t bytes =
        (total - all->total + step) * (all->coordinate_bytes + all->value_bytes);
    if (!scratch_memory_fits(bytes)) {
      scratch_call_fail(SCRATCH_OUT_OF_MEMORY,
                        "result: found no memory for more than %lld entries, "
                        "expected enough",
                        (long long)all->total);
      return 0;
    }
    all->checked = total + step;
  }
  return 1;
}

/* Give the first piece that has no place its own. After a failure nothing more is
 * moved: the result will not be returned. */
static void place(ledger *all, int64_t entries) {
  piece *first = &all->piece[all->next];
  if (*scratch_rt_status() != SCRATCH_OK || !may_grow_to(all, all->total + entries))
    entries = 0;
  first->begin = all->total;
  first->entries = entries;
  all->total += entries;
  __atomic_store_n(&all->next, all->next + 1, __ATOMIC_RELEASE);
}

/* Move a piece to its place, unless it was written there. */
static void move(ledger *all, piece *own) {
  if (!own->staged)
    return;
  memcpy(all->coordinates + own->begin * all->coordinate_bytes, own->place.coordinates,
         (size_t)(own->entries * all->coordinate_bytes));
  memcpy(all->values + own->begin * all->value_bytes, own->place.values,
         (size_t)(own->entries * all->value_bytes));
  scratch_rt_release(own->staged);
  own->staged = NULL;
}

/* Entries + 1 of the first piece that has no place; 0 while it is written. */
static int64_t waiting(ledger *all) {
  int64_t next = __atomic_load_n(&all->next, __ATOMIC_SEQ_CST);
  return next < all->pieces
             ? __atomic_load_n(&all->piece[next].ended, __ATOMIC_SEQ_CST)
             : 0;
}

void scratch_rt_piece_end(void *pieces, int64_t number, int64_t entries) {
  ledger *all = pieces;
  if (!all)
    return;
  __atomic_store_n(&all->piece[number].ended, entries + 1, __ATOMIC_SEQ_CST);
  while (waiting(all) &&
         !__atomic_exchange_n(&all->lock, 1, __ATOMIC_SEQ_CST)) {
    int64_t first = all->next;
    for (int64_t ended; (ended = waiting(all));)
      place(all, ended - 1);
    int64_t behind = all->next;
    __atomic_store_n(&all->lock, 0, __ATOMIC_SEQ_CST);
    /* Moved outside the lock: whoever is next writes behind them meanwhile. */
    for (int64_t k = first; k < behind; ++k)
      move(all, &all->piece[k]);
  }
}

void scratch_rt_pieces_close(void *pieces) {
  ledger *all = pieces;
  if (!all)
    return;
  for (int64_t k = 0; k < all->pieces; ++k)
    scratch_rt_release(all->piece[k].staged);
  scratch_rt_release(all);
}
