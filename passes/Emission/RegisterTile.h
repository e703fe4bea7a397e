//===- RegisterTile.h - one step of a tile of sums in registers -*- C++ -*-===//
//
// The inner loop of every dense product here: `a` has one value per row of the
// tile, `c` one vector per column group, and all their products are added to the
// sums, row by row. What surrounds a step (where `a` and `c` come from, where sums
// go) is the caller's; attention, packed weights and dense products share this.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EMISSION_REGISTERTILE_H
#define SCRATCH_PASSES_EMISSION_REGISTERTILE_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// a * c + sum, of vectors or scalars of floats; may be contracted.
mlir::Value multiplyAdd(LoopBuilder &b, mlir::Value a, mlir::Value c, mlir::Value sum);

/// A scalar in all lanes of a vector type; itself where `type` is a scalar's.
mlir::Value spread(LoopBuilder &b, mlir::Value scalar, mlir::Type type);

/// The sum of a vector's lanes, by halves.
mlir::Value sumLanes(LoopBuilder &b, mlir::Value vector);

using ProductEmitter =
    llvm::function_ref<mlir::Value(mlir::Value a, mlir::Value c, mlir::Value sum)>;

/// sums[r * |c| + v] + rowValue(r) * c[v] for `height` rows, in this order.
LoopBuilder::Values stepTile(LoopBuilder &b, int64_t height, mlir::ValueRange c,
                             mlir::ValueRange sums,
                             llvm::function_ref<mlir::Value(int64_t row)> rowValue,
                             ProductEmitter product);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_REGISTERTILE_H
