//===- PieceCounter.cpp - pieces that workers take in runs ----------------===//
#include "passes/Conversion/X86/PieceCounter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace scratch;

PieceCounter::PieceCounter(LoopBuilder &b, Operation *at, Value count,
                           function_ref<Value(Value)> run)
    : b(b), count(count), run(run), counter(allocate(at)) {
  LLVM::StoreOp::create(b, b.integer(0, b.getI64Type()), counter);
}

/// In a cache line of its own, once per function or team, whatever loop `at` stands in.
Value PieceCounter::allocate(Operation *at) {
  OpBuilder::InsertionGuard guard(b);
  auto team = at->getParentOfType<omp::ParallelOp>();
  Region &around =
      team ? team.getRegion() : at->getParentOfType<FunctionOpInterface>().getFunctionBody();
  b.setInsertionPointToStart(&around.front());
  Type i64 = b.getI64Type();
  return LLVM::AllocaOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), i64,
                                b.integer(8, i64), /*alignment=*/64);
}

/// The first piece of a run and the one behind it; pieces that do not exist when all are taken.
LoopBuilder::Values PieceCounter::take() {
  Type i64 = b.getI64Type();
  auto seen = LLVM::LoadOp::create(b, i64, counter, /*alignment=*/8);
  seen.setOrdering(LLVM::AtomicOrdering::monotonic);
  Value wanted = run(b.sub(count, b.min(b.toIndex(seen), count)));
  Value first = b.toIndex(LLVM::AtomicRMWOp::create(b, LLVM::AtomicBinOp::add, counter,
                                                    b.cast(wanted, i64),
                                                    LLVM::AtomicOrdering::monotonic));
  return {first, b.min(b.add(first, wanted), count)};
}

void PieceCounter::forEach(function_ref<void(Value)> each) {
  b.whileLoop(
      take(), [&](ValueRange taken) -> Value { return b.less(taken[0], count); },
      [&](ValueRange taken) {
        b.loop(taken[0], taken[1], each);
        return take();
      });
}
