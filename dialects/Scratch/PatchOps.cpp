//===- PatchOps.cpp - verifiers of keep-lists and rows --------------------===//
//
// The labels (patch_sample_c1, ...) are those of PatchOps.td.
//
//===----------------------------------------------------------------------===//
#include "dialects/Scratch/Extents.h"
#include "dialects/Scratch/Scratch.h"

using namespace mlir;
using namespace scratch;

LogicalResult PatchSampleOp::verify() {
  RankedTensorType kept = getKept().getType(), places = getPlaces().getType();
  // (patch_sample_c1)
  for (auto [name, type] : {std::pair{"kept", kept}, std::pair{"places", places}})
    if (type.getRank() != 2 || type.getEncoding())
      return emitOpError("expected ")
             << name << " to be a dense tensor of rank 2, found " << type;
  if (!agree(kept.getDimSize(0), places.getDimSize(0)))
    return emitOpError("expected kept and places of the same samples, found ")
           << kept << " and " << places;
  if (!kept.isDynamicDim(1) && !places.isDynamicDim(1) &&
      kept.getDimSize(1) > places.getDimSize(1))
    return emitOpError("cannot keep ")
           << kept.getDimSize(1) << " of " << places.getDimSize(1) << " tokens";
  // (patch_sample_c2)
  size_t unknown = (kept.isDynamicDim(0) && places.isDynamicDim(0)) + kept.isDynamicDim(1) +
                   places.isDynamicDim(1);
  if (getSizes().size() != unknown)
    return emitOpError("expected ") << unknown << " sizes for the unknown extents of " << kept
                                    << " and " << places << ", found " << getSizes().size();
  return success();
}

/// Shapes of a gather: `whole` is batches x rows x size, `picked` what the numbers
/// pick of it.
static LogicalResult verifyRows(Operation *op, StringRef wholeName, RankedTensorType whole,
                                RankedTensorType ids, StringRef pickedName,
                                RankedTensorType picked) {
  for (auto [name, type] : {std::pair{wholeName, whole}, std::pair{pickedName, picked},
                            std::pair{StringRef("ids"), ids}})
    if (type.getEncoding())
      return op->emitOpError("expected ") << name << " to be dense, found " << type;
  if (whole.getRank() < 2)
    return op->emitOpError("expected ")
           << wholeName << " to have rows and a size, found " << whole;
  if (whole.getElementType() != picked.getElementType())
    return op->emitOpError("elements of ") << pickedName << " " << picked << " differ from those of "
                                           << wholeName << " " << whole;
  ArrayRef<int64_t> batches = whole.getShape().drop_back(2);
  bool shared = picked.getRank() == int64_t(batches.size()) + ids.getRank() + 1;
  bool own = picked.getRank() == ids.getRank() + 1 && ids.getRank() >= int64_t(batches.size());
  SmallVector<int64_t> expected;
  if (shared)
    expected.append(batches.begin(), batches.end());
  llvm::append_range(expected, ids.getShape());
  if (own && !shared)
    for (auto [batch, extent] : llvm::zip(batches, expected)) {
      if (!agree(batch, extent))
        return op->emitOpError("expected ids for the batches of ")
               << wholeName << " " << whole << ", found " << ids;
      if (ShapedType::isDynamic(extent))
        extent = batch;
    }
  expected.push_back(whole.getShape().back());
  if ((shared || own) && llvm::all_of(llvm::zip(expected, picked.getShape()), [](auto pair) {
        return agree(std::get<0>(pair), std::get<1>(pair));
      }))
    return success();
  return op->emitOpError("expected ") << pickedName << " to be rows of " << wholeName << " "
                                      << whole << " for each of ids " << ids << ", found "
                                      << picked;
}

// (gather_rows_c1) (gather_rows_c2)
LogicalResult GatherRowsOp::verify() {
  return verifyRows(*this, "source", cast<RankedTensorType>(getSource().getType()),
                    getIds().getType(), "result", cast<RankedTensorType>(getResult().getType()));
}

// (scatter_rows_c1) (scatter_rows_c2)
LogicalResult ScatterRowsOp::verify() {
  auto init = cast<RankedTensorType>(getInit().getType());
  if (getAdd() && !isa<FloatType>(init.getElementType()))
    return emitOpError("adds floats, found ") << init;
  return verifyRows(*this, "init", init, getIds().getType(), "source",
                    cast<RankedTensorType>(getSource().getType()));
}
