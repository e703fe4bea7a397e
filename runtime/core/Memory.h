/*===- Memory.h - the two sources of memory behind the allocator ------------===
 *
 * Private to runtime/core. Pool.c serves small requests from size classes,
 * Blocks.c large ones from whole mappings; Allocator.c picks and accounts;
 * Left.c tells how much there still is.
 * None of these sets a status: null means exhausted.
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_CORE_MEMORY_H
#define SCRATCH_CORE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Not part of what the shared library exports. */
#pragma GCC visibility push(hidden)

enum { SCRATCH_ALIGNMENT = 64, SCRATCH_SMALL_LIMIT = 256 * 1024 };

/* A slot of at least `bytes` (0 < bytes < SCRATCH_SMALL_LIMIT), aligned to
 * `alignment` (64 .. 4096); `held` receives its real size. */
void *scratch_pool_take(size_t bytes, size_t alignment, size_t *held);
/* Real size of the live slot at exactly this address; 0 if there is none. */
size_t scratch_pool_held(const void *memory);
/* Give back a live slot; its real size, or 0 if there is none. */
size_t scratch_pool_give(void *memory);

/* A page-aligned mapping; `zero` asks for zeroed memory. */
void *scratch_block_take(size_t bytes, size_t alignment, int zero,
                         size_t *held);
size_t scratch_block_held(const void *memory);
size_t scratch_block_give(void *memory);
/* Drop the pages behind `kept` bytes; by how many bytes the block shrank. */
size_t scratch_block_trim(void *memory, size_t kept);
/* Unmap the released blocks that are kept for reuse. */
void scratch_block_unkeep(void);

/* Bytes that could still be written without the machine running out of memory,
 * and whether that is enough; small requests are not looked into. */
int64_t scratch_memory_left(void);
/* Bytes below which asking (two files of the kernel's) costs more than the answer is worth. */
enum { SCRATCH_WORTH_ASKING = 64 << 20 };
int scratch_memory_fits(int64_t bytes);

/* Is this the address of a live allocation? Safe for any pointer. */
int scratch_memory_live(const void *memory);

#pragma GCC visibility pop

#endif
