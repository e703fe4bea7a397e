//===- Workload.cpp - one kernel on one matrix ----------------------------===//
#include "codegen/Bench/Workload.h"

#include "runtime/reference/Compare.h"
#include "runtime/reference/Reference.h"
#include "runtime/reference/Semiring.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>

using namespace scratch;
using namespace scratch::bench;

std::string Task::title() const {
  std::string text = kernel + " " + semiring + " " + element;
  return kernel == "spmm" ? text + " x " + std::to_string(columns) : text;
}

llvm::Expected<Task> Task::make(const std::string &kernel, const std::string &element,
                                const std::string &semiring, int64_t columns) {
  struct Known {
    llvm::StringLiteral name, element, semiring;
  };
  static constexpr Known known[] = {{"spgemm", "f64", "plus_times"},
                                    {"triangles", "i32", "plus_pair"},
                                    {"ktruss", "i32", "plus_pair"},
                                    {"spmm", "f32", "plus_times"},
                                    {"spmv", "f64", "plus_times"}};
  for (const Known &row : known) {
    if (row.name != kernel)
      continue;
    Task task{kernel, element.empty() ? row.element.str() : element,
              semiring.empty() ? row.semiring.str() : semiring, columns};
    if (task.masked() && (!element.empty() || !semiring.empty()))
      return llvm::createStringError("found --type or --semiring for " + kernel + ", expected neither: "
                                     "they are counted in i32 over plus_pair");
    if (task.element != "f64" && task.element != "f32" && !task.masked())
      return llvm::createStringError("found --type=" + element + ", expected f64 or f32");
    reference::Semiring found;
    if (!reference::findSemiring(task.semiring.c_str(), found))
      return llvm::createStringError("found --semiring=" + semiring +
                                     ", expected plus_times, min_plus, ...");
    return task;
  }
  return llvm::createStringError("found --kernel=" + kernel +
                                 ", expected spgemm, triangles, ktruss, spmm or spmv");
}

void Task::describe(RunOptions &options) const {
  options.kernel = masked() ? "spgemm" : kernel;
  options.element = element;
  options.semiring = semiring;
  options.mask = masked() ? "L" : "";
  if (kernel == "spmm")
    options.columns = columns;
}

static scratch_element elementCode(llvm::StringRef name) {
#define SCRATCH_ELEMENT(code, value, bytes, mlir)                                                  \
  if (name == mlir)                                                                                \
    return SCRATCH_##code;
#include "runtime/abi/Elements.def"
  return SCRATCH_F64;
}

template <typename Value> static void fill(FileTensor &to, const std::vector<double> &from) {
  to.bytes.resize(from.size() * sizeof(Value));
  std::copy(from.begin(), from.end(), to.values<Value>());
}

static void setValues(FileTensor &tensor, const std::vector<double> &values) {
  switch (tensor.element) {
  case SCRATCH_F32:
    return fill<float>(tensor, values);
  case SCRATCH_I32:
    return fill<int32_t>(tensor, values);
  case SCRATCH_I8:
    return fill<int8_t>(tensor, values);
  default:
    return fill<double>(tensor, values);
  }
}

static FileTensor sparseOperand(const Csr &matrix, scratch_element element) {
  FileTensor tensor{true, element, matrix.rows, matrix.cols, matrix.entries(), {}, {}, {}};
  tensor.positions.assign(matrix.positions.begin(), matrix.positions.end());
  tensor.columns.assign(matrix.columns.begin(), matrix.columns.end());
  setValues(tensor, matrix.values);
  return tensor;
}

/// Multiples of 1/64 in [1/64, 1]: nothing cancels, sums of any order agree well.
static FileTensor denseOperand(int64_t rows, int64_t cols, scratch_element element) {
  FileTensor tensor{false, element, rows, cols, rows * cols, {}, {}, {}};
  std::vector<double> values(rows * cols);
  for (size_t k = 0; k < values.size(); ++k)
    values[k] = (1 + (k * 0x9E3779B97F4A7C15ull >> 58)) / 64.0;
  setValues(tensor, values);
  return tensor;
}

