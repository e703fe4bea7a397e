//===- Inputs.cpp - a tensor for every argument ---------------------------===//
#include "codegen/Run/Inputs.h"

#include "codegen/Run/DenseInputs.h"
#include "codegen/Run/Elements.h"
#include "codegen/Run/Transpose.h"
#include "runtime/io/MatrixMarket.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace scratch;

char IndexOverflow::ID = 0;

Inputs::~Inputs() {
  for (scratch_tensor &tensor : owned)
    scratch_tensor_free(&tensor);
}

scratch_tensor Inputs::keep(const scratch_tensor &tensor) {
  owned.push_back(tensor);
  scratch_tensor borrowed = tensor;
  borrowed.flags &= ~SCRATCH_TENSOR_OWNED;
  return borrowed;
}

static llvm::Error failure(scratch_status status) {
  if (status == SCRATCH_INDEX_OVERFLOW)
    return llvm::make_error<IndexOverflow>(scratch_last_error(),
                                           llvm::inconvertibleErrorCode());
  return llvm::createStringError(scratch_last_error());
}

namespace {
class Loader {
public:
  Loader(const Program &program, const RunOptions &options)
      : program(program), options(options) {}

  llvm::Expected<Inputs> run() {
    inputs.tensors.resize(program.inputs.size());
    inputs.sources.resize(program.inputs.size());
    if (llvm::Error error = assignFiles())
      return error;
    if (llvm::Error error = checkColumns())
      return error;
    for (auto [number, path] : llvm::enumerate(paths))
      if (!path.empty())
        if (llvm::Error error = read(number))
          return error;
    if (llvm::Error error = transposeSecond())
      return error;
    for (auto [number, path] : llvm::enumerate(paths))
      if (path.empty())
        if (llvm::Error error = generate(number))
          return error;
    return std::move(inputs);
  }

private:
  bool isMask(size_t number) const {
    return !options.mask.empty() && program.known &&
           program.known->mask == int(number);
  }

  llvm::Error assignFiles() {
    const std::vector<std::string> &files = options.files;
    size_t next = 0, sparse = 0;
    for (auto [number, slot] : llvm::enumerate(program.inputs))
      sparse += slot.isSparse() && !isMask(number);
    if (files.size() < sparse && files.size() != 1)
      return llvm::createStringError(
          "found " + Twine(files.size()) + " files, expected " + Twine(sparse) +
          " for the sparse arguments of '" + program.name + "'");
    for (auto [number, slot] : llvm::enumerate(program.inputs)) {
      if (isMask(number)) {
        paths.push_back(options.mask);
      } else if (slot.isSparse()) {
        --sparse;
        paths.push_back(next < files.size() ? files[next++] : files.front());
      } else {
        paths.push_back(files.size() - next > sparse ? files[next++] : "");
      }
    }
    if (next < files.size())
      return llvm::createStringError("found " + Twine(files.size()) +
                                     " files, expected at most " + Twine(next) +
                                     " for '" + program.name + "'");
    return llvm::Error::success();
  }

  /// Does the kernel look at an argument's values at all?
  bool readsValues(size_t number) const {
    if (!program.known)
      return true;
    const KnownKernel &known = *program.known;
    int argument = number;
    bool left = argument == known.lhs, right = argument == known.rhs;
    return (left && known.readsLeft) || (right && known.readsRight) ||
           (argument == known.mask && known.maskByValue) || !(left || right);
  }

  /// Values that nobody reads need not be what the file says: 1.5 is no i32.
  scratch_status readPattern(size_t number, uint32_t bits,
                             scratch_tensor &tensor) {
    if (scratch_status status = scratch_mtx_read(
            paths[number].c_str(), SCRATCH_I8, bits, nullptr, &tensor))
      return status;
    scratch_rt_release(tensor.values);
    const TensorSlot &slot = program.inputs[number];
    tensor.element = slot.type.element;
    tensor.values =
        scratch_rt_allocate_zero(tensor.nnz, bytesOfElement(tensor.element));
    if (tensor.values)
      return SCRATCH_OK;
    scratch_tensor_free(&tensor);
    return SCRATCH_OUT_OF_MEMORY;
  }

