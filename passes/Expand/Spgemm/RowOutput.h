//===- RowOutput.h - where a row of a product goes --------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_ROWOUTPUT_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_ROWOUTPUT_H

#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// Elements behind a row that emission may spoil: vectors are written whole.
inline constexpr int64_t kSlack = 64;

/// Entries are written from `at` on, or only counted: then there are no buffers.
struct RowOutput {
  mlir::Value coordinates, values, at;

  bool isNumeric() const { return bool(coordinates); }
  RowOutput from(mlir::Value place) const { return {coordinates, values, place}; }
};

/// A row that has been computed.
struct ComputedRow {
  mlir::Value count;   ///< entries
  mlir::Value variant; ///< number of the accumulator that computed it
  mlir::Value key;     ///< what the next row should know of it
  mlir::Value settled; ///< what further rows of that key take: the variant's number plus
                       ///< one, or zero
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_ROWOUTPUT_H
