//===- Lookahead.h - memory that is touched next ----------------*- C++ -*-===//
//
// Stage: expand. Tasks and tiles begin with operands that are in no cache, and end with
// results that are not either. While products run from the first cache, a line of what
// comes next is asked for at every so many of their steps: what the processor itself
// foresees ends with the rows that are read in order.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_LOOKAHEAD_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_LOOKAHEAD_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Memory that will be read or written.
struct ComingRange {
  mlir::Value flat; ///< a buffer of one dimension
  mlir::Value from, count;
  bool isWritten;

  /// Elements of a buffer, as far as there are so many.
  static ComingRange of(LoopBuilder &b, mlir::Value buffer, mlir::Value from, mlir::Value count,
                        bool isWritten = false);
  /// Of buffers of the same elements.
  static ComingRange either(LoopBuilder &b, mlir::Value first, const ComingRange &one,
                            const ComingRange &other);
};

class Lookahead {
public:
  /// Spreads the ranges over so many steps; asks for no more than a line of each at a step.
  Lookahead(LoopBuilder &b, llvm::ArrayRef<ComingRange> ranges, mlir::Value steps);
  void ask(LoopBuilder &b, mlir::Value step) const;
  /// Whether there is anything to ask for; null where there never is.
  mlir::Value isWanted(LoopBuilder &b) const;

private:
  struct Stream {
    ComingRange range;
    mlir::Value pace; ///< lines per step, times 2^kPaceBits
  };
  llvm::SmallVector<Stream> streams;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_LOOKAHEAD_H
