//===- Harness.h - compile attention, run it, compare values ----*- C++ -*-===//
#ifndef SCRATCH_TEST_ATTENTION_HARNESS_H
#define SCRATCH_TEST_ATTENTION_HARNESS_H

#include "codegen/Driver/Compilation.h"
#include "codegen/Jit/LoadedModule.h"
#include "runtime/reference/Attention.h"

#include "gtest/gtest.h"

#include <random>

namespace scratch {

/// A dense tensor with its own memory.
struct Tensor {
  std::vector<uint8_t> bytes;
  scratch_tensor view{};

  template <class T> static Tensor of(scratch_element element, std::vector<int64_t> shape,
                                      const std::vector<T> &values) {
    Tensor t;
    t.bytes.resize(std::max<size_t>(values.size() * sizeof(T), 1));
    if (!values.empty())
      std::memcpy(t.bytes.data(), values.data(), values.size() * sizeof(T));
    EXPECT_EQ(scratch_wrap_dense(&t.view, element, shape.size(), shape.data(), t.bytes.data()),
              SCRATCH_OK);
    return t;
  }
  /// One of two-byte elements.
  static Tensor copy(const scratch_tensor &from) {
    auto *values = static_cast<const uint16_t *>(from.values);
    return of(scratch_element(from.element),
              std::vector<int64_t>(from.shape, from.shape + from.rank),
              std::vector<uint16_t>(values, values + from.nnz));
  }
  /// Normally distributed numbers.
  static Tensor random(unsigned seed, scratch_element element, std::vector<int64_t> shape) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    size_t count = 1;
    for (int64_t extent : shape)
      count *= extent;
    std::vector<float> values(count);
    for (float &value : values)
      value = normal(engine);
    if (element == SCRATCH_F32)
      return of(element, shape, values);
    std::vector<uint16_t> halves;
    for (float value : values)
      halves.push_back(reference::toHalf(value, element));
    return of(element, shape, halves);
  }
};

/// A compiled kernel @attention and its call; `cpu` names a processor other than this.
class Kernel {
public:
  explicit Kernel(const std::string &text, const std::string &cpu = "") {
    if (llvm::Error error = compile(text, cpu))
      ADD_FAILURE() << llvm::toString(std::move(error)) << "\n" << text;
  }
  ~Kernel() {
    for (scratch_tensor &result : results)
      scratch_tensor_free(&result);
  }

  /// Runs on tensors and numbers; `count` results are kept until the next call.
  scratch_status call(std::vector<const scratch_tensor *> tensors, std::vector<int64_t> numbers,
                      unsigned count, int threads = 1) {
    if (!module)
      return SCRATCH_INVALID_ARGUMENT;
    for (scratch_tensor &result : results)
      scratch_tensor_free(&result);
    results.assign(count, scratch_tensor{});
    struct {
      scratch_arguments header;
      scratch_slot slots[24];
    } block{{SCRATCH_ABI_VERSION, uint32_t(tensors.size() + numbers.size() + count), threads, 0,
             nullptr},
            {}};
    unsigned slot = 0;
    for (const scratch_tensor *tensor : tensors)
      block.slots[slot++].input = tensor;
    for (int64_t number : numbers)
      block.slots[slot++].i64 = number;
    for (scratch_tensor &result : results)
      block.slots[slot++].result = &result;
    return llvm::cantFail(module->entry("attention"))(&block.header);
  }

  std::vector<scratch_tensor> results;

private:
  llvm::Error compile(const std::string &text, const std::string &cpu) {
    auto context = makeContext();
    CompileOptions options;
    options.cpu = cpu;
    Compilation compilation(*context, options);
    if (llvm::Error error = compilation.parseText(text, "attention.mlir"))
      return error;
    auto object = compilation.emit(Artifact::Object);
    if (!object)
      return object.takeError();
    auto loaded = LoadedModule::load(std::move(*object));
    if (!loaded)
      return loaded.takeError();
    module.emplace(std::move(*loaded));
    return llvm::Error::success();
  }

  std::optional<LoadedModule> module;
};

struct Errors {
  double mean = 0, largest = 0;
};

inline Errors compare(const scratch_tensor &found, const std::vector<double> &expected) {
  Errors errors;
  EXPECT_EQ(size_t(found.nnz), expected.size());
  for (size_t at = 0; at < expected.size(); ++at) {
    double value = reference::realAt(found, at);
    bool both = std::isnan(value) && std::isnan(expected[at]);
    double error = both || value == expected[at] ? 0 : std::fabs(value - expected[at]);
    EXPECT_FALSE(std::isnan(error)) << "element " << at << ": " << value << ", expected "
                                    << expected[at];
    errors.mean += error / expected.size();
    errors.largest = std::max(errors.largest, error);
  }
  return errors;
}

/// Text of a kernel: `tail` are more arguments, `body` makes %m.
inline std::string kernelText(const std::string &element, const std::string &size,
                              const std::string &valueSize, const std::string &tail = "",
                              const std::string &body = "", const std::string &mask = "",
                              const std::string &options = "", const std::string &score = "") {
  std::string q = "tensor<?x?x?x" + size + "x" + element + ">",
              v = "tensor<?x?x?x" + valueSize + "x" + element + ">", l = "tensor<?x?x?xf32>";
  return "#CSR = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed), posWidth = "
         "32, crdWidth = 32}>\n"
         "func.func @attention(%q: " + q + ", %k: " + q + ", %v: " + v + tail + ") -> (" + v +
         ", " + l + ") {\n" + body + "\n  %o, %lse = scratch.attention %q, %k, %v " +
         (mask.empty() ? "" : "mask(%m : !scratch.mask<" + mask + ">) ") + options + " : " + q +
         ", " + q + ", " + v + " -> " + v + ", " + l + (score.empty() ? "" : " score " + score) +
         "\n  return %o, %lse : " + v + ", " + l + "\n}\n";
}

} // namespace scratch

#endif // SCRATCH_TEST_ATTENTION_HARNESS_H
