//===- Inner.h - SpGEMM by dot products -------------------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H

#include "passes/Emission/Semiring.h"
#include "passes/Expand/MaskTree.h"
#include "passes/Expand/Operands.h"

namespace scratch {

/// The expansion of one product; see Inner.cpp, Dots.cpp and Intersect.cpp.
class InnerProduct {
public:
  InnerProduct(LoopBuilder &b, SpgemmOp op)
      : b(b), op(op), semiring(SemiringEmitter::of(op)), resultType(op.getType()),
        columnMajor(isColumnMajor(op.getType())) {
    semiring.swapped = columnMajor;
    semiring.identity = startOf(op.getSemiring(), op.getIdentityAttr(), semiring.element);
  }

  using Values = LoopBuilder::Values;
  /// A column is searched when it is this many times longer than the row.
  static constexpr int64_t kSearchRatio = 32;
  /// Opens the operands and weighs the work, with `compared` only where matrices
  /// look as if it could win. Fails with an error on the op.
  mlir::LogicalResult open(bool compared);
  /// Whether the operands allow a comparison with row-wise: B is stored by rows.
  bool canCompare() const { return turned; }
  /// Whether it takes less than row-wise on these matrices (i1).
  mlir::Value isCheaper();
  /// Positions, coordinates and values of the result.
  Values compute();
  /// Releases what `open` made.
  void close();

private:
  /// The value so far and how many products it is made of.
  struct Dot {
    mlir::Value value, products;
  };

  mlir::LogicalResult openSample();
  void checkCells();
  mlir::Value cellsOfRows(mlir::Value first, mlir::Value last);
  mlir::Value weightOfRow(mlir::Value row);
  void weighRows();
  mlir::Value rowWiseWork();
  mlir::Value entriesOfRight();
  mlir::Value product(mlir::Value left, mlir::Value right) {
    mlir::Value a = semiring.readsLeft() ? b.load(lhs.values, left) : mlir::Value();
    mlir::Value x = semiring.readsRight() ? b.load(rhs.values, right) : mlir::Value();
    return semiring.multiply(b, a, x, semiring.element);
  }
  bool stopsEarly() const;
  mlir::Value isFinal(mlir::Value value, mlir::Value products);
  Dot probe(mlir::Value from, mlir::Value to, mlir::Value highest);
  Dot probeUntilFinal(mlir::Value from, mlir::Value to, mlir::Value highest);
  Dot search(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);
  Dot searchEach(mlir::Value walked, mlir::Value first, mlir::Value last, mlir::Value searched,
                 mlir::Value from, mlir::Value to,
                 llvm::function_ref<Dot(const Dot &so, mlir::Value at, mlir::Value place)> add);
  Dot searchRow(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);
  Dot probeOrSearch(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to,
                    mlir::Value highest);

  int64_t blockLength() const;
  bool isCount() const;
  mlir::Value sumOfOnes(mlir::Value count);
  Dot addProduct(const Dot &so, mlir::Value p, mlir::Value q);
  mlir::Value mayChange(const Dot &so);
  Dot merge(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);
  std::pair<mlir::Value, mlir::Value> loadBlock(mlir::Value p, mlir::Value length);
  mlir::Value meets(mlir::Value block, mlir::Value q);
  mlir::Value reaches(mlir::Value q, mlir::Value to, mlir::Value highest);
  Values forBlocks(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to,
                   mlir::ValueRange carried,
                   llvm::function_ref<mlir::Value(mlir::ValueRange)> goesOn,
                   llvm::function_ref<Values(mlir::Value block, mlir::Value p, mlir::Value from,
                                             mlir::Value highest, mlir::ValueRange)>
                       body);
  Dot countMeeting(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);
  Dot mergeBlocks(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);
  Dot intersect(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to);

  /// What the table holds: places, or presence where no value of A is read.
  mlir::Type tableElement();
  mlir::Value sampleRows();
  mlir::Value sampleColumns();
  mlir::Value countInner();
  mlir::Value mayTabulate();
  mlir::Value isTabulated(mlir::Value first, mlir::Value last);
  Dot dotWith(mlir::Value first, mlir::Value last, mlir::Value from, mlir::Value to,
              mlir::Value highest);
  mlir::Value computeRow(mlir::Value row, mlir::Value at);
  mlir::Value identity() { return semiring.getIdentity(b, semiring.element); }

  LoopBuilder &b;
  SpgemmOp op;
  SemiringEmitter semiring;
  mlir::RankedTensorType resultType;
  bool columnMajor;
  MaskTree mask;
  SparseOperand lhs, rhs;               ///< rows of A, columns of B
  std::optional<SparseOperand> sample;  ///< rows of the mask; without one, every cell
  mlir::Value columns;                  ///< of the result
  mlir::Value table;                    ///< per inner index: 1 + place in A's row, 0 for none
  bool turned = false;            ///< B is stored by rows
  mlir::Value columnPositions;          ///< of B, one place late, where it is turned
  mlir::Value weights, total;
  mlir::Value likely; ///< worth weighing (i1)
  mlir::Value rowFirst; ///< first entry of A's row
  mlir::Value innerIndices; ///< for which B has entries, at most
  mlir::Value tabulated; ///< A's row is in the table (i1)
  mlir::Value coordinates, values;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_INNER_H
