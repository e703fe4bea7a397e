/*===- Pool.c - small allocations from size classes -------------------------===
 *
 * One address range is reserved up front and handed out in spans of 1 MiB, each
 * cut into slots of one size class. A free slot's first word links to the next.
 * A thread keeps a few free slots of each class for itself, which cost it no
 * lock. What is more goes to a shard: threads are spread over shards, each with a
 * lock and a free list per class; an empty list is refilled from the other shards
 * before a span is cut, so memory freed by another thread than took it is not
 * lost. A thread that ends leaves its own slots to its shard.
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
  OWN_BYTES = 64 << 10, /* of a class that a thread keeps for itself, */
  OWN_LEAST = 2,        /* at least and at most so many slots */
  OWN_MOST = 32,
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

/* A thread's own slots. */
typedef struct {
  slot *free[CLASSES];
  uint32_t count[CLASSES];
  shard *home;
} cache;

static shard shards[SHARDS];
static _Thread_local cache own;
static pthread_key_t leaving; /* its destructor runs when a thread ends */
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

/* A list of slots, not empty, to a shard. */
static void put_shared(shard *home, int c, slot *first) {
  slot *last = first;
  while (last->next)
    last = last->next;
  pthread_mutex_lock(&home->lock);
  last->next = home->free[c];
  __atomic_store_n(&home->free[c], first, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&home->lock);
}

static void leave_to_shard(void *ending) {
  cache *its = ending;
  for (int c = 0; c < CLASSES; ++c)
    if (its->free[c])
      put_shared(its->home, c, its->free[c]);
  *its = (cache){0};
}

static void reserve(void) {
  if (pthread_key_create(&leaving, leave_to_shard))
    return; /* no base: all is mapped */
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

/* An unloaded library leaves no destructor behind. */
__attribute__((destructor)) static void forget_threads(void) {
  if (base)
    pthread_key_delete(leaving);
}

static shard *own_shard(void) {
  static unsigned threads;
  if (!own.home) {
    unsigned number = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
    own.home = &shards[number % SHARDS];
    pthread_setspecific(leaving, &own);
  }
  return own.home;
}

/* Slots of a class that a thread keeps. */
static uint32_t most_own(int c) {
  uint32_t fit = OWN_BYTES / classes[c];
  return fit < OWN_LEAST ? OWN_LEAST : fit < OWN_MOST ? fit : OWN_MOST;
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

/* From the thread's shard, else from another one, else from a new span. */
static slot *take_shared(int c) {
  shard *home = own_shard();
  pthread_mutex_lock(&home->lock);
  slot *taken = home->free[c];
  if (taken)
    __atomic_store_n(&home->free[c], taken->next, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&home->lock);
  if (taken)
    return taken;
  /* No shard holds two locks at once: none is held while looking elsewhere. */
  taken = steal(home, c);
  if (!taken)
    taken = cut_span(c);
  if (taken && taken->next)
    put_shared(home, c, taken->next);
  return taken;
}

void *scratch_pool_take(size_t bytes, size_t alignment, size_t *held) {
  pthread_once(&reserved, reserve);
  int c = base ? class_of(bytes, alignment) : -1;
  if (c < 0)
    return NULL;
  slot *taken = own.free[c];
  if (taken) {
    own.free[c] = taken->next;
    --own.count[c];
  } else if (!(taken = take_shared(c))) {
    return NULL;
  }
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
  slot *given = memory;
  shard *home = own_shard();
  if (own.count[c] < most_own(c)) {
    given->next = own.free[c];
    own.free[c] = given;
    ++own.count[c];
    return classes[c];
  }
  given->next = NULL;
  put_shared(home, c, given);
  return classes[c];
}
