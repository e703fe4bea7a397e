// What the examples share: a call that fails ends the program with its error. C and C++.
#pragma once

#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>

static inline void stop_on_failure(scratch_status status) {
  if (status == SCRATCH_OK)
    return;
  fprintf(stderr, "error: %s: %s\n", scratch_status_text(status), scratch_last_error());
  exit(1);
}