  /// Files and types that were read already are not read again.
  llvm::Error read(size_t number) {
    const TensorSlot &slot = program.inputs[number];
    inputs.sources[number] = llvm::sys::path::filename(paths[number]).str();
    for (size_t earlier = 0; earlier < number; ++earlier)
      if (paths[earlier] == paths[number] &&
          readsValues(earlier) == readsValues(number) &&
          std::memcmp(&program.inputs[earlier].type, &slot.type,
                      sizeof slot.type) == 0) {
        inputs.tensors[number] = inputs.tensors[earlier];
        return llvm::Error::success();
      }
    scratch_tensor tensor;
    uint32_t bits = slot.isSparse() ? std::max(slot.type.positionBits,
                                               slot.type.coordinateBits)
                                    : 64;
    if (scratch_status status =
            readsValues(number)
                ? scratch_mtx_read(
                      paths[number].c_str(),
                      static_cast<scratch_element>(slot.type.element), bits,
                      nullptr, &tensor)
                : readPattern(number, bits, tensor))
      return failure(status);
    scratch_tensor borrowed = inputs.keep(tensor);
    if ((tensor.format != SCRATCH_FORMAT_DENSE) != slot.isSparse())
      return llvm::createStringError(
          paths[number] + ": found " +
          (slot.isSparse() ? "an array" : "a coordinate") + " file, expected " +
          (slot.isSparse() ? "a coordinate" : "an array") +
          " file for argument " + Twine(number + 1));
    return adapt(number, borrowed);
  }

  /// From what was read to the argument's own type.
  llvm::Error adapt(size_t number, scratch_tensor tensor) {
    const TensorSlot &slot = program.inputs[number];
    if (!slot.isSparse()) {
      if (slot.type.rank == 1 &&
          (tensor.shape[0] == 1 || tensor.shape[1] == 1)) {
        tensor.rank = 1;
        tensor.shape[0] = tensor.nnz;
      }
      inputs.tensors[number] = tensor;
      return llvm::Error::success();
    }
    if (slot.type.positionBits != slot.type.coordinateBits)
      return llvm::createStringError(
          "found positions of " + Twine(slot.type.positionBits) +
          " and coordinates of " + Twine(slot.type.coordinateBits) +
          " bits in argument " + Twine(number + 1) +
          ", expected one width: call the compiled kernel from C");
    if (slot.type.format == SCRATCH_FORMAT_CSC) {
      scratch_tensor columns;
      if (scratch_status status = toColumns(tensor, &columns))
        return failure(status);
      tensor = inputs.keep(columns);
    }
    inputs.tensors[number] = tensor;
    return llvm::Error::success();
  }

  /// One rectangular file for both operands of a product.
  llvm::Error transposeSecond() {
    if (!program.known || program.known->kind != KnownKind::Spgemm ||
        options.files.size() != 1)
      return llvm::Error::success();
    const scratch_tensor &lhs = inputs.tensors[program.known->lhs];
    scratch_tensor &rhs = inputs.tensors[program.known->rhs];
    if (lhs.shape[0] == lhs.shape[1])
      return llvm::Error::success();
    scratch_tensor turned;
    if (scratch_status status = transpose(rhs, &turned))
      return failure(status);
    rhs = inputs.keep(turned);
    inputs.sources[program.known->rhs] =
        "transpose of " + inputs.sources[program.known->rhs];
    return llvm::Error::success();
  }

  /// A width that nothing takes is a mistake in the kernel's name or its files.
  llvm::Error checkColumns() const {
    if (!options.columns)
      return llvm::Error::success();
    for (auto [slot, path] : llvm::zip_equal(program.inputs, paths))
      if (program.known && path.empty() && !slot.isSparse() && slot.type.rank == 2)
        return llvm::Error::success();
    return llvm::createStringError("found --columns=" + Twine(*options.columns) +
                                   ", expected it with a dense matrix to generate, "
                                   "as spmm and sddmm have");
  }

  llvm::Error generate(size_t number) {
    llvm::Expected<scratch_tensor> tensor =
        generateDense(program, inputs.tensors, number,
                      options.columns.value_or(kDenseColumns));
    if (!tensor)
      return tensor.takeError();
    inputs.tensors[number] = inputs.keep(*tensor);
    inputs.sources[number] = "generated";
    return llvm::Error::success();
  }

  const Program &program;
  const RunOptions &options;
  std::vector<std::string> paths; ///< one per argument; empty: generated
  Inputs inputs;
};
} // namespace

llvm::Expected<Inputs> scratch::loadInputs(const Program &program,
                                           const RunOptions &options) {
  return Loader(program, options).run();
}
