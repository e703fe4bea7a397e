//===- LaneOps.td - level 2: lanes of vectors -----------------*- tablegen -*-===//
//
// What lanes do beyond upstream's vector ops: spread by a code, looked up in registers,
// intersected, moved. They stay whole until a machine's instructions take them.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_LANE_OPS_TD
#define SCRATCH_LANE_OPS_TD

include "dialects/Scratch/ScratchTypes.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Scratch_LaneCodeEnum
    : I32EnumAttr<"LaneCode", "how a byte tells which lanes hold a value", [
        I32EnumAttrCase<"Bits", 0, "bits">,
        I32EnumAttrCase<"Pairs", 1, "pairs">]> {
  let cppNamespace = "::scratch";
  let genSpecializedAttr = 0;
}
def Scratch_LaneCodeAttr
    : EnumAttr<Scratch_Dialect, Scratch_LaneCodeEnum, "lane_code">;

def Scratch_ExpandLanesOp
    : Scratch_Op<"expand_lanes", [MemoryEffects<[MemRead]>]> {
  let summary = "Packed values, spread over the lanes of a vector";
  let description = [{
    Lane l is the next value of `values` from element `at` on when the code says
    that it holds one, else zero. `bits`: bit l of the code. `pairs`: the code
    holds two nibbles `first | second << 2` with first < second, one per four
    lanes. `bits` reads as many elements as there are lanes whatever the code is,
    `pairs` four.

    (expand_lanes_c1) there is a lane per bit of the code; `pairs` has eight.

    ```mlir
    %v = scratch.expand_lanes %values[%at] by %byte code(bits)
         : memref<?xf32>, i8 -> vector<8xf32>
    ```
  }];
  let arguments = (ins MemRefRankOf<[F32], [1]>:$values, Index:$at, AnyTypeOf<[I8, I16]>:$byte,
                       Scratch_LaneCodeAttr:$code);
  let results = (outs VectorOfLengthAndType<[8, 16], [F32]>:$lanes);
  let assemblyFormat = [{
    $values `[` $at `]` `by` $byte `code` `(` $code `)` attr-dict
    `:` type($values) `,` type($byte) `->` type($lanes)
  }];
  let hasVerifier = 1;
}

def Scratch_TakeLanesOp : Scratch_Op<"take_lanes", [Pure]> {
  let summary = "Elements of a short table by the lanes of an index";
  let description = [{
    Lane l is `table[index[l] mod length of the table]`: a gather from registers. The table is
    two or four times as long as the lanes.

    (take_lanes_c1) lanes fill 512 or 256 bits; (take_lanes_c2) the index has as many, as wide;
    (take_lanes_c3) the table has their type and is two or four times as long.

    ```mlir
    %v = scratch.take_lanes %table[%index] : vector<32xf32>, vector<16xi32> -> vector<16xf32>
    ```
  }];
  let arguments = (ins VectorOfLengthAndType<[16, 32, 64], [F32, F64, I32, I64]>:$table,
                       VectorOfLengthAndType<[8, 16], [I32, I64]>:$index);
  let results = (outs VectorOfLengthAndType<[8, 16], [F32, F64, I32, I64]>:$lanes);
  let assemblyFormat = [{
    $table `[` $index `]` attr-dict `:` type($table) `,` type($index) `->` type($lanes)
  }];
  let hasVerifier = 1;
}

class Scratch_LaneBits<string result>
    : TypesMatchWith<"there is a bit per lane", "these", result,
                     "::mlir::cast<::mlir::VectorType>($_self).clone(::mlir::IntegerType::get($_self.getContext(), 1))">;

def Scratch_IntersectLanesOp : Scratch_Op<"intersect_lanes", [
    Pure, AllTypesMatch<["these", "those"]>, Scratch_LaneBits<"in_these">,
    Scratch_LaneBits<"in_those">]> {
  let summary = "Lanes of two vectors whose numbers both have";
  let description = [{
    A lane's bit is whether any lane of the other vector equals it: two short lists intersected at
    once, as VP2INTERSECT does. Vectors have 512 bits.

    (intersect_lanes_c1) lanes of 32 bits are sixteen, of 64 bits eight.

    ```mlir
    %m, %n = scratch.intersect_lanes %these, %those : vector<16xi32>
    ```
  }];
  let arguments = (ins VectorOfLengthAndType<[8, 16], [I32, I64]>:$these,
                       VectorOfLengthAndType<[8, 16], [I32, I64]>:$those);
  let results = (outs VectorOfLengthAndType<[8, 16], [I1]>:$in_these,
                      VectorOfLengthAndType<[8, 16], [I1]>:$in_those);
  let assemblyFormat = "$these `,` $those attr-dict `:` type($these)";
  let hasVerifier = 1;
}

def Scratch_MoveLanesOp : Scratch_Op<"move_lanes", [Pure, AllTypesMatch<["lanes", "moved"]>,
                                                    AllTypesMatch<["from", "to"]>]> {
  let summary = "Some lanes of a vector, in their order, in other lanes";
  let description = [{
    The k-th lane of the result that has a bit in `to` is the k-th lane of the operand that has
    one in `from`; other lanes are unspecified. Values of two sorted lists meet where
    `scratch.intersect_lanes` says. Vectors have 512 bits.

    (move_lanes_c1) lanes of 32 bits are sixteen, of 64 bits eight, with a bit each.

    ```mlir
    %v = scratch.move_lanes %lanes from %from to %to : vector<8xf64>, vector<8xi1>
    ```
  }];
  let arguments = (ins VectorOfLengthAndType<[8, 16], [F32, F64, I32, I64]>:$lanes,
                       VectorOfLengthAndType<[8, 16], [I1]>:$from,
                       VectorOfLengthAndType<[8, 16], [I1]>:$to);
  let results = (outs VectorOfLengthAndType<[8, 16], [F32, F64, I32, I64]>:$moved);
  let assemblyFormat = "$lanes `from` $from `to` $to attr-dict `:` type($lanes) `,` type($from)";
  let hasVerifier = 1;
}

#endif // SCRATCH_LANE_OPS_TD
