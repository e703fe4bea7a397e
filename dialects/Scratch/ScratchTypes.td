//===- ScratchTypes.td - types of the scratch dialect ---------*- tablegen -*-===//
#ifndef SCRATCH_TYPES_TD
#define SCRATCH_TYPES_TD

include "dialects/Scratch/ScratchAttrs.td"

class Scratch_Type<string name, string typeMnemonic>
    : TypeDef<Scratch_Dialect, name> {
  let mnemonic = typeMnemonic;
}

//===----------------------------------------------------------------------===//
// Level 1
//===----------------------------------------------------------------------===//

def Scratch_MaskType : Scratch_Type<"Mask", "mask"> {
  let summary = "A set of index tuples: which entries take part";
  let description = [{
    The one notion of mask for products, pruning and attention. A mask has a
    *domain* (its shape; `?` where unknown), a *granularity* (the unit that is
    in or out as a whole) and a *guarantee* (what holds for every row, so that
    consumers can drop bounds checks). A mask of a product has the product's
    rows and columns; one of attention is queries x keys, with batch, or batch
    and heads, in front where it differs between them.

    Granularities: `element` (default), `block(RxC)`, `row`, `column`,
    `n_m(N:M)` (groups of M along a row). Guarantees: `none` (default),
    `exact(N:M)` (exactly N of each M), `row_nnz(K)` (exactly K per row).

    Examples: `!scratch.mask<?x?>`, `!scratch.mask<64x64, block(4x4)>`,
    `!scratch.mask<?x?, n_m(2:4), exact(2:4)>`
  }];
  let parameters = (ins
    ArrayRefParameter<"int64_t", "domain">:$shape,
    "::scratch::MaskGranularity":$granularity,
    ArrayRefParameter<"int64_t", "sizes of the granularity">:$unit,
    "::scratch::MaskGuarantee":$guarantee,
    ArrayRefParameter<"int64_t", "sizes of the guarantee">:$bound);
  let builders = [
    TypeBuilder<(ins "::llvm::ArrayRef<int64_t>":$shape), [{
      return $_get($_ctxt, shape, MaskGranularity::Element,
                   ::llvm::ArrayRef<int64_t>(), MaskGuarantee::None,
                   ::llvm::ArrayRef<int64_t>());
    }]>
  ];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Level 2
//===----------------------------------------------------------------------===//

def Scratch_AccumulatorType : Scratch_Type<"Accumulator", "accumulator"> {
  let summary = "Storage that merges entries with equal coordinates";
  let description = [{
    Belongs to one worker; used for one tile at a time. `kind` is a keyword of
    Accumulators.def, `index` the type of coordinates, `element` of values.

    Example: `!scratch.accumulator<dense, i32, f64>`
  }];
  let parameters = (ins "::scratch::AccumulatorKind":$kind,
                        "::mlir::Type":$index, "::mlir::Type":$element);
  let assemblyFormat = "`<` $kind `,` $index `,` $element `>`";
}

def Scratch_TileType : Scratch_Type<"Tile", "tile"> {
  let summary = "An accumulator opened for a row range and a column window";
  let parameters = (ins "::scratch::AccumulatorKind":$kind,
                        "::mlir::Type":$index, "::mlir::Type":$element);
  let assemblyFormat = "`<` $kind `,` $index `,` $element `>`";
}

#endif // SCRATCH_TYPES_TD
