//===- EntrySignature.cpp - which functions cross the C interface ---------===//
#include "passes/Expand/EntrySignature.h"

#include "passes/Expand/Operands.h"
#include "runtime/abi/scratch.h"

#include "mlir/Dialect/SparseTensor/IR/SparseTensorType.h"

using namespace mlir;
using namespace scratch;

/// The element's number in Elements.def, or 0.
static int32_t elementCode(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return llvm::StringSwitch<int32_t>(text)
#define SCRATCH_ELEMENT(name, value, bytes, mlir) .Case(mlir, value)
#include "runtime/abi/Elements.def"
      .Default(0);
}

int32_t scratch::bitsOfIndex(Type type) {
  return isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
}

bool scratch::isScalarArgument(Type type) {
  return type.isInteger(64) || type.isInteger(32) || isa<IndexType>(type) || type.isF64() ||
         type.isF32();
}

static bool crosses(Type type) {
  if (isScalarArgument(type))
    return true;
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !elementCode(tensor.getElementType()) || tensor.getRank() < 1 ||
      tensor.getRank() > SCRATCH_MAX_RANK)
    return false;
  auto encoding = sparse_tensor::getSparseTensorEncoding(tensor);
  if (!encoding)
    return !tensor.getEncoding();
  sparse_tensor::SparseTensorType matrix(tensor);
  auto widths = {bitsOfIndex(matrix.getPosType()), bitsOfIndex(matrix.getCrdType())};
  return tensor.getRank() == 2 && matrix.getLvlRank() == 2 && matrix.isPermutation() &&
         !encoding.isSlice() && sparse_tensor::isDenseLT(matrix.getLvlType(0)) &&
         sparse_tensor::isCompressedLT(matrix.getLvlType(1)) &&
         sparse_tensor::isUniqueLT(matrix.getLvlType(1)) &&
         llvm::all_of(widths, [](int32_t bits) { return bits == 32 || bits == 64; });
}

static bool isEntryPoint(func::FuncOp function) {
  return function.isPublic() && !function.isDeclaration() &&
         llvm::all_of(function.getArgumentTypes(), crosses) &&
         llvm::all_of(function.getResultTypes(), crosses) &&
         llvm::any_of(llvm::concat<const Type>(function.getArgumentTypes(),
                                               function.getResultTypes()),
                      [](Type type) { return isa<RankedTensorType>(type); });
}

bool scratch::isProgram(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  return main && main.isPublic() && main.getNumArguments() == 0;
}

TensorDescription scratch::describeTensor(RankedTensorType type) {
  TensorDescription d;
  d.element = elementCode(type.getElementType());
  d.rank = type.getRank();
  d.format = SCRATCH_FORMAT_DENSE;
  d.positionBits = d.coordinateBits = 0;
  d.ordered = 1;
  if (sparse_tensor::getSparseTensorEncoding(type)) {
    sparse_tensor::SparseTensorType matrix(type);
    d.format = isColumnMajor(type) ? SCRATCH_FORMAT_CSC : SCRATCH_FORMAT_CSR;
    d.positionBits = bitsOfIndex(matrix.getPosType());
    d.coordinateBits = bitsOfIndex(matrix.getCrdType());
    d.ordered = sparse_tensor::isOrderedLT(matrix.getLvlType(1));
  }
  return d;
}

SmallVector<func::FuncOp> scratch::entryPoints(ModuleOp module) {
  SmallVector<func::FuncOp> found;
  if (!isProgram(module))
    for (auto function : module.getOps<func::FuncOp>())
      if (isEntryPoint(function))
        found.push_back(function);
  return found;
}

static constexpr StringLiteral kExpected = "numbers, dense tensors, and CSR or CSC matrices "
                                           "with positions and coordinates of 32 or 64 bits";

/// The first argument or result that cannot cross; null if a tensor is all that lacks.
static Type obstacle(func::FuncOp function) {
  for (Type type : llvm::concat<const Type>(function.getArgumentTypes(),
                                            function.getResultTypes()))
    if (!crosses(type))
      return type;
  return {};
}

void scratch::warnOfOtherFunctions(ModuleOp module) {
  SmallVector<func::FuncOp> entries = entryPoints(module);
  if (entries.empty())
    return;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isDeclaration() || llvm::is_contained(entries, function))
      continue;
    InFlightDiagnostic warning = function.emitWarning("function '")
                                 << function.getName() << "' is exported without a C interface: ";
    if (Type type = obstacle(function))
      warning << "found " << type << ", expected " << kExpected;
    else
      warning << "found no tensor, expected one among its arguments and results";
  }
}

std::string scratch::whyNoEntryPoint(ModuleOp module) {
  std::string expected = ("expected a public one on " + kExpected).str();
  if (isProgram(module))
    return "found a program (@main), expected functions to call";
  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isDeclaration())
      continue;
    std::string name = "'" + function.getName().str() + "'";
    if (Type type = obstacle(function)) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return "found function " + name + " with " + text + ", " + expected;
    }
    return "found function " + name + " without a tensor, " + expected;
  }
  return "found no public function, " + expected;
}
