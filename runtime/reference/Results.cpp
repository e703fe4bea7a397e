//===- Results.cpp - what a product computed, as a tensor ----------------===//
#include "runtime/reference/Results.h"

#include <new>

using namespace scratch::reference;

void *scratch::reference::allocate(int64_t count, int64_t bytes) {
  void *memory = scratch_rt_allocate(count, bytes);
  if (!memory)
    throw std::bad_alloc();
  return memory;
}

int64_t scratch::reference::elementBytes(uint32_t element) {
  return element == SCRATCH_F64 || element == SCRATCH_I64   ? 8
         : element == SCRATCH_F32 || element == SCRATCH_I32 ? 4
                                                            : 1;
}

void *scratch::reference::storeIndices(const std::vector<int64_t> &indices,
                                       uint32_t bits) {
  void *memory = allocate(static_cast<int64_t>(indices.size()), bits / 8);
  for (size_t k = 0; k < indices.size(); ++k)
    if (bits == 32)
      static_cast<uint32_t *>(memory)[k] = static_cast<uint32_t>(indices[k]);
    else
      static_cast<int64_t *>(memory)[k] = indices[k];
  return memory;
}

void scratch::reference::storeMagnitude(const std::vector<double> &magnitudes,
                                        const Product &how) {
  if (!how.magnitude)
    return;
  const int64_t count = static_cast<int64_t>(magnitudes.size());
  void *memory = storeValues(magnitudes, SCRATCH_F64);
  scratch_wrap_dense(how.magnitude, SCRATCH_F64, 1, &count, memory);
  how.magnitude->flags = SCRATCH_TENSOR_OWNED;
}
