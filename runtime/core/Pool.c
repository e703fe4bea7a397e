/*===- Pool.c - small allocations from size classes -------------------------===
 *
 * One address range is reserved up front and handed out in spans of 1 MiB, each
 * cut into slots of one size class. A free slot's first word links to the next.
 * Threads are spread over shards, each with a lock and a free list per class;
 * an empty list is refilled from the other shards before a span is cut, so
 * memory freed by another thread than took it is not lost.
 *
 * Whether an address is a live slot is answered from the range, the span's
 * class and one bit per slot: no header to read, so any pointer may be asked.
 *===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "runtime/core/Memory.h"

#include <pthread.h>
#include <sys/mman.h>

enum {
  SPAN_BYTES = 1 << 20,
  SHARDS = 16,
  SPAN_WORDS = SPAN_BYTES / SCRATCH_ALIGNMENT / 64
};
static const uint32_t classes[] = {64,    128,   192,   256,    384,    512,
                                   768,   1024,  1536,  2048,   3072,   4096,
                                   6144,  8192,  12288, 16384,  24576,  32768,
                                   49152, 65536, 98304, 131072, 196608, 262144};
enum { CLASSES = sizeof classes / sizeof *classes };

typedef struct slot {
  struct slot *next;
} slot;

typedef struct {
  pthread_mutex_t lock;
  slot *free[CLASSES];
} __attribute__((aligned(128))) shard;

static shard shards[SHARDS];
static pthread_once_t reserved = PTHREAD_ONCE_INIT;
static pthread_mutex_t spans_lock = PTHREAD_MUTEX_INITIALIZER;
static char *base;
static size_t span_count, spans_used;
static uint8_t *span_class;               /* class + 1; 0 while not cut */
static uint64_t (*live_bits)[SPAN_WORDS]; /* one bit per slot */

static void *reserve_pages(size_t bytes, int protection) {
  void *pages = mmap(NULL, bytes, protection,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}

static void reserve(void) {
  for (int k = 0; k < SHARDS; ++k)
    pthread_mutex_init(&shards[k].lock, NULL);
  for (size_t count = 1 << 16; count >= 64 && !base; count /= 4) {
    char *range = reserve_pages((count + 1) * SPAN_BYTES, PROT_NONE);
    if (!range)
      continue;
    char *tables =
        reserve_pages(count * (1 + sizeof *live_bits), PROT_READ | PROT_WRITE);
    if (!tables) {
      munmap(range, (count + 1) * SPAN_BYTES);
      continue;
    }
    live_bits = (void *)tables;
    span_class = (uint8_t *)(tables + count * sizeof *live_bits);
    base = (char *)(((uintptr_t)range + SPAN_BYTES - 1) &
                    ~(uintptr_t)(SPAN_BYTES - 1));
    span_count = count;
  }
}

static shard *own_shard(void) {
  static unsigned threads;
  static _Thread_local shard *own;
  if (!own)
    own = &shards[__atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % SHARDS];
  return own;
}

static int class_of(size_t bytes, size_t alignment) {
  if (bytes < alignment)
    bytes = alignment;
  for (int c = 0; c < CLASSES; ++c)
    if (classes[c] >= bytes && classes[c] % alignment == 0)
      return c;
  return -1;
}

/* The slot at this address: its span and index. Not every address is one. */
static int find(const void *memory, size_t *span, size_t *index) {
  char *start = __atomic_load_n(&base, __ATOMIC_ACQUIRE);
  if (!start || (uintptr_t)memory < (uintptr_t)start)
    return 0;
  size_t offset = (uintptr_t)memory - (uintptr_t)start;
  *span = offset / SPAN_BYTES;
  if (*span >= span_count)
    return 0;
  int c = __atomic_load_n(&span_class[*span], __ATOMIC_ACQUIRE);
  if (!c || offset % SPAN_BYTES % classes[c - 1])
    return 0;
  *index = offset % SPAN_BYTES / classes[c - 1];
  return 1;
}

static slot *steal(const shard *thief, int c) {
  slot *found = NULL;
  for (int k = 0; k < SHARDS && !found; ++k) {
    if (&shards[k] == thief ||
        !__atomic_load_n(&shards[k].free[c], __ATOMIC_RELAXED))
      continue;
    pthread_mutex_lock(&shards[k].lock);
    found = shards[k].free[c];
    __atomic_store_n(&shards[k].free[c], NULL, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&shards[k].lock);
  }
  return found;
}

/* Cut a new span into slots. Linking them touches every slot's first line, so
 * a span costs its memory at once: 1 MiB at most per class in use. */
static slot *cut_span(int c) {
  pthread_mutex_lock(&spans_lock);
  size_t span = spans_used;
  char *memory = base + span * SPAN_BYTES;
  int ok = base && span < span_count &&
           !mprotect(memory, SPAN_BYTES, PROT_READ | PROT_WRITE);
  if (ok) {
    ++spans_used;
    __atomic_store_n(&span_class[span], (uint8_t)(c + 1), __ATOMIC_RELEASE);
  }
  pthread_mutex_unlock(&spans_lock);
  if (!ok)
    return NULL;
  slot *head = NULL;
  for (size_t k = SPAN_BYTES / classes[c]; k-- > 0;) {
    slot *each = (slot *)(memory + k * classes[c]);
    each->next = head;
    head = each;
  }
  return head;
}

void *scratch_pool_take(size_t bytes, size_t alignment, size_t *held) {
  pthread_once(&reserved, reserve);
  int c = class_of(bytes, alignment);
  if (c < 0)
    return NULL;
  shard *own = own_shard();
  pthread_mutex_lock(&own->lock);
  slot *taken = own->free[c];
  if (!taken) {
    /* No shard holds two locks at once: let go while looking elsewhere. */
    pthread_mutex_unlock(&own->lock);
    taken = steal(own, c);
    if (!taken)
      taken = cut_span(c);
    if (!taken)
      return NULL;
    slot *rest = taken->next, *last = rest;
    pthread_mutex_lock(&own->lock);
    if (rest) {
      while (last->next)
        last = last->next;
      last->next = own->free[c];
      __atomic_store_n(&own->free[c], rest, __ATOMIC_RELAXED);
    }
  } else {
    __atomic_store_n(&own->free[c], taken->next, __ATOMIC_RELAXED);
  }
  pthread_mutex_unlock(&own->lock);
  size_t span, index;
  find(taken, &span, &index);
  __atomic_fetch_or(&live_bits[span][index / 64], 1ull << (index % 64),
                    __ATOMIC_RELAXED);
  *held = classes[c];
  return taken;
}

size_t scratch_pool_held(const void *memory) {
  size_t span, index;
  if (!find(memory, &span, &index))
    return 0;
  uint64_t bits =
      __atomic_load_n(&live_bits[span][index / 64], __ATOMIC_RELAXED);
  return bits >> (index % 64) & 1 ? classes[span_class[span] - 1] : 0;
}

size_t scratch_pool_give(void *memory) {
  size_t span, index;
  if (!find(memory, &span, &index))
    return 0;
  uint64_t bit = 1ull << (index % 64);
  uint64_t before =
      __atomic_fetch_and(&live_bits[span][index / 64], ~bit, __ATOMIC_RELAXED);
  if (!(before & bit))
    return 0; /* not live: released twice */
  int c = span_class[span] - 1;
  shard *own = own_shard();
  pthread_mutex_lock(&own->lock);
  ((slot *)memory)->next = own->free[c];
  __atomic_store_n(&own->free[c], (slot *)memory, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&own->lock);
  return classes[c];
}
