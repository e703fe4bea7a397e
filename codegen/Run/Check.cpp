//===- Check.cpp - is the result what the reference computes --------------===//
#include "codegen/Run/Check.h"

#include "runtime/reference/Compare.h"
#include "runtime/reference/Reference.h"
#include "runtime/reference/Rows.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace mlir;
using namespace scratch;

namespace {
struct OwnedTensor : scratch_tensor {
  OwnedTensor() : scratch_tensor{} {}
  OwnedTensor(const OwnedTensor &) = delete;
  ~OwnedTensor() { scratch_tensor_free(this); }
};
} // namespace

/// Most products behind one entry: those of the longest row.
static double longestRow(const scratch_tensor &t) {
  if (t.format == SCRATCH_FORMAT_DENSE)
    return t.shape[1];
  std::vector<int64_t> lengths(t.format == SCRATCH_FORMAT_CSR ? 0 : t.shape[0]);
  int64_t longest = 0;
  if (t.format == SCRATCH_FORMAT_CSR) {
    for (int64_t row = 0; row < t.shape[0]; ++row)
      longest = std::max(
          longest, reference::indexAt(t.positions, t.position_bits, row + 1) -
                       reference::indexAt(t.positions, t.position_bits, row));
    return longest;
  }
  for (int64_t p = 0; p < t.nnz; ++p)
    longest = std::max(
        longest,
        ++lengths[reference::indexAt(t.coordinates, t.coordinate_bits, p)]);
  return longest;
}

static scratch_status compute(const KnownKernel &known,
                              ArrayRef<scratch_tensor> inputs,
                              const reference::Product &how,
                              scratch_tensor *out) {
  const scratch_tensor &lhs = inputs[known.lhs], &rhs = inputs[known.rhs];
  switch (known.kind) {
  case KnownKind::Spgemm:
    return reference::spgemm(lhs, rhs, how, out);
  case KnownKind::Spmm:
    return reference::spmm(lhs, rhs, how, out);
  case KnownKind::Spmv:
    return reference::spmv(lhs, rhs, how, out);
  case KnownKind::Sddmm:
    return reference::sddmm(inputs[known.sample], lhs, rhs, how, out);
  }
  return SCRATCH_UNSUPPORTED;
}

llvm::Expected<CheckResult>
scratch::checkResult(const Program &program, ArrayRef<scratch_tensor> inputs,
                     const scratch_tensor &result) {
  if (!program.known)
    return llvm::createStringError(
        "--check has no reference for '" + program.name +
        "': " + program.unknownBecause +
        "; expected one built-in kernel on the function's arguments");
  const KnownKernel &known = *program.known;
  OwnedTensor expected, magnitude;
  reference::Product how;
  how.semiring = known.semiring.c_str();
  how.mask = known.mask >= 0 ? &inputs[known.mask] : nullptr;
  how.mask_by_value = known.maskByValue;
  how.complement = known.complement;
  how.init = known.init >= 0 ? &inputs[known.init] : nullptr;
  how.pattern_only = known.patternOnly;
  how.transposed = known.transposed;
  how.magnitude = &magnitude;
  if (compute(known, inputs, how, &expected))
    return llvm::createStringError(scratch_last_error());
  double tolerance =
      reference::toleranceFor(static_cast<scratch_element>(result.element),
                              longestRow(inputs[known.lhs]));
  reference::Comparison comparison =
      reference::compare(result, expected, tolerance, &magnitude);
  if (!comparison.ok)
    return llvm::createStringError(
        "the result differs from the reference (tolerance " +
        llvm::formatv("{0:e1}", tolerance).str() +
        "): " + comparison.difference);
  return CheckResult{comparison.pattern_equal, comparison.max_relative_error,
                     tolerance};
}
