//===- StageOps.td - epilogue stages of products -----------*- tablegen -*-===//
// They stand in the `epilogue` region of a product and work on each row while it is hot.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_STAGE_OPS_TD
#define SCRATCH_STAGE_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Scratch_StageOp<string mnemonic, list<Trait> traits = []>
    : Scratch_Op<mnemonic, !listconcat([
        ParentOneOf<["SpgemmOp", "SpgemmExecuteOp", "SpmmOp", "SpmvOp", "SddmmOp"]>], traits)>;

class Scratch_BodyStageOp<string mnemonic>
    : Scratch_StageOp<mnemonic, [SingleBlockImplicitTerminator<"YieldOp">]>;

def Scratch_MapOp : Scratch_BodyStageOp<"map"> {
  let summary = "Epilogue stage: replace every value of the finished row";
  let description = [{
    The body receives value, row and column and yields the new value.

    ```mlir
    scratch.map { ^bb0(%v: f64, %i: index, %j: index):
      %r = arith.maximumf %v, %zero : f64
      scratch.yield %r : f64
    }
    ```
  }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Scratch_KeepOp : Scratch_BodyStageOp<"keep"> {
  let summary = "Epilogue stage: drop the entries whose body yields false";
  let description = [{
    The body receives value, row and column and yields an i1; `top_k` is the other
    stage that removes entries. Legal where the result is sparse and its pattern is free,
    that is in `scratch.spgemm`.
  }];
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Scratch_ReduceOp : Scratch_BodyStageOp<"reduce"> {
  let summary = "Epilogue stage: fold the finished row to one value";
  let description = [{
    Starts at `identity`; the body receives the value so far and the next entry's
    value and yields their combination. Later stages may read the result, for
    instance to normalise the row. Legal where the result is sparse.

    ```mlir
    %sum = scratch.reduce 0.0 : f64 { ^bb0(%acc: f64, %v: f64):
      %s = arith.addf %acc, %v : f64
      scratch.yield %s : f64
    } -> f64
    ```
  }];
  let arguments = (ins TypedAttrInterface:$identity);
  let results = (outs AnyType:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$identity attr-dict-with-keyword $body `->` type($result)";
  let hasVerifier = 1;
}

def Scratch_TopOrderEnum
    : I32EnumAttr<"TopOrder", "which of two values is kept first", [
        I32EnumAttrCase<"Value", 0, "value">,
        I32EnumAttrCase<"Magnitude", 1, "magnitude">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_TopOrderAttr
    : EnumAttr<Scratch_Dialect, Scratch_TopOrderEnum, "top_order">;

def Scratch_TopKOp : Scratch_StageOp<"top_k"> {
  let summary = "Epilogue stage: keep the largest entries of the row";
  let description = [{
    Keeps the `k` largest entries, by value or by magnitude, in the order of their
    columns; of equals those that come first, a NaN before any number. Rows of at
    most `k` entries stay as they are. Legal where `scratch.keep` is.

    ```mlir
    scratch.top_k %k by magnitude
    ```
  }];
  let arguments = (ins Index:$k, Scratch_TopOrderAttr:$order);
  let assemblyFormat = "$k `by` $order attr-dict";
}

def Scratch_YieldOp : Scratch_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "End of a region of the scratch dialect";
  let arguments = (ins Variadic<AnyType>:$values);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
  let extraClassDeclaration = [{
    /// The yield that ends a block, or null. Verifiers of operations run before
    /// those of their regions: a block may be empty or end in anything.
    static YieldOp endOf(::mlir::Block &block) {
      return block.empty() ? YieldOp() : ::llvm::dyn_cast<YieldOp>(block.back());
    }
  }];
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
}

#endif // SCRATCH_STAGE_OPS_TD
