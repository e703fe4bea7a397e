/*===- Team.c - entry of a kernel's image, and how all threads are sent -----===
 *
 * Every thread starts here with a stack. Thread 0 runs the entry point on the
 * argument block that the loader left; the others wait at a barrier for a
 * function to run, as often as thread 0 comes to a parallel region.
 *===----------------------------------------------------------------------===*/
#include "runtime/abi/scratch.h"
#include "runtime/piuma/services/Launch.h"
#include "runtime/piuma/services/Threads.h"

/* Which kernel of the image to run; the linker's --defsym names it. */
extern scratch_status scratch_piuma_entry(scratch_arguments *block);

/* What the threads meet for; written by thread 0 between two barriers. */
static struct {
  void (*function)(void *frame); /* null: the end */
  void *frame;
} work;

enum { BEGIN = 62, END = 63 };

/* Called by generated code on thread 0. */
void scratch_piuma_run(void (*function)(void *frame), void *frame) {
  work.function = function;
  work.frame = frame;
  piuma_barrier(BEGIN);
  function(frame);
  piuma_barrier(END);
}

static void follow(void) {
  for (;;) {
    piuma_barrier(BEGIN);
    if (!work.function)
      return;
    work.function(work.frame);
    piuma_barrier(END);
  }
}

__attribute__((noreturn)) void _start(void) {
  if (piuma_thread() != 0) {
    follow();
    piuma_exit(0);
  }
  scratch_arguments *block = (scratch_arguments *)piuma_launch.arguments;
  scratch_status status = SCRATCH_INVALID_ARGUMENT;
  if (piuma_launch.version == PIUMA_LAUNCH_VERSION && block)
    status = scratch_piuma_entry(block);
  work.function = 0;
  piuma_barrier(BEGIN);
  piuma_exit((uint64_t)status);
}
