/*===- Left.c - how much memory the machine has left ------------------------===
 *
 * Linux promises more memory than there is and kills whoever writes to too much
 * of it. So what is going to be written is compared with what is left first: the
 * kernel's own estimate, or the container's limit where that is closer.
 *===----------------------------------------------------------------------===*/
#include "runtime/core/Memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number behind `label` in a small text file; INT64_MAX if there is none. */
static int64_t number_in(const char *path, const char *label) {
  char text[4096];
  FILE *file = fopen(path, "re");
  if (!file)
    return INT64_MAX;
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  const char *found = strstr(text, label);
  if (!found)
    return INT64_MAX;
  char *end;
  long long number = strtoll(found + strlen(label), &end, 10);
  return end == found + strlen(label) ? INT64_MAX : number;
}

int64_t scratch_memory_left(void) {
  int64_t left = number_in("/proc/meminfo", "MemAvailable:");
  if (left < INT64_MAX / 1024)
    left *= 1024; /* the file counts KiB */
  /* A container sees its own group as the root. "max" is no number. */
  int64_t most = number_in("/sys/fs/cgroup/memory.max", "");
  int64_t used = number_in("/sys/fs/cgroup/memory.current", "");
  if (most < INT64_MAX && used < INT64_MAX) {
    int64_t own = most > used ? most - used : 0;
    left = own < left ? own : left;
  }
  return left;
}

int scratch_memory_fits(int64_t bytes) {
  return bytes < SCRATCH_WORTH_ASKING || bytes <= scratch_memory_left();
}
