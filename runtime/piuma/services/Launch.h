/*===- Launch.h - what the loader tells an image ------------------------------===
 *
 * The C view of LaunchBlock in runtime/piuma/isa/Machine.h: the loader fills the
 * symbol before the first instruction.
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_PIUMA_SERVICES_LAUNCH_H
#define SCRATCH_PIUMA_SERVICES_LAUNCH_H

#include <stdint.h>

#define PIUMA_LAUNCH_VERSION 1u

typedef struct piuma_launch_block {
  uint64_t version;
  uint64_t arguments; /* address of the argument block, or 0 */
  uint64_t heap_next; /* first free byte; taken with an atomic add */
  uint64_t heap_end;
} piuma_launch_block;

extern piuma_launch_block piuma_launch;

#endif /* SCRATCH_PIUMA_SERVICES_LAUNCH_H */
