//===- DenseInputs.cpp - values for dense arguments without a file --------===//
#include "codegen/Run/DenseInputs.h"

#include "codegen/Run/Elements.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace scratch;

using Shape = llvm::SmallVector<int64_t, 2>;

/// What the known kernel asks of a dense argument; empty where it says nothing.
static Shape shapeByRole(const KnownKernel &known,
                         ArrayRef<scratch_tensor> tensors, int number,
                         int64_t columns) {
  auto extent = [&](int argument, unsigned dimension) {
    return tensors[argument].shape[dimension];
  };
  auto given = [&](int argument) {
    return argument >= 0 && tensors[argument].version;
  };
  switch (known.kind) {
  case KnownKind::Spgemm:
    return {};
  case KnownKind::Spmm: {
    int other = number == known.rhs ? known.init : known.rhs;
    int64_t width = given(other) ? extent(other, 1) : columns;
    return {extent(known.lhs, number == known.rhs ? 1 : 0), width};
  }
  case KnownKind::Spmv:
    return {extent(known.lhs, number == known.rhs ? 1 : 0)};
  case KnownKind::Sddmm: {
    unsigned inner =
        known.transposed ? 1 : 0; // dimension of rhs that is summed over
    int64_t depth = columns;
    if (number == known.lhs) {
      if (given(known.rhs))
        depth = extent(known.rhs, inner);
      return {extent(known.sample, 0), depth};
    }
    if (given(known.lhs))
      depth = extent(known.lhs, 1);
    Shape shape{depth, extent(known.sample, 1)};
    if (known.transposed)
      std::swap(shape[0], shape[1]);
    return shape;
  }
  }
  return {};
}

/// SplitMix64 (Steele, Lea, Flood 2014): a well mixed number per place.
static uint64_t mixed(uint64_t place) {
  uint64_t z = place * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

template <typename Value, typename Make>
static void fill(void *values, int64_t count, uint64_t seed, Make make) {
  for (int64_t k = 0; k < count; ++k)
    static_cast<Value *>(values)[k] = make(mixed((seed << 48) + uint64_t(k)));
}

/// False for an element type that has no values here.
static bool fillValues(scratch_tensor &tensor, uint64_t seed) {
  auto real = [](uint64_t bits) {
    return double(int64_t(bits % 128) - 64) / 64;
  };
  auto whole = [](uint64_t bits) { return int64_t(bits % 16) - 8; };
  switch (tensor.element) {
  case SCRATCH_F64:
    fill<double>(tensor.values, tensor.nnz, seed, real);
    return true;
  case SCRATCH_F32:
    fill<float>(tensor.values, tensor.nnz, seed, real);
    return true;
  case SCRATCH_I64:
    fill<int64_t>(tensor.values, tensor.nnz, seed, whole);
    return true;
  case SCRATCH_I32:
    fill<int32_t>(tensor.values, tensor.nnz, seed, whole);
    return true;
  case SCRATCH_I8:
    fill<int8_t>(tensor.values, tensor.nnz, seed,
                 [](uint64_t bits) { return bits & 1; });
    return true;
  }
  return false;
}

llvm::Expected<scratch_tensor>
scratch::generateDense(const Program &program, ArrayRef<scratch_tensor> tensors,
                       size_t number, int64_t columns) {
  const TensorSlot &slot = program.inputs[number];
  Shape shape(slot.shape.begin(), slot.shape.end());
  Shape wanted;
  if (program.known)
    wanted = shapeByRole(*program.known, tensors, int(number), columns);
  int64_t count = 1;
  for (auto [dimension, size] : llvm::enumerate(shape)) {
    if (ShapedType::isDynamic(size) && dimension < wanted.size())
      size = wanted[dimension];
    if (ShapedType::isDynamic(size))
      return llvm::createStringError("found no extent for dimension " +
                                     Twine(dimension) + " of argument " +
                                     Twine(number + 1) +
                                     ", expected an array file for it");
    if (__builtin_mul_overflow(count, size, &count))
      count = std::numeric_limits<int64_t>::max();
  }
  void *values = scratch_rt_allocate(count, bytesOfElement(slot.type.element));
  if (!values)
    return llvm::createStringError("found no memory for argument " +
                                   Twine(number + 1) + ", expected " +
                                   Twine(count) + " values");
  scratch_tensor tensor;
  scratch_wrap_dense(&tensor, static_cast<scratch_element>(slot.type.element),
                     slot.type.rank, shape.data(), values);
  tensor.flags = SCRATCH_TENSOR_OWNED;
  if (fillValues(tensor, number + 1))
    return tensor;
  scratch_tensor_free(&tensor);
  return llvm::createStringError(
      "found element code " + Twine(slot.type.element) + " in argument " +
      Twine(number + 1) + ", expected f64, f32, i64, i32 or i8");
}
