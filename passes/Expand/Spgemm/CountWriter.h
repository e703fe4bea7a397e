//===- CountWriter.h - counts in lanes become entries -----------*- C++ -*-===//
//
// Stage: expand. Lane l counts what fell on one column of the mask's row; those that count
// anything are entries of the result, in the order of lanes.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_EXPAND_SPGEMM_COUNTWRITER_H
#define SCRATCH_PASSES_EXPAND_SPGEMM_COUNTWRITER_H

#include "passes/Expand/Spgemm/OpenProduct.h"
#include "passes/Expand/Spgemm/RowOutput.h"

namespace scratch {

class CountWriter {
public:
  /// `coordinates`: the mask's.
  CountWriter(LoopBuilder &b, const OpenProduct &product, mlir::Value coordinates)
      : b(b), product(product), coordinates(coordinates) {}

  /// Counts of the mask's entries from `first` on, `length` of them or all lanes, whose columns are
  /// `wanted`. Returns how many entries they are. Up to 64 bytes behind these are spoiled.
  mlir::Value write(mlir::Value counts, mlir::Value wanted, mlir::Value first, mlir::Value length,
                    const RowOutput &output) const;

private:
  mlir::Value valuesOf(mlir::Value counts, mlir::Value some) const;
  mlir::Value partOf(mlir::Value lanes, int64_t lane, int64_t count) const;
  int64_t lanesAtOnce(mlir::Value values) const;
  bool packs(mlir::VectorType counts) const;
  mlir::Value writePacked(mlir::Value values, mlir::Value wanted, mlir::Value some,
                          const RowOutput &output) const;
  mlir::Value writeSome(mlir::Value values, mlir::Value bits, mlir::Value first,
                        mlir::Value length, const RowOutput &output) const;

  LoopBuilder &b;
  const OpenProduct &product;
  mlir::Value coordinates;
};

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_SPGEMM_COUNTWRITER_H
