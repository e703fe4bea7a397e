//===- BufferOps.td - level 2: buffers, status, the caller ----*- tablegen -*-===//
//
// Memory that the runtime gives or the caller owns, the word that says whether the
// call is still all right, and the caller's record.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_BUFFER_OPS_TD
#define SCRATCH_BUFFER_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_AllocateOp : Scratch_Op<"allocate", [MemoryEffects<[MemWrite]>]> {
  let summary = "Buffer from the runtime";
  let description = [{
    On overflow or exhaustion the status word is set (hence a write) and the buffer must not be
    touched. A `reserved` buffer has the size of an upper bound, which may be
    far more than the machine has: its pages cost memory once written. Any other
    buffer is refused where it exceeds the memory that is left.
  }];
  let arguments = (ins Variadic<Index>:$sizes, UnitAttr:$zeroed, UnitAttr:$reserved);
  let results = (outs Res<AnyMemRef, "", [MemAlloc]>:$buffer);
  let assemblyFormat = [{
    (`zeroed` $zeroed^)? (`reserved` $reserved^)? `(` $sizes `)` attr-dict
    `:` type($buffer)
  }];
}

def Scratch_ReleaseOp : Scratch_Op<"release", [MemoryEffects<[MemFree]>]> {
  let summary = "Give a buffer back to the runtime";
  let arguments = (ins AnyMemRef:$buffer);
  let assemblyFormat = "$buffer attr-dict `:` type($buffer)";
}

def Scratch_TrimOp : Scratch_Op<"trim", [
    MemoryEffects<[MemRead, MemWrite]>, AllTypesMatch<["buffer", "trimmed"]>]> {
  let summary = "Keep the first `size` elements of a buffer";
  let description = [{
    Gives back the memory behind them; the result is the same buffer with its
    new size, the operand must not be used any more.
  }];
  let arguments = (ins AnyMemRef:$buffer, Index:$size);
  let results = (outs AnyMemRef:$trimmed);
  let assemblyFormat = "$buffer `to` $size attr-dict `:` type($buffer)";
}

def Scratch_PiecesOpenOp
    : Scratch_Op<"pieces.open", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Begin a result that workers write piece by piece";
  let description = [{
    `coordinates` and `values` receive `count` pieces, one behind the other in
    ascending order without gaps; how long a piece is shows when it has been
    written. The buffers have room for the bounds of all pieces together, but
    only what the result needs is touched. A result of more than `limit` entries
    (those that its positions can count) is a failure as soon as it is known.

    ```mlir
    %p = scratch.pieces.open %crd, %val count(%chunks) limit(4294967295)
           : memref<?xi32>, memref<?xf64> -> memref<?xi8>
    scratch.parallel ... body {
      %c, %v, %at = scratch.pieces.begin %p[%chunk] room(%bound)
           : memref<?xi8> -> memref<?xi32>, memref<?xf64>
      ... entries written from element %at on ...
      scratch.pieces.end %p[%chunk] entries(%n) : memref<?xi8>
    }
    scratch.pieces.close %p : memref<?xi8>
    ```
  }];
  let arguments = (ins AnyMemRef:$coordinates, AnyMemRef:$values, Index:$count,
                       I64Attr:$limit);
  let results = (outs Res<MemRefRankOf<[I8], [1]>, "", [MemAlloc]>:$pieces);
  let assemblyFormat = [{
    $coordinates `,` $values `count` `(` $count `)` `limit` `(` $limit `)` attr-dict
    `:` type($coordinates) `,` type($values) `->` type($pieces)
  }];
}

def Scratch_PiecesBeginOp
    : Scratch_Op<"pieces.begin", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Where a piece is to be written";
  let description = [{
    Pieces are begun in ascending order and each is ended once. The piece has at
    most `room` entries and is written from element `at` of the buffers on; 64
    bytes behind its last entry may be spoiled. After a failure (see
    `scratch.status`) the buffers must not be touched.
  }];
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces, Index:$number,
                       Index:$room);
  let results = (outs AnyMemRef:$coordinates, AnyMemRef:$values, Index:$at);
  let assemblyFormat = [{
    $pieces `[` $number `]` `room` `(` $room `)` attr-dict
    `:` type($pieces) `->` type($coordinates) `,` type($values)
  }];
}

def Scratch_PiecesEndOp
    : Scratch_Op<"pieces.end", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "A piece has been written and has so many entries";
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces, Index:$number,
                       Index:$entries);
  let assemblyFormat = [{
    $pieces `[` $number `]` `entries` `(` $entries `)` attr-dict
    `:` type($pieces)
  }];
}

def Scratch_PiecesCloseOp : Scratch_Op<"pieces.close", [MemoryEffects<[MemFree]>]> {
  let summary = "All pieces have ended: forget how they were written";
  let arguments = (ins MemRefRankOf<[I8], [1]>:$pieces);
  let assemblyFormat = "$pieces attr-dict `:` type($pieces)";
}

def Scratch_ViewOp : Scratch_Op<"view", [Pure]> {
  let summary = "Memory of the caller, seen as a buffer";
  let arguments = (ins AnyType:$pointer, Variadic<Index>:$sizes);
  let results = (outs AnyMemRef:$buffer);
  let assemblyFormat = [{
    $pointer `(` $sizes `)` attr-dict `:` type($pointer) `->` type($buffer)
  }];
}

def Scratch_StatusOp
    : Scratch_Op<"status", [MemoryEffects<[MemRead]>]> {
  let summary = "Whether the call is still all right";
  let description = [{
    True while no failure was recorded. Loops over rows that depend on a buffer
    are given zero rows after a failure, so that no code path needs to unwind.
  }];
  let results = (outs I1:$ok);
  let assemblyFormat = "attr-dict";
}

def Scratch_FailOp : Scratch_Op<"fail", [MemoryEffects<[MemWrite]>]> {
  let summary = "Record a failure unless a condition holds";
  let description = [{
    When `condition` is false, records status `code` (Status.def) with the text
    `subject`, found and expected. Execution goes on.
  }];
  let arguments = (ins I1:$condition, I32Attr:$code, StrAttr:$subject,
                       Index:$found, Index:$expected);
  let assemblyFormat = [{
    `unless` $condition `code` $code $subject `found` $found
    `expected` $expected attr-dict
  }];
}

def Scratch_RecordOp
    : Scratch_Op<"record", [MemoryEffects<[MemWrite]>]> {
  let summary = "Add to a counter of the caller's record";
  let description = [{
    `field` names a member of `scratch_record`; `lane` its element, for arrays.
    Safe from any worker.
  }];
  let arguments = (ins StrAttr:$field, I64Attr:$lane, Index:$amount);
  let assemblyFormat = "$field `[` $lane `]` $amount attr-dict";
}

#endif // SCRATCH_BUFFER_OPS_TD
