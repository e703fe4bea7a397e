/*===- fork.c - A serial program with parallel regions ---------------------===*\
 *
 * For programs that define piuma_serial instead of piuma_main: thread 0 runs it, the others
 * wait at a barrier for the regions that it forks.
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

int64_t piuma_main(void *arguments) {
  if (piuma_tid() == 0) {
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
