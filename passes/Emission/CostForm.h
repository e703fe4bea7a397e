//===- CostForm.h - a predicted cost, evaluated by generated code -*- C++ -*-===//
#ifndef SCRATCH_PASSES_EMISSION_COSTFORM_H
#define SCRATCH_PASSES_EMISSION_COSTFORM_H

#include "dialects/Scratch/Scratch.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {

/// A linear form over Features.def, in cycles (f64). `amountOf` gives a feature's amount;
/// one that is not known (null) costs nothing.
mlir::Value emitCost(LoopBuilder &b, llvm::ArrayRef<double> coefficients,
                     llvm::function_ref<mlir::Value(CostFeature)> amountOf);

/// The coefficients of a variant; none where it has no form.
llvm::ArrayRef<double> costFormOf(VariantAttr variant);

} // namespace scratch

#endif // SCRATCH_PASSES_EMISSION_COSTFORM_H
