//===- Passes.td - passes of the stage expand -----------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_EXPAND_PASSES_TD
#define SCRATCH_PASSES_EXPAND_PASSES_TD

include "mlir/Pass/PassBase.td"

def EntryPointsPass : Pass<"scratch-entry-points", "::mlir::ModuleOp"> {
  let summary = "Give public functions on tensors the C interface";
  let description = [{
    A public function whose arguments and results are matrices in CSR or CSC,
    dense tensors or numbers becomes private, and a function of its name that
    takes an argument block (runtime/abi/scratch.h) takes its place. The new
    function checks what the block holds, borrows the inputs and hands over the
    results. A module with a function `main` without arguments is a program and
    stays as it is.

    BEFORE  func.func @f(%A: tensor<?x?xf64, #CSR>) -> tensor<?x?xf64, #CSR>
    AFTER   func.func @f(%block: !llvm.ptr) -> i32 attributes {scratch.entry}
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::scf::SCFDialect", "::mlir::memref::MemRefDialect"
  ];
}

def ExpandKernelsPass : Pass<"scratch-expand-kernels", "::mlir::func::FuncOp"> {
  let summary = "Kernels become parallel row loops and accumulators";
  let description = [{
    Needs: `#scratch.strategy` on every kernel, `#scratch.tiling` on attention.
    Gives: level 2 on the buffers of the operands; results are assembled from new
    buffers, operands are never written. Results that only other kernels use
    are deallocated after their last use.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect",
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::sparse_tensor::SparseTensorDialect", "::mlir::tensor::TensorDialect",
    "::mlir::vector::VectorDialect", "::mlir::x86vector::X86VectorDialect"
  ];
  let statistics = [Statistic<"numExpanded", "num-expanded", "Kernels expanded">];
}

def GatherEarlyPass : Pass<"scratch-gather-early", "::mlir::func::FuncOp"> {
  let summary = "Gather rows before what is computed of each row by itself";
  let description = [{
    Moves `scratch.gather_rows` above linalg operations whose result's rows depend on
    the same rows of their operands alone, where fewer rows are gathered than there
    are and nobody else wants the others. An attribute `scratch.rewrites` on the
    gather, which `--rewrites` sets, forbids it unless it has `compact`.

    BEFORE  %y = linalg.matmul ins(%x, %w : tensor<64x8xf32>, tensor<8x8xf32>)
            %r = scratch.gather_rows %y[%ids] : tensor<64x8xf32>, tensor<16xi32>
    AFTER   %few = scratch.gather_rows %x[%ids] : tensor<64x8xf32>, tensor<16xi32>
            %r = linalg.matmul ins(%few, %w : tensor<16x8xf32>, tensor<8x8xf32>)
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
}

def LowerTensorsPass : Pass<"scratch-lower-tensors", "::mlir::ModuleOp"> {
  let summary = "No tensors left: upstream's sparsification and bufferization";
  let description = [{
    What no kernel covers goes through upstream's sparsifier (direct code, no
    runtime library); sparse tensors become their buffers, dense tensors are
    bufferized. The order of passes is that of upstream's
    `sparsification-and-bufferization`, with our conversion of
    `scratch.assemble` added to its code generation.
  }];
}

def DenseResultsPass : Pass<"scratch-dense-results", "::mlir::func::FuncOp"> {
  let summary = "Results that are wanted dense start from zeros";
  let description = [{
    Upstream folds the conversion of a sparse result to dense into the operation
    that makes it, and takes over the sparse result's empty start as a dense
    buffer that nobody clears. The folding is done here, with zeros.

    BEFORE  %C = linalg.generic ... outs(%empty : tensor<4x4xf64, #DCSR>)
            %D = sparse_tensor.convert %C : tensor<4x4xf64, #DCSR> to tensor<4x4xf64>
    AFTER   %zeros = linalg.fill ins(%zero) outs(%dense)
            %D = linalg.generic ... outs(%zeros : tensor<4x4xf64>)
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

def SparseCodegenPass : Pass<"scratch-sparse-codegen", "::mlir::ModuleOp"> {
  let summary = "Upstream's sparse-tensor-codegen, and scratch.assemble";
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::sparse_tensor::SparseTensorDialect"
  ];
}

#endif // SCRATCH_PASSES_EXPAND_PASSES_TD
