//===- Passes.td - passes on pruned programs ------------------*- tablegen -*-===//
#ifndef SCRATCH_PASSES_PRUNE_PASSES_TD
#define SCRATCH_PASSES_PRUNE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChoosePackingPass : Pass<"scratch-choose-packing", "::mlir::ModuleOp"> {
  let summary = "Choose a format for the weights of every pruned layer";
  let description = [{
    Weights that are constant, with zeros, or masked by entries, blocks or groups:
    weighs every format of `#scratch.packing` and its kernel, and to stay dense, by
    density and shape, and writes the best on the product (`scratch.packing`). A
    remark of category `scratch-strategy` tells the price of all. Weights that come
    at run time pay for being packed in every call.

    Needs: channels removed (`scratch-propagate-masks`), `#scratch.target`.
  }];
  let options = [
    Option<"force", "force", "std::string", /*default=*/"\"auto\"",
           "Format of all layers: auto, dense, csr, 4x1, 4x4, 2:4, bitmap, delta; a layer that "
           "cannot have it stays dense">,
    Option<"samples", "samples", "int64_t", /*default=*/"32",
           "Samples of a call, where the program leaves them open">,
    Option<"table", "table", "bool", /*default=*/"false",
           "Print prices, term by term, to standard error">
  ];
  let dependentDialects = ["::scratch::ScratchDialect"];
  let statistics = [Statistic<"numDecided", "num-decided", "Layers decided">];
}

def PackWeightsPass : Pass<"scratch-pack-weights", "::mlir::func::FuncOp"> {
  let summary = "Products of pruned weights become products of packed weights";
  let description = [{
    Obeys `scratch.packing` on products. Constant weights are packed at compile
    time; a bias and a relu behind the product go into it.

    BEFORE  %y = linalg.matmul {scratch.packing = #scratch.packing<csr>} ins(%W, %x) outs(%y0)
    AFTER   %y = scratch.packed_matmul <csr>(%positions, %columns, %values), %x into %y0
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::tensor::TensorDialect", "::scratch::ScratchDialect"
  ];
  let statistics = [Statistic<"numPacked", "num-packed", "Products of packed weights">];
}

def PruneBudgetPass : Pass<"scratch-prune-budget", "::mlir::ModuleOp"> {
  let summary = "Set how much every mask keeps, to meet a number of multiply-adds";
  let description = [{
    Sets the share of every `scratch.mask.magnitude`. `global` puts one threshold on
    all scores, each over the mean of its layer, where weights are constants, and
    keeps a unit of every layer at least; where scores are not known, and with
    `uniform`, every layer keeps the same share. Layers without masks count too (a
    bypass, the last layer); what cannot be met is an error that names the least.

    Reports multiply-adds per sample, weights and bytes, before and after, of every
    layer and in total, to standard error.
  }];
  let options = [
    Option<"allocation", "allocation", "std::string", /*default=*/"\"global\"",
           "How layers share the budget: global, uniform">,
    Option<"keep", "keep", "double", /*default=*/"0.5",
           "Multiply-adds that may be left, as a share of the dense program's">,
    Option<"report", "report", "std::string", /*default=*/"\"table\"",
           "What is printed: table, json, none">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
  let statistics = [Statistic<"numSet", "num-set", "Masks whose share was set">];
}

def PropagateMasksPass : Pass<"scratch-propagate-masks", "::mlir::func::FuncOp"> {
  let summary = "Masked channels leave the program: smaller dense operations";
  let description = [{
    A slice of a tensor (a channel, a row, a column) is dead when it holds one
    number that is known, or lies outside a run-time mask and is zero, or is never
    read. Facts come from `scratch.mask.apply` and from the zeros of constant
    weights; they are carried forward and backward through structured operations
    (products, convolutions, biases, activations, scales, sums, pooling),
    reshapes, padding and concatenation. Operations shrink to what lives; constants
    are sliced now, run-time weights gathered once. A dead slice that somebody
    reads in full (a residual sum with a living one, a result) is put back with the
    number it holds. Sums keep their order, so results are those of the masked
    dense program bit by bit, where activations are finite: a product with a masked
    entry is zero.

    BEFORE  %Z = scratch.mask.apply %W, %M    // column 1 of 3 is masked
            %y = linalg.matmul ins(%x, %Z : tensor<?x5xf32>, tensor<5x3xf32>)
            %z = linalg.matmul ins(%y, %V : tensor<?x3xf32>, tensor<3x4xf32>)
    AFTER   %y = linalg.matmul ins(%x, %Wkept : tensor<?x5xf32>, tensor<5x2xf32>)
            %z = linalg.matmul ins(%y, %Vkept : tensor<?x2xf32>, tensor<2x4xf32>)
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect", "::scratch::ScratchDialect"
  ];
  let statistics = [
    Statistic<"numShrunk", "num-shrunk", "Operations with dead slices left out">,
    Statistic<"numGathers", "num-gathers", "Tensors whose living slices are gathered">,
    Statistic<"numScatters", "num-scatters", "Tensors whose dead slices are put back">
  ];
}

#endif // SCRATCH_PASSES_PRUNE_PASSES_TD
