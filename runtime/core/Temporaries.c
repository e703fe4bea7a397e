/*===- Temporaries.c - memory that a call took and has not given back -------===
 *
 * What generated code allocates while a call runs belongs to the call, unless it
 * becomes part of a result (scratch_rt_adopt). Whatever is left when the call
 * ends is released: intermediate tensors need no code of their own for that, and
 * a call that fails half way leaves nothing behind.
 *
 * A list per call, shared by its workers. Memory is mostly released in the
 * reverse order of its allocation, so it is looked for from the end.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Temporaries.h"

#include <pthread.h>
#include <stdlib.h>

struct scratch_temporaries {
  pthread_mutex_t lock;
  void **items;
  size_t count, capacity;
  int shared; /* by several threads */
};

static void lock(scratch_temporaries *list) {
  if (list->shared)
    pthread_mutex_lock(&list->lock);
}

static void unlock(scratch_temporaries *list) {
  if (list->shared)
    pthread_mutex_unlock(&list->lock);
}

scratch_temporaries *scratch_temporaries_make(void) {
  scratch_temporaries *list = calloc(1, sizeof *list);
  if (list)
    pthread_mutex_init(&list->lock, NULL);
  return list;
}

void scratch_temporaries_serve(scratch_temporaries *list, int threads) {
  if (list)
    list->shared = threads > 1;
}

void scratch_temporaries_add(scratch_temporaries *list, void *memory) {
  if (!list)
    return;
  lock(list);
  if (list->count == list->capacity) {
    size_t wider = list->capacity ? 2 * list->capacity : 64;
    void **moved = realloc(list->items, wider * sizeof *moved);
    /* Without room the memory is not looked after; it is still good. */
    if (moved) {
      list->items = moved;
      list->capacity = wider;
    }
  }
  if (list->count < list->capacity)
    list->items[list->count++] = memory;
  unlock(list);
}

int scratch_temporaries_remove(scratch_temporaries *list, const void *memory) {
  if (!list)
    return 1;
  int found = 0;
  lock(list);
  for (size_t k = list->count; k-- > 0;)
    if (list->items[k] == memory) {
      list->items[k] = list->items[--list->count];
      found = 1;
      break;
    }
  unlock(list);
  return found;
}

void *scratch_temporaries_take(scratch_temporaries *list) {
  if (!list)
    return NULL;
  lock(list);
  void *last = list->count ? list->items[--list->count] : NULL;
  unlock(list);
  return last;
}
