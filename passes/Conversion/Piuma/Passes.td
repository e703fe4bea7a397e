//===- Passes.td - stages map and lower on PIUMA --------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_TD
#define SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_TD

include "mlir/Pass/PassBase.td"

def InstructionsPass : Pass<"scratch-piuma-instructions", "::mlir::ModuleOp"> {
  let summary = "Operations of the piuma dialect become instructions of Xpiuma";
  let description = [{
    Every operation but `piuma.spmd` and its terminator becomes inline assembly of
    one instruction, spelled from the table in runtime/piuma/isa. Runs while
    buffers are still memrefs: addresses are plain integers.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect"
  ];
}

def LowerAccumulatorsPiumaPass
    : Pass<"scratch-piuma-lower-accumulators", "::mlir::ModuleOp"> {
  let summary = "Accumulators become tables, private or shared in the scratchpad";
  let description = [{
    Needs: `scratch.parallel` is gone, so that every accumulator is the result of
    its create op.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::sparse_tensor::SparseTensorDialect", "::scratch::piuma::PiumaDialect"
  ];
}

def OutlineSpmdPass : Pass<"scratch-piuma-outline-spmd", "::mlir::ModuleOp"> {
  let summary = "Every `piuma.spmd` becomes a function that all threads are sent into";
  let description = [{
    Needs: the llvm dialect everywhere else.
    BEFORE  piuma.spmd { B(%x, %y) }
    AFTER   %frame = alloca {%x, %y}; call @piuma_fork(@f.spmd.0, %frame)
            with B in @f.spmd.0(%frame)
    Constants are copied instead of captured.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ParallelToSpmdPass : Pass<"scratch-piuma-parallel-to-spmd", "::mlir::ModuleOp"> {
  let summary = "Parallel rows become a region that every thread runs";
  let description = [{
    BEFORE  scratch.parallel chunks(%starts) setup {S} body {B} teardown {T}
    AFTER   piuma.spmd { S; for each of my chunks { B }; T }
    Chunks are dealt as `distribution` says; plain rows are one block per thread.
  }];
  let options = [Option<"distribution", "distribution", "std::string", "\"dynamic\"",
                        "dynamic (a shared counter), cyclic or block">];
  let dependentDialects = [
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::scratch::piuma::PiumaDialect"
  ];
}

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_PASSES_TD
