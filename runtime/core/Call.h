/*===- Call.h - one running call of a kernel, as the runtime sees it --------===
 *
 * Private to the runtime and its siblings (io, reference): the state behind
 * scratch_rt_enter .. scratch_rt_leave, and how failures get their text.
 * The thread that enters owns the call; workers join it by handle.
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_CORE_CALL_H
#define SCRATCH_CORE_CALL_H

#include "runtime/abi/scratch.h"
#include "runtime/core/Temporaries.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Not part of what the shared library exports. */
#pragma GCC visibility push(hidden)

/* Slots of an argument block that may hold tensors, and length of a text. */
enum { SCRATCH_CALL_SLOTS = 256, SCRATCH_TEXT_BYTES = 512 };

typedef struct scratch_call {
  int32_t status;      /* first failure; written with compare-and-swap */
  int32_t text_status; /* the status that `text` belongs to */
  char text[SCRATCH_TEXT_BYTES];
  scratch_arguments *block;
  scratch_record dummy; /* where counts go that nobody asked for */
  uint64_t tensor_slots[SCRATCH_CALL_SLOTS / 64]; /* slots met as tensors */
  uint64_t result_slots[SCRATCH_CALL_SLOTS / 64]; /* those that are results */
  struct scratch_call *outer; /* the call that this one runs inside */
  uint64_t outer_generation;
  uint64_t generation; /* changes when the call ends */
  struct scratch_call *next_free;
  scratch_temporaries *temporaries; /* kept, empty, when a node is recycled */
} scratch_call;

/* The calling thread's call; never null (a stand-in outside any call). */
scratch_call *scratch_call_current(void);

/* What the current call has to give back; null outside any call. */
scratch_temporaries *scratch_call_temporaries(void);
/* Memory that becomes part of a result outlives the call; 0 if it is part of one
 * already. */
int scratch_call_keep(const void *memory);

/* Record a failure of the current call; the first one is kept. */
__attribute__((format(printf, 2, 3))) void
scratch_call_fail(int32_t code, const char *format, ...);

/* Fail a function that callers of kernels use: set this thread's last error
 * and return `status`. */
__attribute__((format(printf, 2, 3))) scratch_status
scratch_report(scratch_status status, const char *format, ...);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif
#endif
