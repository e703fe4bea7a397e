/*===- fork.c - A serial program with parallel regions ---------------------===*\
 *
 * For programs that define piuma_serial instead of piuma_main: the last thread of the first
 * core runs it, on a single-threaded pipeline where there is one (eight times the speed of
 * the others); all others wait at a barrier for the regions that it forks.
\*===----------------------------------------------------------------------===*/
#include "piuma.h"

static struct {
  void (*function)(void *); /* 0: no more regions */
  void *argument;
} region;

enum { kForkBarrier = 0x7f01 };

static void gather(void) { piuma_barrier(PIUMA_ALL, kForkBarrier); }

void piuma_fork(void (*function)(void *), void *argument) {
  region.function = function;
  region.argument = argument;
  gather();
  function(argument);
  gather();
}

static int runs_serial_part(void) {
  uint64_t threads = piuma_nthreads(), of_core = piuma_lthreads();
  return piuma_tid() == (of_core < threads ? of_core : threads) - 1;
}

int64_t piuma_main(void *arguments) {
  if (runs_serial_part()) {
    int64_t status = piuma_serial(arguments);
    region.function = 0;
    gather();
    return status;
  }
  for (;;) {
    gather();
    if (!region.function)
      return 0;
    region.function(region.argument);
    gather();
  }
}
