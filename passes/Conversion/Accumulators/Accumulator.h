//===- Accumulator.h - one kind of accumulator, any target -------*- C++ -*-===//
//
// Stage: map. A kind says how one coordinate is touched and how a tile is
// emptied; walking segments, masks and semirings is common to all kinds.
//
// Every coordinate of a tile has a state byte: bit 7 says that it is present,
// bits 0 to 5 which leaves of the mask it belongs to. Values that are not
// present hold the identity of the semiring's add, so that merging needs no test.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_CONVERSION_ACCUMULATORS_ACCUMULATOR_H
#define SCRATCH_PASSES_CONVERSION_ACCUMULATORS_ACCUMULATOR_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"
#include "passes/Emission/Semiring.h"

#include <functional>
#include <memory>

namespace scratch {

class Accumulator {
public:
  virtual ~Accumulator() = default;

  /// Storage, where the create op stands; released again by `destroy`.
  virtual void create(LoopBuilder &b) = 0;
  virtual void destroy(LoopBuilder &b) = 0;

  /// Opens a tile: values that its regions share.
  virtual void open(LoopBuilder &b, mlir::Value low, mlir::Value high, mlir::Value bound) = 0;

  virtual void mark(LoopBuilder &b, MarkOp op);
  void markDense(LoopBuilder &b, MarkDenseOp op);
  virtual void accumulate(LoopBuilder &b, AccumulateOp op);
  void accumulateSampled(LoopBuilder &b, AccumulateSampledOp op);
  virtual void accumulateGroups(LoopBuilder &, AccumulateGroupsOp) { llvm_unreachable("no groups"); }
  virtual void accumulateBitmap(LoopBuilder &, AccumulateBitmapOp) { llvm_unreachable("no bitmap"); }

  /// All segments were merged; what was put off is done here.
  virtual void finish(LoopBuilder &b) {}

  /// Empties the tile; all four return the number of entries.
  virtual mlir::Value drain(LoopBuilder &b, mlir::Value coordinates, mlir::Value values,
                            mlir::Value at) = 0;
  /// The same where the order does not matter; kinds that sort override it.
  virtual mlir::Value drainUnordered(LoopBuilder &b, mlir::Value coordinates, mlir::Value values,
                                     mlir::Value at) {
    return drain(b, coordinates, values, at);
  }
  virtual mlir::Value count(LoopBuilder &b) = 0;
  virtual mlir::Value drainAlong(LoopBuilder &b, DrainAlongOp op) = 0;
  virtual mlir::Value countAlong(LoopBuilder &b, CountAlongOp op) = 0;

  /// Of accumulators that a team shares (TeamOps.td). Until the next call of
  /// `row`, coordinates belong to the row of `op`'s view.
  virtual void row(LoopBuilder &, RowOp) { llvm_unreachable("not shared"); }
  /// Emits the loop over this worker's pieces, and moves the body there.
  virtual void deal(LoopBuilder &, DealOp) { llvm_unreachable("not shared"); }
  virtual void meet(LoopBuilder &) { llvm_unreachable("not shared"); }
  virtual void append(LoopBuilder &, AppendOp) { llvm_unreachable("not shared"); }
  /// Between a tile's two regions.
  virtual void accumulated(LoopBuilder &) {}

protected:
  explicit Accumulator(AccumulatorCreateOp op);

  /// Entries of a segment: where they fall and what they are worth.
  struct Segment {
    mlir::Value first, last;
    mlir::Value scale;     ///< null: the multiply does not read it
    bool readsValues;      ///< whether the product depends on p at all
    // With the builder of the place where they are wanted, which may be a later one.
    std::function<mlir::Value(LoopBuilder &b, mlir::Value p)> coordinate;
    /// Null: presence only.
    std::function<mlir::Value(LoopBuilder &b, mlir::Value p, mlir::Value scale)> multiply;

    /// Coordinates may come more than once.
    bool repeated = false;
    /// Merged whether or not the mask wants them.
    bool unmasked = false;
    /// One of its kind in the tile, in no loop over segments.
    bool alone = false;

    mlir::Value product(LoopBuilder &b, mlir::Value p) const { return multiply(b, p, scale); }
  };
  /// Merges all entries of a segment: in groups, then the rest.
  virtual void touchSegment(LoopBuilder &b, const Segment &segment);
  /// Merges `product` (null: presence only) into a coordinate of the tile.
  virtual void touch(LoopBuilder &b, mlir::Value coordinate, mlir::Value product) = 0;
  /// Merges several different coordinates; one after the other unless overridden.
  virtual void touchGroup(LoopBuilder &b, mlir::ValueRange coordinates, mlir::ValueRange products);
  /// How many coordinates `touchGroup` is given at a time.
  virtual int64_t groupSize() const { return 1; }
  /// Adds a leaf bit to a coordinate of the tile.
  virtual void touchMark(LoopBuilder &b, mlir::Value coordinate, int64_t bit) = 0;

  bool masked() const { return formula != nullptr; }
  /// Whether a state lets its coordinate take part (masked only).
  mlir::Value passes(LoopBuilder &b, mlir::Value state);
  mlir::Value byte(LoopBuilder &b, int64_t value) { return b.integer(value, b.getI8Type()); }
  /// 1-D buffer of the runtime.
  mlir::Value allocate(LoopBuilder &b, mlir::Type element, mlir::Value size, bool zeroed);
  /// Values of `size` coordinates, all identity.
  mlir::Value allocateValues(LoopBuilder &b, mlir::Value size);
  mlir::Value identity(LoopBuilder &b) { return semiring.getIdentity(b, element); }

  AccumulatorCreateOp op;
  SemiringEmitter semiring;
  mlir::Type element, index;
  mlir::Value low, high; ///< of the open tile

  /// The multiply of an accumulate op: operator or region.
  template <typename Op> SemiringEmitter multiplierOf(Op op) {
    SemiringEmitter multiply = semiring;
    multiply.semiring = op.getSemiring();
    multiply.swapped = op.getSwapped();
    if (op.getSemiring().isCustom() && !op.getSymbolic())
      multiply.multiplyRegion = &op.getMultiply();
    return multiply;
  }

private:
  template <typename Op> Segment segmentOf(LoopBuilder &b, Op op);

  mlir::Region *formula = nullptr;
};

/// State bits.
inline constexpr int64_t kPresent = -128; ///< 0x80 as i8
inline constexpr int64_t kLeafBits = 0x3f;

/// A target's lowering of a create op; null where it has none for the kind.
using MakeAccumulator = std::unique_ptr<Accumulator> (*)(AccumulatorCreateOp op);

/// Marks the scf.execute_region that a tile has become, for as long as it stands, with the
/// tile's type.
inline constexpr llvm::StringLiteral kTileAttr = "scratch.tile";

/// Lowers every create op of a function where it stands, then every tile opened
/// on it, in place. Needs: `scratch.parallel` is gone, so that every accumulator
/// is the result of its create op.
llvm::LogicalResult lowerAccumulators(mlir::Operation *function, MakeAccumulator make);

/// An open-addressing table in memory that one worker uses; any target.
std::unique_ptr<Accumulator> makeHashAccumulator(AccumulatorCreateOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_ACCUMULATORS_ACCUMULATOR_H
