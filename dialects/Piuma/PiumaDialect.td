//===- PiumaDialect.td - the piuma dialect --------------------*- tablegen -*-===//
//
// Level 3 on PIUMA: many threads with one address space, scratchpads, remote
// atomics and offload engines, see README.md.
//
//===----------------------------------------------------------------------===//
#ifndef PIUMA_DIALECT_TD
#define PIUMA_DIALECT_TD

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Piuma_Dialect : Dialect {
  let name = "piuma";
  let cppNamespace = "::scratch::piuma";
  let summary = "Threads, scratchpads, remote atomics and engines of PIUMA";
  let description = [{
    One operation per capability of the machine; each but `piuma.spmd` lowers to
    one instruction of Xpiuma (runtime/piuma/isa). PIUMA's own instruction set is
    unpublished: Xpiuma is a documented stand-in.

    Buffers are rank-1 memrefs with the identity layout. Memory space 3 is the
    scratchpad of the executing thread's core; any other buffer is in DRAM.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Memory space of the scratchpad.
    static constexpr unsigned kScratchpadSpace = 3;
  }];
}

class Piuma_Op<string mnemonic, list<Trait> traits = []>
    : Op<Piuma_Dialect, mnemonic, traits>;

class Piuma_Enum<string name, string text, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, text, cases> {
  let cppNamespace = "::scratch::piuma";
  let genSpecializedAttr = 0;
}

def Piuma_IdentityEnum : Piuma_Enum<"Identity", "what a thread knows of its place", [
    I32EnumAttrCase<"Thread", 0, "thread">, I32EnumAttrCase<"Threads", 1, "threads">,
    I32EnumAttrCase<"Core", 2, "core">, I32EnumAttrCase<"Cores", 3, "cores">,
    I32EnumAttrCase<"LocalThread", 4, "local_thread">,
    I32EnumAttrCase<"LocalThreads", 5, "local_threads">]>;

def Piuma_ScopeEnum : Piuma_Enum<"TeamScope", "which threads take part", [
    I32EnumAttrCase<"All", 0, "all">, I32EnumAttrCase<"Core", 1, "core">]>;

def Piuma_CombineEnum : Piuma_Enum<"Combine", "how two values become one", [
    I32EnumAttrCase<"Addi", 0, "addi">, I32EnumAttrCase<"Minsi", 1, "minsi">,
    I32EnumAttrCase<"Maxsi", 2, "maxsi">, I32EnumAttrCase<"Ori", 3, "ori">,
    I32EnumAttrCase<"Andi", 4, "andi">, I32EnumAttrCase<"Addf", 5, "addf">,
    I32EnumAttrCase<"Minf", 6, "minf">, I32EnumAttrCase<"Maxf", 7, "maxf">]>;

class Piuma_EnumAttr<EnumAttrInfo info, string mnemonic>
    : EnumAttr<Piuma_Dialect, info, mnemonic>;
def Piuma_IdentityAttr : Piuma_EnumAttr<Piuma_IdentityEnum, "identity">;
def Piuma_ScopeAttr : Piuma_EnumAttr<Piuma_ScopeEnum, "scope">;
def Piuma_CombineAttr : Piuma_EnumAttr<Piuma_CombineEnum, "combine">;

def Piuma_TransferType : TypeDef<Piuma_Dialect, "Transfer"> {
  let mnemonic = "transfer";
  let summary = "A DMA transfer under way";
}

#endif // PIUMA_DIALECT_TD
