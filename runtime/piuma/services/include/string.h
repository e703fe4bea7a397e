/* string.h - the functions of Memory.c, for sources that the guest shares with
 * the host's runtime. */
#ifndef SCRATCH_PIUMA_SERVICES_STRING_H
#define SCRATCH_PIUMA_SERVICES_STRING_H
#include <stddef.h>
void *memset(void *target, int value, size_t bytes);
void *memmove(void *target, const void *source, size_t bytes);
void *memcpy(void *restrict target, const void *restrict source, size_t bytes);
#endif