scratch_tensor bench::borrow(const FileTensor &tensor) {
  scratch_tensor out{};
  auto element = static_cast<scratch_element>(tensor.element);
  int64_t shape[2] = {tensor.rows, tensor.cols};
  if (tensor.sparse)
    scratch_wrap_csr(&out, element, 32, tensor.rows, tensor.cols, tensor.positions.data(),
                     tensor.columns.data(), tensor.bytes.data());
  else
    scratch_wrap_dense(&out, element, tensor.cols == 1 ? 1 : 2, shape, tensor.bytes.data());
  return out;
}

static int64_t bytesOf(const scratch_tensor &t) {
  int64_t bytes = t.nnz * bytesOfElement(t.element);
  if (t.format == SCRATCH_FORMAT_DENSE)
    return bytes;
  return bytes + t.nnz * t.coordinate_bits / 8 + (t.shape[0] + 1) * t.position_bits / 8;
}

Workload::~Workload() {
  scratch_tensor_free(&expected);
  scratch_tensor_free(&magnitude);
}

std::string Workload::differs(const scratch_tensor &result) const {
  scratch_tensor any = result;
  any.flags |= SCRATCH_TENSOR_UNORDERED;
  reference::Comparison comparison =
      reference::compare(any, expected, tolerance, &magnitude);
  return comparison.ok ? "" : comparison.difference;
}

static llvm::Error expect(Workload &work, const Task &task) {
  reference::Product how;
  how.semiring = task.semiring.c_str();
  how.mask = task.masked() ? &work.tensors[2] : nullptr;
  how.magnitude = &work.magnitude;
  const scratch_tensor &a = work.tensors[0], &b = work.tensors[1];
  scratch_status status = task.sparseResult() ? reference::spgemm(a, b, how, &work.expected)
                          : task.kernel == "spmm" ? reference::spmm(a, b, how, &work.expected)
                                                  : reference::spmv(a, b, how, &work.expected);
  if (status)
    return llvm::createStringError(work.matrix + ": " + scratch_last_error());
  int64_t longest = 0;
  for (int64_t row = 0; row < work.operands[0].rows; ++row)
    longest = std::max<int64_t>(longest, work.operands[0].positions[row + 1] -
                                             work.operands[0].positions[row]);
  work.tolerance =
      reference::toleranceFor(static_cast<scratch_element>(work.expected.element), longest);
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Workload>> bench::makeWorkload(const Task &task,
                                                              const std::string &matrix) {
  llvm::Expected<Csr> loaded = loadMatrix(matrix);
  if (!loaded)
    return loaded.takeError();
  Csr a = std::move(*loaded);
  scratch_element element = elementCode(task.element);
  auto work = std::make_unique<Workload>();
  work->matrix = matrix;
  work->rows = a.rows, work->cols = a.cols, work->entries = a.entries();
  if (task.masked()) {
    if (a.rows != a.cols)
      return llvm::createStringError(matrix + ": found " + llvm::Twine(a.rows) + " x " +
                                     llvm::Twine(a.cols) + ", expected a square matrix");
    a = task.kernel == "triangles" ? lowerTriangle(a) : graphOf(a);
    work->entries = a.entries();
  }
  work->operands.push_back(sparseOperand(a, element));
  bool same = false;
  if (task.sparseResult()) {
    same = a.rows == a.cols;
    work->operands.push_back(same ? work->operands[0] : sparseOperand(transposed(a), element));
    if (task.masked())
      work->operands.push_back(sparseOperand(a, SCRATCH_I8));
  } else {
    work->operands.push_back(
        denseOperand(a.cols, task.kernel == "spmm" ? task.columns : 1, element));
  }
  for (const FileTensor &operand : work->operands)
    work->tensors.push_back(borrow(operand));
  // A square matrix is one operand in memory, and so are the graph and its mask.
  if (same)
    work->tensors[1] = work->tensors[0];
  if (llvm::Error error = expect(*work, task))
    return error;
  const FileTensor &b = work->operands[1];
  if (task.sparseResult())
    work->products = reference::countProducts(work->tensors[0], work->tensors[1]);
  else
    work->products = work->entries * b.cols;
  work->resultEntries = work->expected.nnz;
  work->inputBytes = bytesOf(work->tensors[0]) + (same ? 0 : bytesOf(work->tensors[1]));
  work->resultBytes = bytesOf(work->expected);
  return work;
}
