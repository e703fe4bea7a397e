//===- PiumaOps.td - operations of the piuma dialect ----------*- tablegen -*-===//
#ifndef PIUMA_OPS_TD
#define PIUMA_OPS_TD

include "dialects/Piuma/PiumaDialect.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Piuma_Word : AnyTypeOf<[I32, I64, F32, F64]>;
def Piuma_Buffer : MemRefRankOf<[I32, I64, F32, F64, Index], [1]>;
def Piuma_Queue : MemRefRankOf<[I64], [1]>;

class Piuma_Engine<string mnemonic, list<Trait> traits = []>
    : Piuma_Op<mnemonic, !listconcat([MemoryEffects<[MemRead, MemWrite]>], traits)>;

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

def Piuma_SpmdOp : Piuma_Op<"spmd", [RecursiveMemoryEffects]> {
  let summary = "A region that every thread of the machine runs";
  let description = [{
    The thread that arrives here starts all others on the region, runs it as
    well, and goes on when all are done. Values from outside are shared. Regions
    do not nest.

    ```mlir
    piuma.spmd {
      %me = piuma.identity thread
      ...
      piuma.return
    }
    ```
  }];
  let regions = (region AnyRegion:$body);
  let assemblyFormat = "attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Piuma_ReturnOp : Piuma_Op<"return", [Pure, Terminator, ReturnLike]> {
  let summary = "End of a `piuma.spmd` region";
  let assemblyFormat = "attr-dict";
}

def Piuma_IdentityOp : Piuma_Op<"identity", [Pure]> {
  let summary = "Number of the thread or of its core, or how many there are";
  let arguments = (ins Piuma_IdentityAttr:$what);
  let results = (outs Index:$value);
  let assemblyFormat = "$what attr-dict";
}

def Piuma_BarrierOp : Piuma_Engine<"barrier"> {
  let summary = "Wait for every thread of the scope";
  let description = [{
    Orders memory: what any of them wrote or posted before is seen after. `number`
    tells apart barriers that may be waited for at the same time (0 to 63).
  }];
  let arguments = (ins Piuma_ScopeAttr:$scope, DefaultValuedAttr<I64Attr, "0">:$number);
  let assemblyFormat = "$scope (`number` $number^)? attr-dict";
  let hasVerifier = 1;
}

def Piuma_ReduceOp : Piuma_Engine<"reduce", [AllTypesMatch<["value", "result"]>]> {
  let summary = "Combine one value of every thread of the scope";
  let description = [{
    Waits for all; all receive the result. Floating sums are in order of threads.
  }];
  let arguments = (ins Piuma_CombineAttr:$combine, Piuma_ScopeAttr:$scope,
                       AnyTypeOf<[I64, F64]>:$value);
  let results = (outs AnyTypeOf<[I64, F64]>:$result);
  let assemblyFormat = "$combine $scope $value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Piuma_BroadcastOp : Piuma_Engine<"broadcast"> {
  let summary = "The value that the scope's first thread brings";
  let description = "Waits for all; the other threads' values are ignored.";
  let arguments = (ins Piuma_ScopeAttr:$scope, I64:$value);
  let results = (outs I64:$result);
  let assemblyFormat = "$scope $value attr-dict";
}

