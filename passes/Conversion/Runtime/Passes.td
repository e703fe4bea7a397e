//===- Passes.td - stage map, what all targets share ----------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_TD
#define SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_TD

include "mlir/Pass/PassBase.td"

def ServicesToRuntimePass : Pass<"scratch-services-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Buffers, status and records become calls of the runtime";
  let description = [{
    Names and meaning: runtime/abi/RuntimeFunctions.def.
  }];
  let options = [
    Option<"chunkWeight", "chunk-weight", "int64_t", /*default=*/"8192",
           "Least weight of a chunk of rows, about one product each">,
    Option<"mostChunks", "most-chunks", "int64_t", /*default=*/"512",
           "Most chunks that rows are cut into">,
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

def ShortFloatsPass : Pass<"scratch-short-floats", "::mlir::ModuleOp"> {
  let summary = "Of bf16, what upstream's expansions leave to a library";
  let description = [{
    Conversions from f64, with one rounding, and fused multiply-add; conversions from
    f32 where #scratch.target has no instruction for them.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::vector::VectorDialect"
  ];
}

#endif // SCRATCH_PASSES_CONVERSION_RUNTIME_PASSES_TD
