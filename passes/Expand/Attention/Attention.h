//===- Attention.h - what one attention is expanded with --------*- C++ -*-===//
//
// Stage: expand. See Attention.cpp for the loops.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTION_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTION_H

#include "passes/Expand/Attention/MaskEmitter.h"
#include "passes/Expand/Attention/Merge.h"
#include "passes/Expand/Attention/OperandTiles.h"
#include "passes/Expand/Attention/TileMap.h"
#include "passes/Expand/Attention/Tiles.h"

namespace scratch {

class AttentionExpansion {
public:
  using Value = mlir::Value;
  template <class Callable> using function_ref = llvm::function_ref<Callable>;

  AttentionExpansion(LoopBuilder &b, AttentionOp op, AttentionTiles::Products products)
      : b(b), op(op), tiling(*op.getTiling()),
        tiles(b, tiling, VectorInstructions::of(op), products) {}

  llvm::FailureOr<LoopBuilder::Values> expand();

private:
  /// One task: a block of rows that share a batch and a key head.
  struct Task {
    Value part;                  ///< of the keys
    Value batch, group, keyHead; ///< `group` of query heads
    Value block;                 ///< of the group's rows
    Value firstRow, rows;        ///< of group size x queries
  };

  /// What a worker has for itself.
  struct Worker {
    AttentionTiles::Workspace w;
    Value keys, values; ///< of a tile, see OperandTiles
  };

  Value real(double value) {
    return mlir::arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value remainder(Value a, Value c) { return mlir::arith::RemUIOp::create(b, a, c); }
  Value quotient(Value a, Value c) { return mlir::arith::DivUIOp::create(b, a, c); }
  /// Elements that hold so many entries of a summed dimension.
  Value entries(Value count) {
    if (!tiles.inPairs())
      return count;
    return mlir::arith::CeilDivUIOp::create(b, count, b.index(tiles.perElement()));
  }

  Value paddedValueSize() { return b.roundUp(e.valueSize, tiling.getLanes()); }

  Task taskAt(Value number);
  Value headOf(const Task &task, Value row) {
    return b.add(b.mul(task.group, packed), remainder(b.add(task.firstRow, row), packed));
  }
  Value placeOf(const Task &task, Value row) {
    return quotient(b.add(task.firstRow, row), packed);
  }
  Value queryOf(const Task &task, Value row) {
    return formula.queryOrder.tokenAt(b, task.batch, headOf(task, row), placeOf(task, row));
  }
  Value keyOf(const Task &task, Value place) {
    return formula.keyOrder.tokenAt(b, task.batch, task.group, place);
  }
  /// Of keys and values: of the task's key head, or of its only head where heads have
  /// orders of their own.
  Value listOf(const Task &task) {
    if (formula.keyOrder.perHead)
      return b.add(b.mul(task.batch, e.queryHeads), task.group);
    return b.add(b.mul(task.batch, e.keyHeads), task.keyHead);
  }
  void overKeyTiles(const Task &task,
                    function_ref<void(Value tile, Value count, Value partial)> body);
  void sortTiles();
  Value partition(Value tasks);
  void packQueries(const Task &task, Value buffer);
  void applyScore(const Task &task, Value scores, Value firstKey, Value count);
  void applyMask(const Task &task, ScalarDomain &domain, Value scores, Value firstKey,
                 Value count);
  void openOperands();
  LoopBuilder::Values allocateWorker();
  Worker workerOf(mlir::ValueRange state);
  void run(const Task &task, const Worker &worker);
  void sumTiles(const Task &task, const Worker &worker, Value careful);
  void sumLiveValues(const Task &task, ScalarDomain &domain, const AttentionTiles::Workspace &w,
                     Value firstKey, Value count);
  void finish(const Task &task, const AttentionTiles::Workspace &w);
  void write(const Task &task, const AttentionTiles::Workspace &w, const HeadTensor &target,
             Value logs, Value part);
  void clearResults();
  void openResults();
  Value resultBuffer(unsigned number, llvm::ArrayRef<Value> extents);

  LoopBuilder &b;
  AttentionOp op;
  TilingAttr tiling;
  AttentionTiles tiles;
  MaskFormula formula;
  std::optional<TileMap> map;   ///< without a mask there is none
  HeadTensor query, key, value, result;
  Value logSumExp;
  AttentionExtents e;
  bool single = false;          ///< all keys are in one tile
  Value queryPlaces, keyPlaces; ///< of tokens that are worked on, see TokenOrder.h
  Value packed;  ///< query heads whose rows are in one block
  Value groups, rowsOfGroup, blocksOfGroup; ///< groups = query heads / packed
  AttentionParts parts;         ///< buffers are null where keys stay whole
  OperandTiles keys, values;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_ATTENTION_H
