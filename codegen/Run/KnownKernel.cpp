//===- KnownKernel.cpp - a function that is one kernel --------------------===//
#include "codegen/Run/KnownKernel.h"

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/Semiring.h"
#include "passes/Expand/InitialValue.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace scratch;

namespace {
class Recognizer {
public:
  explicit Recognizer(func::FuncOp function) : function(function) {}

  std::optional<KnownKernel> run() {
    KernelOpInterface kernel = onlyKernel();
    if (!kernel)
      return std::nullopt;
    SemiringAttr semiring = kernel.getSemiring();
    if (semiring.isCustom())
      refuse("its semiring is custom");
    if (!kernel.getEpilogue().empty())
      refuse("its kernel has an epilogue");
    known.semiring = stringify(semiring.getKind()).str();
    if (!semiring.isCustom()) {
      known.readsLeft = readsLeft(semiring.getMultiply());
      known.readsRight = readsRight(semiring.getMultiply());
    }
    llvm::TypeSwitch<Operation *>(kernel)
        .Case([&](SpgemmOp op) { take(op); })
        .Case([&](SpmmOp op) { takeDense(op, KnownKind::Spmm); })
        .Case([&](SpmvOp op) { takeDense(op, KnownKind::Spmv); })
        .Case([&](SddmmOp op) { take(op); })
        .Default([&](Operation *) {
          refuse("the reference does not have its kernel");
        });
    if (!why.empty())
      return std::nullopt;
    return known;
  }

  std::string why;

private:
  void refuse(StringRef reason) {
    if (why.empty())
      why = reason.str();
  }

  KernelOpInterface onlyKernel() {
    KernelOpInterface found;
    unsigned kernels = 0;
    function.walk([&](KernelOpInterface kernel) {
      found = kernel;
      ++kernels;
    });
    if (kernels != 1) {
      refuse("it holds " + std::to_string(kernels) + " kernels, expected one");
      return {};
    }
    auto terminator =
        dyn_cast<func::ReturnOp>(function.front().getTerminator());
    if (found->getBlock() != &function.front() || !terminator ||
        terminator.getNumOperands() != 1 ||
        terminator.getOperand(0) != found->getResult(0)) {
      refuse("it returns something else than its kernel's result");
      return {};
    }
    return found;
  }

  int argument(Value value, StringRef role) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getOwner() == &function.front())
      return argument.getArgNumber();
    refuse((role + " of its kernel is not an argument").str());
    return -1;
  }

  void take(SpgemmOp op) {
    known.kind = KnownKind::Spgemm;
    known.lhs = argument(op.getLhs(), "lhs");
    known.rhs = argument(op.getRhs(), "rhs");
    if (op.getInit())
      known.init = argument(op.getInit(), "init");
    if (!op.getMask())
      return;
    known.complement = op.getComplement();
    auto leaf = op.getMask().getDefiningOp<MaskFromOp>();
    if (!leaf)
      return refuse("the mask of its kernel is combined from others");
    known.maskByValue = leaf.getSource() == MaskSource::Value;
    known.mask = argument(leaf.getTensor(), "mask");
  }

  template <typename Op> void takeDense(Op op, KnownKind kind) {
    known.kind = kind;
    known.lhs = argument(op.getLhs(), "lhs");
    known.rhs = argument(op.getRhs(), "rhs");
    Type element = op.getType().getElementType();
    if (!isFilledWith(op.getInit(), identityOf(op.getSemiring(), {}, element)))
      known.init = argument(op.getInit(), "init");
  }

  void take(SddmmOp op) {
    known.kind = KnownKind::Sddmm;
    known.sample = argument(op.getSample(), "sample");
    known.lhs = argument(op.getLhs(), "lhs");
    known.rhs = argument(op.getRhs(), "rhs");
    known.patternOnly = op.getPatternOnly();
    known.transposed = op.getTransposed();
  }

  func::FuncOp function;
  KnownKernel known{};
};
} // namespace

std::optional<KnownKernel> scratch::recognize(func::FuncOp function,
                                              std::string &why) {
  Recognizer recognizer(function);
  std::optional<KnownKernel> known = recognizer.run();
  why = recognizer.why;
  return known;
}
