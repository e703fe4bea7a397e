//===- PriceFile.h - prices of a machine as text ----------------*- C++ -*-===//
//
// Stage: select. Lines `name = cycles`, names of Prices.def; `#` begins a comment.
// `scratch-bench --calibrate` writes such files, `--prices` gives one to a tool,
// which puts what it says on the module: passes open no files.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_STRATEGY_PRICEFILE_H
#define SCRATCH_PASSES_STRATEGY_PRICEFILE_H

#include "passes/Strategy/Machine.h"

#include "mlir/IR/BuiltinAttributes.h"

#include "llvm/Support/Error.h"

namespace scratch {

/// Of a module: a dictionary of prices that differ from the target's model.
inline constexpr llvm::StringLiteral kPricesAttr = "scratch.prices";

/// The member of that name, or null.
double *priceNamed(MachineModel &model, llvm::StringRef name);

llvm::Error readPrices(llvm::StringRef text, MachineModel &model);
/// Prices with their meaning, and what `note` adds; those without a note are left out.
void writePrices(const MachineModel &model, llvm::raw_ostream &out,
                 llvm::function_ref<std::optional<std::string>(llvm::StringRef name)> note);

/// The prices of a file's text as the module's attribute.
llvm::Expected<mlir::DictionaryAttr> parsePrices(mlir::MLIRContext *context, llvm::StringRef text);
/// What the attribute says, if there is one; the text has been read before.
void applyPrices(mlir::DictionaryAttr prices, MachineModel &model);

} // namespace scratch

#endif // SCRATCH_PASSES_STRATEGY_PRICEFILE_H
