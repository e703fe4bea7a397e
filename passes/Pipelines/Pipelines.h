//===- Pipelines.h - the stages, each a pipeline of passes ------*- C++ -*-===//
//
// import -> select -> expand -> map -> lower; `emit` follows in codegen/. Every
// builder is a list of passes and nothing else. A target registers one column.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_PIPELINES_PIPELINES_H
#define SCRATCH_PASSES_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace scratch {

/// What a user may force; "auto" leaves the choice to the cost model.
struct SelectOptions : public mlir::PassPipelineOptions<SelectOptions> {
  Option<std::string> target{*this, "target",
                             llvm::cl::desc("Column of the target, unless the module names one"),
                             llvm::cl::init("x86")};
  Option<std::string> dataflow{*this, "dataflow",
                               llvm::cl::desc("auto, inner, outer, row_wise"),
                               llvm::cl::init("auto")};
  Option<std::string> accumulator{*this, "accumulator",
                                  llvm::cl::desc("auto, or a name of Accumulators.def"),
                                  llvm::cl::init("auto")};
  Option<std::string> packing{*this, "packing",
                              llvm::cl::desc("of pruned weights: auto, dense, csr, 4x1, 4x4, "
                                             "2:4, bitmap, delta"),
                              llvm::cl::init("auto")};
  Option<std::string> phases{*this, "phases", llvm::cl::desc("auto, one, two"),
                             llvm::cl::init("auto")};
  Option<bool> costs{*this, "costs", llvm::cl::desc("Print what every candidate would cost"),
                     llvm::cl::init(false)};
  Option<std::string> rewrites{*this, "rewrites",
                               llvm::cl::desc("of attention: auto, none, or names joined by |"),
                               llvm::cl::init("auto")};
  Option<std::string> schedule{*this, "schedule",
                               llvm::cl::desc("auto, balanced, static, tokens"),
                               llvm::cl::init("auto")};
  Option<std::string> hash{*this, "hash",
                           llvm::cl::desc("auto, multiplicative, high, low"),
                           llvm::cl::init("auto")};
};

/// linalg on sparse encodings becomes scratch kernels; kernels are normalised.
void buildImportPipeline(mlir::OpPassManager &pm);
/// Every kernel carries #scratch.strategy; nothing else changes.
void buildSelectPipeline(mlir::OpPassManager &pm, const SelectOptions &options);
/// Loops, memrefs and accumulators; no tensors left.
void buildExpandPipeline(mlir::OpPassManager &pm);
/// omp + vector + scf; no scratch operation left.
void buildMapX86Pipeline(mlir::OpPassManager &pm);
/// llvm + omp dialects, ready for translation to LLVM IR.
void buildLowerX86Pipeline(mlir::OpPassManager &pm);

/// piuma + scf + memref; no scratch operation left.
void buildMapPiumaPipeline(mlir::OpPassManager &pm);
/// llvm dialect with inline assembly, ready for LLVM's RISC-V back end.
void buildLowerPiumaPipeline(mlir::OpPassManager &pm);

/// Makes each stage (`scratch-import` .. `scratch-lower`) and the whole of each
/// target (`scratch-to-x86`) known to command lines.
void registerPipelines();

} // namespace scratch

#endif // SCRATCH_PASSES_PIPELINES_PIPELINES_H
