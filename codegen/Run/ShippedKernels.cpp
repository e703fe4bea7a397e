//===- ShippedKernels.cpp - kernels that come with Scratch ----------------===//
//
// Written as a user would write them, in MLIR text; `$WORD` is filled in from
// the options. A new kernel is one text and one row of the table.
//
//===----------------------------------------------------------------------===//
#include "codegen/Run/ShippedKernels.h"

#include "dialects/Scratch/Kinds.h"
#include "runtime/reference/Semiring.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace scratch;

static constexpr llvm::StringLiteral kSpgemm = R"(
func.func @spgemm(%A: $SPARSE, %B: $SPARSE$MASK_ARGUMENT) -> $SPARSE {
  $MASK_OP
  %C = scratch.spgemm %A, %B semiring<$SEMIRING> $MASK_USE
       : $SPARSE, $SPARSE -> $SPARSE
  return %C : $SPARSE
}
)";

static constexpr llvm::StringLiteral kSpmm = R"(
func.func @spmm(%A: $SPARSE, %B: $MATRIX) -> $MATRIX {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = tensor.dim %A, %c0 : $SPARSE
  %columns = tensor.dim %B, %c1 : $MATRIX
  %identity = arith.constant $IDENTITY : $ELEMENT
  %empty = tensor.empty(%rows, %columns) : $MATRIX
  %start = linalg.fill ins(%identity : $ELEMENT) outs(%empty : $MATRIX) -> $MATRIX
  %C = scratch.spmm %A, %B into %start semiring<$SEMIRING> : $SPARSE, $MATRIX -> $MATRIX
  return %C : $MATRIX
}
)";

static constexpr llvm::StringLiteral kSpmv = R"(
func.func @spmv(%A: $SPARSE, %x: $VECTOR) -> $VECTOR {
  %c0 = arith.constant 0 : index
  %rows = tensor.dim %A, %c0 : $SPARSE
  %identity = arith.constant $IDENTITY : $ELEMENT
  %empty = tensor.empty(%rows) : $VECTOR
  %start = linalg.fill ins(%identity : $ELEMENT) outs(%empty : $VECTOR) -> $VECTOR
  %y = scratch.spmv %A, %x into %start semiring<$SEMIRING> : $SPARSE, $VECTOR -> $VECTOR
  return %y : $VECTOR
}
)";

static constexpr llvm::StringLiteral kSddmm = R"(
func.func @sddmm(%S: $SPARSE, %A: $MATRIX, %B: $MATRIX) -> $SPARSE {
  %C = scratch.sddmm %S, %A, %B semiring<$SEMIRING> : $SPARSE, $MATRIX, $MATRIX -> $SPARSE
  return %C : $SPARSE
}
)";

namespace {
struct Shipped {
  llvm::StringLiteral name, text;
};
} // namespace

static constexpr Shipped kShipped[] = {
    {"spgemm", kSpgemm}, {"spmm", kSpmm}, {"spmv", kSpmv}, {"sddmm", kSddmm}};

static const Shipped *find(llvm::StringRef name) {
  for (const Shipped &kernel : kShipped)
    if (kernel.name == name)
      return &kernel;
  return nullptr;
}

bool scratch::isShippedKernel(llvm::StringRef name) {
  return find(name) != nullptr;
}

std::string scratch::shippedKernelNames() {
  return llvm::join(
      llvm::map_range(kShipped, [](auto &kernel) { return kernel.name; }),
      ", ");
}

/// What `add` of the semiring starts from, as an MLIR constant.
static std::string identityText(const reference::Semiring &semiring,
                                llvm::StringRef element) {
  if (element.starts_with("i"))
    return std::to_string(reference::integerIdentity(
        semiring.add, element == "i8" ? SCRATCH_I8 : SCRATCH_I32));
  double value = reference::realIdentity(semiring.add);
  if (element == "f64")
    return llvm::formatv("{0:x}", llvm::bit_cast<uint64_t>(value)).str();
  return llvm::formatv("{0:x}", llvm::bit_cast<uint32_t>(float(value))).str();
}

static std::string matrixType(llvm::StringRef element,
                              llvm::StringRef encoding) {
  return ("tensor<?x?x" + element + encoding + ">").str();
}

/// Replaces every `$NAME` of the text.
static std::string
fill(llvm::StringRef text,
     llvm::ArrayRef<std::pair<const char *, std::string>> words) {
  std::string result;
  while (!text.empty()) {
    auto [before, after] = text.split('$');
    result += before;
    text = after;
    for (auto &[name, word] : words)
      if (after.consume_front(name)) {
        result += word;
        text = after;
        break;
      }
  }
  return result;
}

llvm::Expected<std::string> scratch::shippedKernel(const RunOptions &options,
                                                   unsigned indexBits) {
  const Shipped *kernel = find(options.kernel);
  if (!kernel)
    return llvm::createStringError("no kernel '" + options.kernel +
                                   "', expected a .mlir file or " +
                                   shippedKernelNames());
  std::string name = options.semiring.empty() ? "plus_times" : options.semiring;
  reference::Semiring semiring;
  if (!reference::findSemiring(name.c_str(), semiring))
    return llvm::createStringError("found --semiring=" + name + ", expected " +
                                   semiringNames());
  std::string element = options.element;
  if (element.empty())
    element = semiring.isLogical() ? "i8" : "f64";
  if (!llvm::is_contained({"f64", "f32", "i32", "i8"}, element))
    return llvm::createStringError("found --type=" + element +
                                   ", expected f64, f32, i32 or i8");
  if (semiring.isLogical() && element != "i8")
    return llvm::createStringError("found --type=" + element +
                                   " with --semiring=" + name +
                                   ", expected i8: it works on booleans");
  bool masked = !options.mask.empty();
  if (masked && kernel->name != "spgemm")
    return llvm::createStringError("found --mask for " + options.kernel +
                                   ", expected it for spgemm");
  std::string order = options.unsorted ? "(nonordered)" : "";
  std::string sparse = matrixType(element, ", #Sparse");
  // Values of a mask are read for --mask-by-value alone, and then only against
  // 0.
  std::string maskType = matrixType("i8", ", #Mask");
  std::string header =
      llvm::formatv("#Sparse = #sparse_tensor.encoding<{{ map = (i, j) -> (i : "
                    "dense, j : compressed{0}), "
                    "posWidth = {1}, crdWidth = {1} }>\n"
                    "#Mask = #sparse_tensor.encoding<{{ map = (i, j) -> (i : "
                    "dense, j : compressed), "
                    "posWidth = {1}, crdWidth = {1} }>\n",
                    order, indexBits);
  return header +
         fill(kernel->text,
              {{"SPARSE", sparse},
               {"MATRIX", matrixType(element, "")},
               {"VECTOR", "tensor<?x" + element + ">"},
               {"ELEMENT", element},
               {"IDENTITY", identityText(semiring, element)},
               {"SEMIRING", name},
               {"MASK_ARGUMENT", masked ? ", %M: " + maskType : ""},
               {"MASK_OP",
                masked ? std::string("%m = scratch.mask.from ") +
                             (options.maskByValue ? "value" : "structure") +
                             " %M : " + maskType + " -> !scratch.mask<?x?>"
                       : ""},
               {"MASK_USE",
                masked ? std::string("mask(%m : !scratch.mask<?x?>") +
                             (options.complement ? ", complement)" : ")")
                       : ""}});
}
