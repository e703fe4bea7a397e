//===- PieceCounter.h - pieces that workers take in runs --------*- C++ -*-===//
//
// Stage: map (x86). One counter that all workers of a parallel loop move on. OpenMP's own
// worksharing loops take 1.7 us each before the first piece, as their library is built by
// distributions: a quarter of all that a product of 30 rows takes.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_PIECECOUNTER_H
#define SCRATCH_PASSES_CONVERSION_X86_PIECECOUNTER_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

class PieceCounter {
public:
  /// Before the workers start, where `at` stands. `count`: of pieces, index; `run`: pieces of the
  /// next run, one at least, by what is left; it must outlive the counter.
  PieceCounter(LoopBuilder &b, mlir::Operation *at, mlir::Value count,
               llvm::function_ref<mlir::Value(mlir::Value left)> run);

  /// By every worker: `each` piece of the runs that it gets.
  void forEach(llvm::function_ref<void(mlir::Value piece)> each);

private:
  mlir::Value allocate(mlir::Operation *at);
  LoopBuilder::Values take();

  LoopBuilder &b;
  mlir::Value count;
  llvm::function_ref<mlir::Value(mlir::Value left)> run;
  mlir::Value counter;
};

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_PIECECOUNTER_H
