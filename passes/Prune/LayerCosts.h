//===- LayerCosts.h - what the layers of a program cost ---------*- C++ -*-===//
//
// Stage: import. Multiply-adds, weights and bytes of every product and convolution,
// dense and with dead slices and masked entries left out, per sample (an extent
// that is not known counts once). Layers without masks are counted too: a bypass
// is not free.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PRUNE_LAYERCOSTS_H
#define SCRATCH_PASSES_PRUNE_LAYERCOSTS_H

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace scratch {

struct LayerCost {
  std::string name; ///< function, operation, number of the layer
  double macs = 0, weights = 0, bytes = 0;
  LayerCost &operator+=(const LayerCost &other);
};

/// The layers of a function. `pruned` leaves out what is masked; entries that are
/// masked one by one leave values and 32-bit columns (CSR).
std::vector<LayerCost> layerCosts(mlir::FunctionOpInterface function, bool pruned);

/// The sum, named "total".
LayerCost total(llvm::ArrayRef<LayerCost> layers);

/// Before and after, layer by layer and in total.
void printTable(llvm::raw_ostream &os, llvm::ArrayRef<LayerCost> before,
                llvm::ArrayRef<LayerCost> after);
void printJson(llvm::raw_ostream &os, llvm::ArrayRef<LayerCost> before,
               llvm::ArrayRef<LayerCost> after);

} // namespace scratch

#endif // SCRATCH_PASSES_PRUNE_LAYERCOSTS_H
