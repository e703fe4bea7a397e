//===- ScratchAttrs.td - attributes of the scratch dialect ----*- tablegen -*-===//
#ifndef SCRATCH_ATTRS_TD
#define SCRATCH_ATTRS_TD

include "dialects/Scratch/ScratchDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Scratch_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Scratch_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

//===----------------------------------------------------------------------===//
// Level 1
//===----------------------------------------------------------------------===//

def Scratch_SemiringAttr : Scratch_Attr<"Semiring", "semiring"> {
  let summary = "The add and multiply of a product";
  let description = [{
    A keyword of Semirings.def (`plus_times`, `min_plus`, ...) or `custom`, whose
    operators are regions of the op that carries the attribute. The identity of
    a semiring's add is never taken to be zero, and an entry that equals it is
    still an entry.

    Example: `#scratch.semiring<min_plus>`
  }];
  let parameters = (ins "::scratch::SemiringKind":$kind);
  let hasCustomAssemblyFormat = 1;
  let constBuilderCall = "::scratch::SemiringAttr::get($_builder.getContext(), $0)";
  let extraClassDeclaration = [{
    bool isCustom() const;
    /// The operators of a built-in semiring (not of a custom one).
    SemiringOperator getAdd() const;
    SemiringOperator getMultiply() const;
  }];
}

def Scratch_MaskSourceEnum
    : I32EnumAttr<"MaskSource", "which entries of a tensor are in a mask", [
        I32EnumAttrCase<"Structure", 0, "structure">,
        I32EnumAttrCase<"Value", 1, "value">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_MaskSourceAttr
    : EnumAttr<Scratch_Dialect, Scratch_MaskSourceEnum, "mask_source">;

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

def Scratch_DataflowEnum
    : I32EnumAttr<"Dataflow", "order in which a product walks its operands", [
        I32EnumAttrCase<"RowWise", 0, "row_wise">,
        I32EnumAttrCase<"Inner", 1, "inner">,
        I32EnumAttrCase<"Outer", 2, "outer">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}

def Scratch_PhasesEnum
    : I32EnumAttr<"Phases", "how the size of a sparse result is found", [
        I32EnumAttrCase<"One", 1, "one">,
        I32EnumAttrCase<"Two", 2, "two">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}

def Scratch_ScheduleEnum
    : I32EnumAttr<"Schedule", "how rows are dealt to workers", [
        I32EnumAttrCase<"Balanced", 0, "balanced">,
        I32EnumAttrCase<"Static", 1, "static">,
        I32EnumAttrCase<"Tokens", 2, "tokens">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}

def Scratch_HashFunctionEnum
    : I32EnumAttr<"HashFunction", "where a table's probing begins", [
        I32EnumAttrCase<"Multiplicative", 0, "multiplicative">,
        I32EnumAttrCase<"High", 1, "high">,
        I32EnumAttrCase<"Low", 2, "low">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_HashFunctionAttr
    : EnumAttr<Scratch_Dialect, Scratch_HashFunctionEnum, "hash_function">;
def Scratch_HashFunctionParameter : EnumParameter<Scratch_HashFunctionEnum> {
  let defaultValue = "::scratch::HashFunction::Multiplicative";
}

def Scratch_VariantAttr : Scratch_Attr<"Variant", "variant"> {
  let summary = "One accumulator a row may use, with its predicted cost";
  let description = [{
    `cost` holds the coefficients of a linear form over Features.def, in cycles;
    missing ones are zero. Where a strategy lists several variants, generated
    code takes, row by row, the one whose form is least (the first on a tie).

    Example: `#scratch.variant<dense, cost = [20.0, 2.0, 1.5, 0.1]>`
  }];
  let parameters = (ins
    "::scratch::AccumulatorKind":$accumulator,
    OptionalParameter<"::mlir::DenseF64ArrayAttr">:$cost);
  let assemblyFormat = "`<` $accumulator (`,` `cost` `=` $cost^)? `>`";
}

def Scratch_StrategyAttr : Scratch_Attr<"Strategy", "strategy"> {
  let summary = "How a kernel will be computed";
  let description = [{
    Written by `select`, obeyed by `expand`; the only thing the two share.
    `schedule`: chunks of about equal work (`balanced`), rows by number
    (`static`), pieces of rows by whoever is free (`tokens`). `hashed` concerns
    tables that a team shares: the high or low bits of the column within the
    row's part of the table, or all bits of row and column by multiplication.

    Example:
    ```mlir
    #scratch.strategy<dataflow = row_wise, phases = one, schedule = balanced,
                      variants = [<dense, cost = [1.0]>, <hash, cost = [2.0]>]>
    ```
  }];
  let parameters = (ins
    EnumParameter<Scratch_DataflowEnum>:$dataflow,
    EnumParameter<Scratch_PhasesEnum>:$phases,
    EnumParameter<Scratch_ScheduleEnum>:$schedule,
    Scratch_HashFunctionParameter:$hash,
    OptionalArrayRefParameter<"VariantAttr">:$variants);
  let assemblyFormat = [{
    `<` `dataflow` `=` $dataflow `,` `phases` `=` $phases `,`
        `schedule` `=` $schedule (`hashed` $hash^)?
        (`,` `variants` `=` `[` $variants^ `]`)? `>`
  }];
}

def Scratch_TargetAttr : Scratch_Attr<"Target", "target"> {
  let summary = "The machine that a module is compiled for";
  let description = [{
    Set by the driver, which alone resolves `native`; passes read only this.

    Example: `#scratch.target<kind = "x86", cpu = "znver4", features = "",
    vector_bits = 512>`
  }];
  let parameters = (ins
    StringRefParameter<"name of the target's column">:$kind,
    StringRefParameter<"processor, as LLVM names it">:$cpu,
    StringRefParameter<"LLVM feature string">:$features,
    "unsigned":$vector_bits);
  let assemblyFormat = "`<` struct(params) `>`";
}

#endif // SCRATCH_ATTRS_TD