def Piuma_ScanOp : Piuma_Engine<"scan"> {
  let summary = "Sum of the values of the scope's threads before this one";
  let arguments = (ins Piuma_ScopeAttr:$scope, I64:$value);
  let results = (outs I64:$result);
  let assemblyFormat = "$scope $value attr-dict";
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

def Piuma_ScratchpadOp : Piuma_Op<"scratchpad", [Pure]> {
  let summary = "A buffer at a byte offset of the own core's scratchpad";
  let description = [{
    Contents are what earlier users of these bytes left there.

    ```mlir
    %keys = piuma.scratchpad at %offset (%slots) : memref<?xi64, 3>
    ```
  }];
  let arguments = (ins Index:$offset, Index:$size);
  let results = (outs Piuma_Buffer:$buffer);
  let assemblyFormat = "`at` $offset `(` $size `)` attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

def Piuma_LoadOp : Piuma_Engine<"load", [
    TypesMatchWith<"value is an element of the buffer", "buffer", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "Uncached load, synchronised with atomics";
  let arguments = (ins Piuma_Buffer:$buffer, Index:$at);
  let results = (outs Piuma_Word:$value);
  let assemblyFormat = "$buffer `[` $at `]` attr-dict `:` type($buffer)";
}

def Piuma_StoreOp : Piuma_Engine<"store", [
    TypesMatchWith<"value is an element of the buffer", "buffer", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "Uncached store, synchronised with atomics";
  let arguments = (ins Piuma_Word:$value, Piuma_Buffer:$buffer, Index:$at);
  let assemblyFormat = "$value `,` $buffer `[` $at `]` attr-dict `:` type($buffer)";
}

def Piuma_AtomicOp : Piuma_Engine<"atomic", [
    TypesMatchWith<"value is an element of the buffer", "buffer", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "Read, combine and write where the data lives; returns what was there";
  let arguments = (ins Piuma_CombineAttr:$combine, Piuma_Word:$value,
                       Piuma_Buffer:$buffer, Index:$at);
  let results = (outs Piuma_Word:$old);
  let assemblyFormat = [{
    $combine $value `,` $buffer `[` $at `]` attr-dict `:` type($buffer) `->` type($old)
  }];
  let hasVerifier = 1;
}

def Piuma_PostOp : Piuma_Engine<"post", [
    TypesMatchWith<"value is an element of the buffer", "buffer", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "An atomic that nobody waits for";
  let description = [{
    Done at the latest when the thread passes its next barrier.
  }];
  let arguments = (ins Piuma_CombineAttr:$combine, Piuma_Word:$value,
                       Piuma_Buffer:$buffer, Index:$at);
  let assemblyFormat = "$combine $value `,` $buffer `[` $at `]` attr-dict `:` type($buffer)";
  let hasVerifier = 1;
}

def Piuma_CasOp : Piuma_Engine<"cas", [
    TypesMatchWith<"expected is an element of the buffer", "buffer", "expected",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">,
    TypesMatchWith<"desired is an element of the buffer", "buffer", "desired",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">,
    TypesMatchWith<"the result is an element of the buffer", "buffer", "old",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "Store `desired` where `expected` is found; returns what was there";
  let arguments = (ins AnyTypeOf<[I32, I64]>:$expected, AnyTypeOf<[I32, I64]>:$desired,
                       Piuma_Buffer:$buffer, Index:$at);
  let results = (outs AnyTypeOf<[I32, I64]>:$old);
  let assemblyFormat = [{
    $expected `to` $desired `,` $buffer `[` $at `]` attr-dict `:` type($buffer)
  }];
}

def Piuma_PrefetchOp : Piuma_Engine<"prefetch"> {
  let summary = "Bring a buffer's element near; a hint";
  let arguments = (ins Piuma_Buffer:$buffer, Index:$at);
  let assemblyFormat = "$buffer `[` $at `]` attr-dict `:` type($buffer)";
}

//===----------------------------------------------------------------------===//
// Engines
//===----------------------------------------------------------------------===//

def Piuma_DmaCopyOp : Piuma_Engine<"dma.copy"> {
  let summary = "Start copying `count` elements; returns at once";
  let description = [{
    Neither buffer may be touched before `piuma.dma.wait` on the transfer.

    ```mlir
    %t = piuma.dma.copy %row[%c0] to %out[%at], %n : memref<?xf64, 3> to memref<?xf64>
    piuma.dma.wait %t
    ```
  }];
  let arguments = (ins Piuma_Buffer:$source, Index:$from, Piuma_Buffer:$target,
                       Index:$at, Index:$count);
  let results = (outs Piuma_TransferType:$transfer);
  let assemblyFormat = [{
    $source `[` $from `]` `to` $target `[` $at `]` `,` $count attr-dict
    `:` type($source) `to` type($target)
  }];
  let hasVerifier = 1;
}

def Piuma_DmaFillOp : Piuma_Engine<"dma.fill", [
    TypesMatchWith<"value is an element of the buffer", "target", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "Start storing one 8-byte value `count` times; returns at once";
  let arguments = (ins AnyTypeOf<[I64, F64]>:$value, Piuma_Buffer:$target, Index:$at,
                       Index:$count);
  let results = (outs Piuma_TransferType:$transfer);
  let assemblyFormat = [{
    $value `to` $target `[` $at `]` `,` $count attr-dict `:` type($target)
  }];
}

def Piuma_DmaWaitOp : Piuma_Engine<"dma.wait"> {
  let summary = "Wait for a transfer of this thread, or for all of them";
  let arguments = (ins Optional<Piuma_TransferType>:$transfer);
  let assemblyFormat = "($transfer^)? attr-dict";
}

def Piuma_DmaTestOp : Piuma_Engine<"dma.test"> {
  let summary = "Whether a transfer of this thread is done";
  let arguments = (ins Piuma_TransferType:$transfer);
  let results = (outs I1:$done);
  let assemblyFormat = "$transfer attr-dict";
}

def Piuma_QueueInitOp : Piuma_Engine<"queue.init"> {
  let summary = "Make an empty queue of `capacity` values of a buffer";
  let description = "The buffer holds `capacity` + 4 words.";
  let arguments = (ins Piuma_Queue:$queue, I64:$capacity);
  let assemblyFormat = "$queue `,` $capacity attr-dict `:` type($queue)";
}

def Piuma_QueuePushOp : Piuma_Engine<"queue.push"> {
  let summary = "Append a value; waits while the queue is full";
  let arguments = (ins Piuma_Queue:$queue, I64:$value);
  let assemblyFormat = "$value `,` $queue attr-dict `:` type($queue)";
}

def Piuma_QueuePopOp : Piuma_Engine<"queue.pop"> {
  let summary = "Take the first value; waits while the queue is empty";
  let arguments = (ins Piuma_Queue:$queue, UnitAttr:$poll);
  let description = "With `poll`: -1 where the queue is empty.";
  let results = (outs I64:$value);
  let assemblyFormat = "(`poll` $poll^)? $queue attr-dict `:` type($queue)";
}

//===----------------------------------------------------------------------===//
// For tools
//===----------------------------------------------------------------------===//

def Piuma_MarkOp : Piuma_Engine<"mark"> {
  let summary = "A new region of interest begins on this thread";
  let arguments = (ins I64Attr:$region);
  let assemblyFormat = "$region attr-dict";
}

def Piuma_ExitOp : Piuma_Engine<"exit"> {
  let summary = "End the program with a status";
  let arguments = (ins I64:$code);
  let assemblyFormat = "$code attr-dict";
}

#endif // PIUMA_OPS_TD
