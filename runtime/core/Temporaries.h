/*===- Temporaries.h - memory that a call took and has not given back -------===*/
#ifndef SCRATCH_CORE_TEMPORARIES_H
#define SCRATCH_CORE_TEMPORARIES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(hidden)

typedef struct scratch_temporaries scratch_temporaries;

/* An empty list, or null: out of memory. Never freed, but used again. */
scratch_temporaries *scratch_temporaries_make(void);
/* How many threads the call may have: alone, its thread takes no lock. */
void scratch_temporaries_serve(scratch_temporaries *list, int threads);

/* All take null for a list that nothing is ever in. */
void scratch_temporaries_add(scratch_temporaries *list, void *memory);
/* Forget an address; 0 if it is not there, 1 for null. */
int scratch_temporaries_remove(scratch_temporaries *list, const void *memory);
/* The last one, no longer in the list; null when none is left. */
void *scratch_temporaries_take(scratch_temporaries *list);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
