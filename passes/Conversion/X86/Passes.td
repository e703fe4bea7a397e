//===- Passes.td - stage map on x86 ---------------------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_X86_PASSES_TD
#define SCRATCH_PASSES_CONVERSION_X86_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerAccumulatorsX86Pass : Pass<"scratch-x86-lower-accumulators", "::mlir::func::FuncOp"> {
  let summary = "Accumulators and tiles become buffers";
  let description = [{
    Needs: `scratch.parallel` is gone, so that every accumulator is the result of
    its create op. Each kind of Accumulators.def has its own lowering.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
    "::mlir::omp::OpenMPDialect", "::mlir::scf::SCFDialect",
    "::mlir::sparse_tensor::SparseTensorDialect", "::mlir::vector::VectorDialect"
  ];
}

def LowerExpandLanesX86Pass : Pass<"scratch-x86-lower-expand-lanes", "::mlir::ModuleOp"> {
  let summary = "Spreading values over lanes becomes a table look-up and a permute";
  let description = [{
    AVX2 has no expanding load. A table of 256 rows says, for every byte, which
    value each lane takes.

    BEFORE  %v = scratch.expand_lanes %values[%at] by %byte code(bits)
    AFTER   %l = load 8 values;  %i = table[%byte];  %p = vpermps %l, %i
            %v = select %i < 0, 0, %p

    Sixteen lanes are for AVX-512, which expands registers.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect",
    "::mlir::vector::VectorDialect"
  ];
}

def LowerIntersectLanesX86Pass : Pass<"scratch-x86-lower-intersect-lanes", "::mlir::ModuleOp"> {
  let summary = "Short lists are intersected by an instruction";
  let description = [{
    Needs AVX-512 with VP2INTERSECT.

    BEFORE  %m, %n = scratch.intersect_lanes %these, %those : vector<16xi32>
            %v = scratch.move_lanes %w from %n to %m
    AFTER   %m, %n = vp2intersectd %these, %those
            %v = vpexpandd (vpcompressd %w by %n) by %m
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::ub::UBDialect"];
}

def LowerTakeLanesX86Pass : Pass<"scratch-x86-lower-take-lanes", "::mlir::ModuleOp"> {
  let summary = "Short tables are looked up by permutes of two registers";
  let description = [{
    Needs AVX-512.

    BEFORE  %v = scratch.take_lanes %table[%index] : vector<64xf32>, ...
    AFTER   %low = vpermi2ps %t0, %index, %t1;  %high = vpermi2ps %t2, %index, %t3
            %v = select %index & 32, %high, %low
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect", "::mlir::vector::VectorDialect"
  ];
}

def OutlineTilesPass : Pass<"scratch-x86-outline-tiles", "::mlir::ModuleOp"> {
  let summary = "Tiles that compete for registers become functions";
  let description = [{
    Needs: accumulators are lowered; what was a tile is an `scf.execute_region`
    marked `scratch.tile`. Where a function has several, each becomes a private
    function that is never inlined.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect"];
  let statistics = [Statistic<"numOutlined", "num-outlined", "Tiles made functions">];
}

def ParallelToOpenMPPass : Pass<"scratch-x86-parallel-to-openmp", "::mlir::ModuleOp"> {
  let summary = "Parallel rows become an OpenMP team that takes chunks from a counter";
  let description = [{
    BEFORE  scratch.parallel chunks(%starts) setup {S} body {B} teardown {T}
    AFTER   omp.parallel { S; while pieces are left: take a run of them from a counter, B for each; T }
    A single chunk runs without a team.

    BEFORE  scratch.parallel chunks(%starts) team setup {S} body {B} teardown {T}
    AFTER   S; omp.parallel { for every chunk { B } }; T
    All workers are one team. `scratch.prefix_sum` becomes a loop of one worker.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::memref::MemRefDialect", "::mlir::omp::OpenMPDialect"
  ];
}

#endif // SCRATCH_PASSES_CONVERSION_X86_PASSES_TD
