/*===- Team.c - the entry of a kernel's image ---------------------------------===
 *
 * A kernel is a serial program with parallel regions (../guest/fork.c): one thread
 * runs the entry point on the argument block that the loader left, generated code
 * forks, and the program ends with the entry point's status.
 *===----------------------------------------------------------------------===*/
#include "runtime/abi/scratch.h"
#include "runtime/piuma/guest/piuma.h"

/* Which kernel of the image to run; the linker's --defsym names it. */
extern scratch_status scratch_piuma_entry(scratch_arguments *block);

int64_t piuma_serial(void *arguments) {
  return arguments ? scratch_piuma_entry(arguments) : SCRATCH_INVALID_ARGUMENT;
}

/* What the tables of a team may take; called by generated code. */
int64_t scratch_piuma_scratchpad_bytes(void) {
  return (int64_t)piuma_launch.scratchpad_bytes;
}
