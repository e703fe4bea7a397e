// A dense tensor of f32 (or labels of i32) with an owner: a kernel's result, or numbers of
// this program.
#pragma once

#include "scratch.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

inline scratch_options gOptions{1, nullptr};

inline void check(scratch_status status) {
  if (status == SCRATCH_OK)
    return;
  fprintf(stderr, "error: %s\n", scratch_last_error());
  exit(1);
}

class Tensor {
public:
  using Shape = std::vector<int64_t>;

  Tensor() = default;
  Tensor(const Shape &shape, std::vector<float> numbers) : own(std::move(numbers)) {
    check(scratch_wrap_dense(&tensor, SCRATCH_F32, shape.size(), shape.data(), own.data()));
  }
  Tensor(Tensor &&other) noexcept { swap(other); }
  Tensor &operator=(Tensor &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Tensor() { release(); }

  const scratch_tensor *in() const { return &tensor; }
  /// For a kernel to fill.
  scratch_tensor *out() {
    release();
    isResult = true;
    return &tensor;
  }
  int64_t size() const { return tensor.nnz; }
  Shape shape() const { return Shape(tensor.shape, tensor.shape + tensor.rank); }
  const float *begin() const { return static_cast<const float *>(tensor.values); }
  const float *end() const { return begin() + size(); }
  /// The same numbers, seen in another shape; borrowed.
  scratch_tensor as(const Shape &shape) const {
    scratch_tensor view;
    check(scratch_wrap_dense(&view, SCRATCH_F32, shape.size(), shape.data(), tensor.values));
    return view;
  }
  scratch_tensor flat() const { return as({size()}); }
  /// This result takes another shape of the same size.
  void reshape(const Shape &shape) {
    tensor.rank = shape.size();
    for (size_t d = 0; d < shape.size(); ++d)
      tensor.shape[d] = shape[d];
  }

private:
  void release() {
    if (isResult)
      scratch_tensor_free(&tensor);
    isResult = false;
  }
  void swap(Tensor &other) {
    std::swap(tensor, other.tensor);
    std::swap(isResult, other.isResult);
    own.swap(other.own); // keeps its address
  }
  scratch_tensor tensor{};
  bool isResult = false;
  std::vector<float> own;
};

/// Whole numbers: labels, places of channels.
class Numbers {
public:
  Numbers() = default;
  explicit Numbers(std::vector<int32_t> numbers) : own(std::move(numbers)) {}
  scratch_tensor wrap() const {
    scratch_tensor tensor;
    int64_t count = own.size();
    check(scratch_wrap_dense(&tensor, SCRATCH_I32, 1, &count, const_cast<int32_t *>(own.data())));
    return tensor;
  }
  int64_t size() const { return own.size(); }

private:
  std::vector<int32_t> own;
};

/// One call of a kernel with one tensor as its result.
template <typename Kernel, typename... Arguments>
Tensor result(Kernel kernel, const Arguments &...arguments) {
  auto pass = [](const auto &argument) {
    if constexpr (requires { argument.in(); })
      return argument.in();
    else if constexpr (std::is_same_v<std::decay_t<decltype(argument)>, scratch_tensor>)
      return &argument;
    else
      return argument;
  };
  Tensor tensor;
  check(kernel(pass(arguments)..., tensor.out(), &gOptions));
  return tensor;
}
