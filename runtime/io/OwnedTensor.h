//===- OwnedTensor.h - a tensor while a file is read into it -------------===//
#ifndef SCRATCH_IO_OWNEDTENSOR_H
#define SCRATCH_IO_OWNEDTENSOR_H

#include "runtime/core/Call.h"

#include <new>

namespace scratch::io {

/// A tensor being built; released unless handed over.
struct OwnedTensor {
  scratch_tensor tensor = {};
  OwnedTensor() {
    tensor.version = SCRATCH_ABI_VERSION;
    tensor.flags = SCRATCH_TENSOR_OWNED;
    tensor.rank = 2;
  }
  OwnedTensor(const OwnedTensor &) = delete;
  ~OwnedTensor() { scratch_tensor_free(&tensor); }
  void handOver(scratch_tensor *out) {
    *out = tensor;
    tensor = {};
  }
};

/// Memory of the runtime, zeroed or not; throws when there is none.
template <typename T> T *allocate(int64_t count, bool zero = false) {
  void *made = zero ? scratch_rt_allocate_zero(count, sizeof(T))
                    : scratch_rt_allocate(count, sizeof(T));
  if (!made)
    throw std::bad_alloc();
  return static_cast<T *>(made);
}

} // namespace scratch::io
#endif // SCRATCH_IO_OWNEDTENSOR_H
