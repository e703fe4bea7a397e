//===- Dense.h - dense window accumulator -----------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_DENSE_H
#define SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_DENSE_H

#include "passes/Conversion/X86/Accumulators/Accumulators.h"

namespace scratch {

/// One value and one state byte per column of the window, indexed from the
/// tile's low end. Emptied by scanning the states, 64 at a time.
class DenseAccumulator : public Accumulator {
public:
  explicit DenseAccumulator(AccumulatorCreateOp op) : Accumulator(op) {}
  void create(LoopBuilder &b) override;
  void destroy(LoopBuilder &b) override;
  void open(LoopBuilder &b, mlir::Value low, mlir::Value high, mlir::Value bound) override;
  mlir::Value drain(LoopBuilder &b, mlir::Value coordinates, mlir::Value values,
                    mlir::Value at) override;
  mlir::Value count(LoopBuilder &b) override;
  void mark(LoopBuilder &b, MarkOp op) override;
  void finish(LoopBuilder &b) override;
  mlir::Value drainAlong(LoopBuilder &b, DrainAlongOp op) override;
  mlir::Value countAlong(LoopBuilder &b, CountAlongOp op) override;

protected:
  /// What to do with the entries of one word: (first column of the word,
  /// relative; bits of the present ones; place) -> next place.
  using Emit = llvm::function_ref<mlir::Value(mlir::Value word, mlir::Value bits, mlir::Value at)>;

  void touch(LoopBuilder &b, mlir::Value coordinate, mlir::Value product) override;
  void touchSegment(LoopBuilder &b, const Segment &segment) override;
  void touchGroup(LoopBuilder &b, mlir::ValueRange coordinates,
                  mlir::ValueRange products) override;
  int64_t groupSize() const override { return asksMask() ? 1 : 4; }
  void touchMark(LoopBuilder &b, mlir::Value coordinate, int64_t bit) override;

  /// Visits every word of the window that may hold entries, in order.
  virtual mlir::Value scan(LoopBuilder &b, mlir::Value at, Emit emit);
  /// Whether a column of the window has an entry, i1.
  virtual mlir::Value isPresent(LoopBuilder &b, mlir::Value column);
  /// Columns without a mask have entries from now on.
  virtual void setPresent(LoopBuilder &b, mlir::ValueRange columns);
  /// A column was touched.
  virtual void note(LoopBuilder &b, mlir::Value column) {}

  /// The 64 bytes at `word` whose sign bit is set, as an i64; clears them.
  virtual mlir::Value takeWord(LoopBuilder &b, mlir::Value bytes, mlir::Value word);
  /// Empties one word of states through `emit`.
  mlir::Value takeEntries(LoopBuilder &b, mlir::Value word, mlir::Value at, Emit emit);
  mlir::Value span(LoopBuilder &b);
  /// Whether a window of known columns begins with zeros.
  virtual bool startsClean() const { return false; }
  /// Nobody asks which columns were touched.
  bool known() { return op.getKnown(); }
  /// Columns of a word of states.
  static constexpr int64_t kWord = kWordColumns;

  mlir::Value values, states;

private:
  /// Visits [first, last) of coordinates: eight that follow each other together (the
  /// first of them, as a column of the window), others one by one.
  void overRuns(LoopBuilder &b, mlir::Value coordinates, mlir::Value first, mlir::Value last,
                llvm::function_ref<void(mlir::Value p, mlir::Value column)> run,
                llvm::function_ref<void(mlir::Value p, mlir::Value column)> one);
  mlir::Value drainKnown(LoopBuilder &b, DrainAlongOp op);
  mlir::Value pickAlong(LoopBuilder &b, DrainAlongOp op);
  void forget(LoopBuilder &b);
  void mergeHits(LoopBuilder &b, const Segment &segment);

  /// Whether what is touched is held against the mask.
  bool asksMask() const { return masked() && !unmasked; }

  /// Masked only: entries inside the mask that are still to be merged. Where they
  /// are (positions, or columns where no value is read), their scales, how many.
  mlir::Value hits, scales, hitCount;
  std::optional<Segment> pending; ///< of the open tile: how to merge them
  bool unmasked = false;          ///< the segment that is being merged
};

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_X86_ACCUMULATORS_DENSE_H
