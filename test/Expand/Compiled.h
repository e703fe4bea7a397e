//===- Compiled.h - a kernel, compiled and called by a test -----*- C++ -*-===//
#ifndef SCRATCH_TEST_EXPAND_COMPILED_H
#define SCRATCH_TEST_EXPAND_COMPILED_H

#include "codegen/Driver/Compilation.h"
#include "codegen/Jit/LoadedModule.h"

#include <deque>
#include <vector>

namespace scratch::test {

/// A module compiled for this machine.
class Compiled {
public:
  explicit Compiled(const std::string &text, const CompileOptions &options = {}) {
    auto context = makeContext();
    Compilation compilation(*context, options);
    llvm::cantFail(compilation.parseText(text, "test.mlir"));
    module.emplace(llvm::cantFail(
        LoadedModule::load(llvm::cantFail(compilation.emit(Artifact::Object)))));
  }
  scratch_entry entry(llvm::StringRef name) const { return llvm::cantFail(module->entry(name)); }

private:
  std::optional<LoadedModule> module;
};

/// The arguments and results of one call. Results are freed with it.
class Call {
public:
  explicit Call(int threads = 2) : header{SCRATCH_ABI_VERSION, 0, threads, 0, nullptr} {}
  ~Call() {
    for (scratch_tensor *result : results)
      scratch_tensor_free(result);
  }
  Call(const Call &) = delete;

  template <typename T>
  Call &dense(scratch_element element, const std::vector<int64_t> &shape, std::vector<T> &values) {
    scratch_tensor &tensor = tensors.emplace_back();
    scratch_wrap_dense(&tensor, element, shape.size(), shape.data(), values.data());
    slots.emplace_back().input = &tensor;
    return *this;
  }
  Call &input(const scratch_tensor &tensor) {
    slots.emplace_back().input = &tensor;
    return *this;
  }
  Call &f64(double value) {
    slots.emplace_back().f64 = value;
    return *this;
  }
  Call &i64(int64_t value) {
    slots.emplace_back().i64 = value;
    return *this;
  }
  /// Calls with `count` tensors as results.
  scratch_status run(scratch_entry entry, unsigned count = 1) {
    std::vector<char> block(sizeof(header) + (slots.size() + count) * sizeof(scratch_slot));
    std::vector<scratch_slot> all = slots;
    for (unsigned i = 0; i < count; ++i)
      all.emplace_back().result = &tensors.emplace_back();
    header.count = all.size();
    memcpy(block.data(), &header, sizeof(header));
    memcpy(block.data() + sizeof(header), all.data(), all.size() * sizeof(scratch_slot));
    scratch_status status = entry(reinterpret_cast<scratch_arguments *>(block.data()));
    for (unsigned i = slots.size(); status == SCRATCH_OK && i < all.size(); ++i)
      results.push_back(all[i].result);
    return status;
  }
  /// Calls once more and forgets the result: for measurements.
  scratch_status again(scratch_entry entry) {
    Call call(header.threads);
    call.slots = slots;
    return call.run(entry);
  }
  /// Calls for one number.
  double number(scratch_entry entry) {
    struct {
      scratch_arguments header;
      scratch_slot slots[8];
    } block{header, {}};
    block.header.count = slots.size() + 1;
    std::copy(slots.begin(), slots.end(), block.slots);
    return entry(&block.header) == SCRATCH_OK ? block.slots[slots.size()].f64 : NAN;
  }
  template <typename T> std::vector<T> values(unsigned number = 0) const {
    const T *begin = static_cast<const T *>(results[number]->values);
    return std::vector<T>(begin, begin + results[number]->nnz);
  }
  scratch_tensor &result(unsigned number = 0) { return *results[number]; }

private:
  scratch_arguments header;
  std::deque<scratch_tensor> tensors;
  std::vector<scratch_slot> slots;
  std::vector<scratch_tensor *> results;
};

} // namespace scratch::test
#endif // SCRATCH_TEST_EXPAND_COMPILED_H
