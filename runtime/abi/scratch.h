/*===- scratch.h - what generated code and its callers agree on -------------===
 *
 * The C interface of a compiled Scratch kernel: tensors, the argument block,
 * status codes, and the runtime's few services. Plain C11; the compiler includes
 * this header and takes the offsets of these structs from it, so the two cannot
 * drift apart.
 *
 * Ownership: inputs are borrowed for the duration of a call and never written, but
 * for dense ones that the kernel's source marks bufferization.writable: a result may
 * be written over such an array, which must not overlap another input. Results are
 * allocated by the runtime and released by scratch_tensor_free; those that stand in
 * an input's array are not owned, and scratch_tensor_free leaves the array alone.
 * When a call fails, no result is returned and nothing needs to be released; what
 * writable inputs hold is then unspecified.
 * Thread safety: every function may be called from several threads at once.
 *
 * Part of the Scratch project, under the Apache License v2.0 with LLVM
 * Exceptions. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *===----------------------------------------------------------------------===*/
#ifndef SCRATCH_ABI_SCRATCH_H
#define SCRATCH_ABI_SCRATCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Version of every struct below; a mismatch is refused by status. */
#define SCRATCH_ABI_VERSION 1u

/** Largest number of dimensions of a tensor that crosses the interface. */
#define SCRATCH_MAX_RANK 6

/** Outcome of a call. The text of the last failure: scratch_last_error(). */
typedef enum scratch_status {
#define SCRATCH_STATUS(name, value, text) SCRATCH_##name = value,
#include "Status.def"
} scratch_status;

/** Type of a stored value. Booleans are one byte holding 0 or 1. */
typedef enum scratch_element {
#define SCRATCH_ELEMENT(name, value, bytes, mlir) SCRATCH_##name = value,
#include "Elements.def"
} scratch_element;

/** How a tensor is stored. Coordinates are zero-based and unsigned. */
typedef enum scratch_format {
#define SCRATCH_FORMAT(name, value, text) SCRATCH_FORMAT_##name = value,
#include "Formats.def"
} scratch_format;

/** Bits of scratch_tensor.flags. */
enum {
  /** The buffers belong to the runtime: release with scratch_tensor_free. */
  SCRATCH_TENSOR_OWNED = 1u << 0,
  /** Coordinates inside a row are not in ascending order (still unique). */
  SCRATCH_TENSOR_UNORDERED = 1u << 1
};

/**
 * A tensor, borrowed or owned.
 *   dense: values[] in row-major order; positions and coordinates are null.
 *   csr:   positions[rows + 1], coordinates[nnz] (columns), values[nnz].
 *   csc:   positions[cols + 1], coordinates[nnz] (rows), values[nnz].
 * Widths of positions and coordinates are 32 or 64 bits, given beside them;
 * a kernel accepts exactly the widths that it was compiled for.
 */
typedef struct scratch_tensor {
  uint32_t version;         /**< SCRATCH_ABI_VERSION */
  uint32_t flags;           /**< SCRATCH_TENSOR_* */
  uint8_t format;           /**< scratch_format */
  uint8_t element;          /**< scratch_element */
  uint8_t position_bits;    /**< 32 or 64; 0 when dense */
  uint8_t coordinate_bits;  /**< 32 or 64; 0 when dense */
  uint32_t rank;            /**< number of dimensions, 0 < rank <= 6 */
  int64_t shape[SCRATCH_MAX_RANK]; /**< extents; only `rank` of them count */
  int64_t nnz;              /**< stored entries (dense: product of extents) */
  void *positions;
  void *coordinates;
  void *values;
} scratch_tensor;

/** Most variants that one run-time choice may have. */
#define SCRATCH_MAX_VARIANTS 8

/**
 * What a kernel decided and met while it ran; filled when the caller asks.
 * Counters add up over the kernels of one call.
 */
typedef struct scratch_record {
  uint64_t products;                        /**< scalar multiplications */
  uint64_t result_nnz;                      /**< entries of sparse results */
  uint64_t rows[SCRATCH_MAX_VARIANTS];      /**< rows per strategy variant */
  uint64_t chunks;                          /**< pieces of work scheduled */
} scratch_record;

/** Where a piece of a sparse result is to be written: from element `at` on. */
typedef struct scratch_piece {
  void *coordinates;
  void *values;
  int64_t at;
} scratch_piece;

/**
 * The argument block: one header, then `count` 8-byte slots.
 * Slot k of a kernel's inputs and results, in order: a pointer to a
 * scratch_tensor, or a scalar stored in its low bytes. Results follow inputs;
 * the caller supplies each result's scratch_tensor, the kernel fills it.
 */
typedef struct scratch_arguments {
  uint32_t version;       /**< SCRATCH_ABI_VERSION */
  uint32_t count;         /**< slots that follow */
  int32_t threads;        /**< worker threads; 0: the OpenMP default */
  uint32_t reserved;      /**< 0 */
  scratch_record *record; /**< may be null */
} scratch_arguments;

typedef union scratch_slot {
  const scratch_tensor *input;
  scratch_tensor *result;
  int64_t i64;
  int32_t i32;
  double f64;
  float f32;
} scratch_slot;

/** Every compiled entry point has this type. */
typedef scratch_status (*scratch_entry)(scratch_arguments *block);

/** How to run a call; all zero (or a null pointer) asks for the defaults. */
typedef struct scratch_options {
  int32_t threads;        /**< worker threads; 0: the OpenMP default */
  scratch_record *record; /**< where to count; may be null */
} scratch_options;

/* Kernels are compiled for these layouts. */
#ifdef __cplusplus
#define SCRATCH_STATIC_ASSERT static_assert
#else
#define SCRATCH_STATIC_ASSERT _Static_assert
#endif
SCRATCH_STATIC_ASSERT(sizeof(void *) == 8, "scratch needs 64-bit pointers");
SCRATCH_STATIC_ASSERT(sizeof(scratch_tensor) == 96, "layout of scratch_tensor");
SCRATCH_STATIC_ASSERT(sizeof(scratch_arguments) == 24 && sizeof(scratch_slot) == 8,
                      "layout of the argument block");

#define SCRATCH_RUNTIME(name, result, arguments) result name arguments;
#include "RuntimeFunctions.def"
#define SCRATCH_MEMREF(name, result, arguments) result name arguments;
#include "MemrefFunctions.def"

#ifdef __cplusplus
}
#endif
#endif /* SCRATCH_ABI_SCRATCH_H */
