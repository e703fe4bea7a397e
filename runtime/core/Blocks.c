/*===- Blocks.c - large allocations as mappings, kept for reuse -------------===
 *
 * A large request becomes a mapping of its own, reserved but not committed:
 * pages cost memory when they are first written, so an upper bound may be asked
 * for freely. Released blocks are kept, pages and all, up to a bound, and serve
 * the next request that fills at least half of one: repeated calls of a kernel
 * do not fault their pages in again.
 *
 * Every block has a record in a table keyed by address, so any pointer may be
 * asked whether it is one. `dirty` bounds the bytes that may differ from zero.
 *===----------------------------------------------------------------------===*/
#define _GNU_SOURCE
#include "runtime/core/Memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, KEPT_BLOCKS = 256 };
static const size_t huge_page = 2u << 20; /* x86-64 */
static const size_t huge_from = 4u << 20; /* ask for huge pages from here */
static const size_t clear_by_hand = 32u << 20; /* above: drop pages instead */
static const size_t kept_bound = 1u << 30;     /* bytes kept for reuse */

typedef struct block {
  char *address;
  size_t capacity;
  size_t held;  /* bytes accounted: capacity, or less after a trim */
  size_t dirty; /* bytes from the start that may not be zero */
  struct block *next;
} block;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static block *buckets[1024];            /* live blocks, by address */
static block *kept, **kept_end = &kept; /* released blocks, oldest first */
static size_t kept_bytes, kept_count;

static size_t round_up(size_t bytes, size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

static block **bucket_of(const void *address) {
  return &buckets[((uintptr_t)address / PAGE * 0x9E3779B97F4A7C15ull) >> 54];
}

/* The link to the live block at this address, or to null. */
static block **find(const void *address) {
  block **link = bucket_of(address);
  while (*link && (*link)->address != address)
    link = &(*link)->next;
  return link;
}

static char *map(size_t bytes, size_t alignment) {
  size_t slack = alignment > PAGE ? alignment : 0;
  if (bytes > SIZE_MAX - slack)
    return NULL;
  char *start = mmap(NULL, bytes + slack, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED)
    return NULL;
  if (slack) {
    char *aligned = (char *)round_up((uintptr_t)start, alignment);
    size_t before = (size_t)(aligned - start);
    if (before)
      munmap(start, before);
    if (slack > before)
      munmap(aligned + bytes, slack - before);
    start = aligned;
  }
  if (bytes >= huge_from)
    madvise(start, bytes, MADV_HUGEPAGE);
  return start;
}

static void unmap_all(block *victims) {
  while (victims) {
    block *next = victims->next;
    munmap(victims->address, victims->capacity);
    free(victims);
    victims = next;
  }
}

static void unkeep(block **link) {
  block *each = *link;
  *link = each->next;
  if (kept_end == &each->next)
    kept_end = link;
  kept_bytes -= each->held;
  --kept_count;
}

/* Best fit among the kept blocks: the smallest of those up to twice as large.
 */
static block *reuse(size_t bytes, size_t alignment) {
  block **best = NULL;
  for (block **link = &kept; *link; link = &(*link)->next) {
    size_t capacity = (*link)->capacity;
    if (capacity >= bytes && capacity / 2 <= bytes &&
        (uintptr_t)(*link)->address % alignment == 0 &&
        (!best || capacity < (*best)->capacity))
      best = link;
  }
  if (!best)
    return NULL;
  block *found = *best;
  unkeep(best);
  return found;
}

static void clear(block *reused, size_t bytes) {
  size_t dirty = reused->dirty < bytes ? reused->dirty : bytes;
  if (dirty <= clear_by_hand ||
      madvise(reused->address, round_up(dirty, PAGE), MADV_DONTNEED))
    memset(reused->address, 0, dirty);
}

void *scratch_block_take(size_t bytes, size_t alignment, int zero,
                         size_t *held) {
  if (bytes > SIZE_MAX - huge_page)
    return NULL;
  bytes = round_up(bytes ? bytes : 1, bytes >= huge_from ? huge_page : PAGE);
  if (alignment < PAGE)
    alignment = PAGE;
  pthread_mutex_lock(&lock);
  block *taken = reuse(bytes, alignment);
  pthread_mutex_unlock(&lock);
  if (taken) {
    if (zero)
      clear(taken, bytes);
  } else {
    taken = malloc(sizeof *taken);
    if (!taken)
      return NULL;
    size_t wanted = bytes >= huge_from ? huge_page : PAGE;
    taken->address = map(bytes, alignment > wanted ? alignment : wanted);
    if (!taken->address) {
      free(taken);
      return NULL;
    }
    taken->capacity = bytes;
  }
  taken->held = taken->dirty = taken->capacity;
  *held = taken->held;
  pthread_mutex_lock(&lock);
  block **bucket = bucket_of(taken->address);
  taken->next = *bucket;
  *bucket = taken;
  pthread_mutex_unlock(&lock);
  return taken->address;
}

size_t scratch_block_held(const void *memory) {
  pthread_mutex_lock(&lock);
  block *found = *find(memory);
  size_t held = found ? found->held : 0;
  pthread_mutex_unlock(&lock);
  return held;
}

size_t scratch_block_give(void *memory) {
  pthread_mutex_lock(&lock);
  block **link = find(memory), *found = *link;
  if (!found) {
    pthread_mutex_unlock(&lock);
    return 0;
  }
  *link = found->next;
  size_t held = found->held;
  block *victims = NULL;
  if (held > kept_bound) {
    found->next = NULL;
    victims = found;
  } else {
    while (kept &&
           (kept_bytes + held > kept_bound || kept_count >= KEPT_BLOCKS)) {
      block *oldest = kept;
      unkeep(&kept);
      oldest->next = victims;
      victims = oldest;
    }
    found->next = NULL;
    *kept_end = found;
    kept_end = &found->next;
    kept_bytes += held;
    ++kept_count;
  }
  pthread_mutex_unlock(&lock);
  unmap_all(victims);
  return held;
}

void scratch_block_unkeep(void) {
  pthread_mutex_lock(&lock);
  block *victims = kept;
  kept = NULL;
  kept_end = &kept;
  kept_bytes = kept_count = 0;
  pthread_mutex_unlock(&lock);
  unmap_all(victims);
}

size_t scratch_block_trim(void *memory, size_t bytes) {
  pthread_mutex_lock(&lock);
  block *found = *find(memory);
  size_t shrunk = 0;
  if (found && bytes < found->held) {
    size_t stay = round_up(bytes ? bytes : 1, PAGE);
    /* The mapping stays whole, so a later life has its full capacity. */
    if (stay < found->held && !madvise(found->address + stay,
                                       found->capacity - stay, MADV_DONTNEED)) {
      shrunk = found->held - stay;
      found->held = found->dirty = stay;
    }
  }
  pthread_mutex_unlock(&lock);
  return shrunk;
}
