/*===- Pieces.c - a result written piece by piece ---------------------------===
 *
 * Every piece is written into a buffer of its own; when all have ended, the serial
 * thread has the DMA engine move them together, in order. Nobody waits for anybody.
 * The host's runtime packs as the result grows (runtime/core/Pieces.c); here
 * memory is plentiful and copying is the engine's.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Ledger.h"
#include "runtime/piuma/guest/piuma.h"

void *scratch_rt_pieces_open(void *coordinates, int64_t coordinate_bytes,
                             void *values, int64_t value_bytes,
                             int64_t pieces, int64_t most) {
  return ledger_open(coordinates, coordinate_bytes, values, value_bytes, pieces, most);
}

const scratch_piece *scratch_rt_piece_begin(void *pieces, int64_t number,
                                            int64_t room) {
  static const scratch_piece nowhere;
  ledger *all = pieces;
  if (!all)
    return &nowhere;
  piece *own = &all->piece[number];
  own->place.coordinates = scratch_rt_reserve(room, all->coordinate_bytes);
  own->place.values = scratch_rt_reserve(room, all->value_bytes);
  own->place.at = 0;
  return own->place.values && own->place.coordinates ? &own->place : &nowhere;
}

void scratch_rt_piece_end(void *pieces, int64_t number, int64_t entries) {
  ledger *all = pieces;
  if (all)
    all->piece[number].ended = entries + 1;
}

void scratch_rt_pieces_close(void *pieces) {
  ledger *all = pieces;
  int64_t at = 0;
  for (int64_t number = 0; all && number < all->pieces; ++number) {
    const piece *own = &all->piece[number];
    int64_t entries = own->ended - 1;
    if (entries <= 0 || !own->place.coordinates || !own->place.values)
      continue;
    piuma_copy(all->coordinates + at * all->coordinate_bytes,
               own->place.coordinates,
               (uint64_t)(entries * all->coordinate_bytes));
    piuma_copy(all->values + at * all->value_bytes, own->place.values,
               (uint64_t)(entries * all->value_bytes));
    at += entries;
    if (at > all->most) {
      scratch_rt_fail(SCRATCH_INDEX_OVERFLOW, "entries of the result", at,
                      all->most);
      break;
    }
  }
  piuma_wait(0);
}
