//===- ScratchDialect.td - the scratch dialect ----------------*- tablegen -*-===//
//
// One dialect, two levels: WHAT to compute (kernels on sparse tensors, masks)
// and HOW (loops, accumulators), see README.md.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_DIALECT_TD
#define SCRATCH_DIALECT_TD

include "mlir/IR/OpBase.td"

def Scratch_Dialect : Dialect {
  let name = "scratch";
  let cppNamespace = "::scratch";
  let summary = "Sparse and masked kernels, and the loops that compute them";
  let description = [{
    Level 1 says what to compute: products of sparse matrices over semirings,
    under masks, with epilogues, on tensors with upstream's
    `#sparse_tensor.encoding`. Level 2 says how: row loops with a schedule, and
    accumulators that merge scaled segments. Level 2 knows no machine.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::sparse_tensor::SparseTensorDialect"
  ];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Name of the attribute that holds a kernel's `#scratch.strategy`.
    static constexpr ::llvm::StringLiteral kStrategy = "strategy";
    /// Name of the module attribute that holds `#scratch.target`.
    static constexpr ::llvm::StringLiteral kTarget = "scratch.target";
    /// Marks the functions that callers enter through an argument block.
    static constexpr ::llvm::StringLiteral kEntry = "scratch.entry";
    void registerAttributes();
    void registerTypes();
  }];
}

class Scratch_Op<string mnemonic, list<Trait> traits = []>
    : Op<Scratch_Dialect, mnemonic, traits>;

#endif // SCRATCH_DIALECT_TD
