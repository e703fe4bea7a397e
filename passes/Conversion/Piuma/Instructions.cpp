//===- Instructions.cpp - piuma operations become instructions ------------===//
//
// Stage: lower (PIUMA), first: buffers are still memrefs, addresses are computed
// as integers.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Instruction.h"
#include "passes/Conversion/Piuma/Passes.h"
#include "passes/Emission/RuntimeCalls.h"
#include "runtime/piuma/isa/Machine.h"

#include "llvm/ADT/TypeSwitch.h"

namespace scratch {
#define GEN_PASS_DEF_INSTRUCTIONSPASS
#include "passes/Conversion/Piuma/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;
using namespace scratch::piuma;

static Type elementOf(Value buffer) { return cast<MemRefType>(buffer.getType()).getElementType(); }

static int64_t bytesOf(Type element) {
  return isa<IndexType>(element) ? 8 : element.getIntOrFloatBitWidth() / 8;
}

/// The address of an element, as i64.
static Value addressOf(LoopBuilder &b, Value buffer, Value at) {
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
  if (at) {
    Value offset = b.mul(at, b.index(bytesOf(elementOf(buffer))));
    base = b.add(base, offset);
  }
  return b.cast(base, b.getI64Type());
}

static Value scopeValue(LoopBuilder &b, TeamScope scope) {
  return b.integer(static_cast<int64_t>(scope == TeamScope::All ? Scope::All : Scope::Core),
                   b.getI64Type());
}

/// Rows of the table by combination; `Count` where there is none.
static Insn postedInsn(Combine combine, bool wide) {
  switch (combine) {
  case Combine::Addi:
    return wide ? Insn::r_add_d : Insn::r_add_w;
  case Combine::Minsi:
    return wide ? Insn::r_min_d : Insn::r_min_w;
  case Combine::Maxsi:
    return wide ? Insn::r_max_d : Insn::r_max_w;
  case Combine::Ori:
    return wide ? Insn::r_or_d : Insn::r_or_w;
  case Combine::Andi:
    return wide ? Insn::r_and_d : Insn::r_and_w;
  case Combine::Addf:
    return wide ? Insn::r_faddp_d : Insn::r_faddp_s;
  case Combine::Minf:
    return wide ? Insn::r_fminp_d : Insn::r_fminp_s;
  case Combine::Maxf:
    return wide ? Insn::r_fmaxp_d : Insn::r_fmaxp_s;
  }
  llvm_unreachable("unknown combination");
}

static Insn floatInsn(Combine combine, bool wide) {
  switch (combine) {
  case Combine::Addf:
    return wide ? Insn::r_fadd_d : Insn::r_fadd_s;
  case Combine::Minf:
    return wide ? Insn::r_fmin_d : Insn::r_fmin_s;
  default:
    return wide ? Insn::r_fmax_d : Insn::r_fmax_s;
  }
}

static LLVM::AtomicBinOp integerAtomic(Combine combine) {
  switch (combine) {
  case Combine::Minsi:
    return LLVM::AtomicBinOp::min;
  case Combine::Maxsi:
    return LLVM::AtomicBinOp::max;
  case Combine::Ori:
    return LLVM::AtomicBinOp::_or;
  case Combine::Andi:
    return LLVM::AtomicBinOp::_and;
  default:
    return LLVM::AtomicBinOp::add;
  }
}

static Insn reduceInsn(Combine combine) {
  switch (combine) {
  case Combine::Addi:
    return Insn::c_add_d;
  case Combine::Minsi:
    return Insn::c_min_d;
  case Combine::Maxsi:
    return Insn::c_max_d;
  case Combine::Ori:
    return Insn::c_or_d;
  case Combine::Andi:
    return Insn::c_and_d;
  case Combine::Addf:
    return Insn::c_fadd_d;
  case Combine::Minf:
    return Insn::c_fmin_d;
  case Combine::Maxf:
    return Insn::c_fmax_d;
  }
  llvm_unreachable("unknown combination");
}

static Value lower(LoopBuilder &b, IdentityOp op) {
  static constexpr Insn rows[] = {Insn::p_tid,    Insn::p_nthreads, Insn::p_core,
                                  Insn::p_ncores, Insn::p_ltid,     Insn::p_lthreads};
  Insn insn = rows[static_cast<unsigned>(op.getWhat())];
  return b.toIndex(emitInstruction(b, insn, b.getI64Type(), {}, /*pure=*/true));
}

static Value lower(LoopBuilder &b, BarrierOp op) {
  emitInstruction(b, Insn::p_barrier, Type(),
                  {scopeValue(b, op.getScope()), b.integer(op.getNumber(), b.getI64Type())});
  return {};
}

static Value lower(LoopBuilder &b, piuma::ReduceOp op) {
  return emitInstruction(b, reduceInsn(op.getCombine()), op.getResult().getType(),
                         {scopeValue(b, op.getScope()), op.getValue()});
}

static Value lower(LoopBuilder &b, BroadcastOp op) {
  return emitInstruction(b, Insn::c_bcast_d, b.getI64Type(),
                         {scopeValue(b, op.getScope()), op.getValue()});
}

static Value lower(LoopBuilder &b, ScanOp op) {
  return emitInstruction(b, Insn::c_scan_d, b.getI64Type(),
                         {scopeValue(b, op.getScope()), op.getValue()});
}

static Value lower(LoopBuilder &b, ScratchpadOp op) {
  Value address = b.add(b.cast(op.getOffset(), b.getI64Type()),
                        b.integer(kScratchpadLocal, b.getI64Type()));
  auto pointer = LLVM::LLVMPointerType::get(b.getContext(), PiumaDialect::kScratchpadSpace);
  return bufferAt(b, LLVM::IntToPtrOp::create(b, pointer, address),
                  cast<MemRefType>(op.getBuffer().getType()), {op.getSize()});
}

static Value lower(LoopBuilder &b, LoadOp op) {
  Type type = op.getValue().getType();
  bool wide = bytesOf(type) == 8, real = isa<FloatType>(type);
  Insn insn = real ? (wide ? Insn::r_fld : Insn::r_flw) : (wide ? Insn::r_ld : Insn::r_lw);
  return emitInstruction(b, insn, type, {addressOf(b, op.getBuffer(), op.getAt())});
}

static Value lower(LoopBuilder &b, StoreOp op) {
  Type type = op.getValue().getType();
  bool wide = bytesOf(type) == 8, real = isa<FloatType>(type);
  Insn insn = real ? (wide ? Insn::r_fsd : Insn::r_fsw) : (wide ? Insn::r_sd : Insn::r_sw);
  emitInstruction(b, insn, Type(), {addressOf(b, op.getBuffer(), op.getAt()), op.getValue()});
  return {};
}

static Value lower(LoopBuilder &b, AtomicOp op) {
  Type type = op.getOld().getType();
  Value address = addressOf(b, op.getBuffer(), op.getAt());
  if (isFloating(op.getCombine()))
    return emitInstruction(b, floatInsn(op.getCombine(), bytesOf(type) == 8), type,
                           {address, op.getValue()});
  // The base set's own atomics. No thread-wide fences are asked for: those come
  // with barriers.
  Value pointer = LLVM::IntToPtrOp::create(b, LLVM::LLVMPointerType::get(b.getContext()), address);
  return LLVM::AtomicRMWOp::create(b, integerAtomic(op.getCombine()), pointer, op.getValue(),
                                   LLVM::AtomicOrdering::monotonic);
}

static Value lower(LoopBuilder &b, PostOp op) {
  bool wide = bytesOf(op.getValue().getType()) == 8;
  emitInstruction(b, postedInsn(op.getCombine(), wide), Type(),
                  {addressOf(b, op.getBuffer(), op.getAt()), op.getValue()});
  return {};
}

static Value lower(LoopBuilder &b, CasOp op) {
  bool wide = bytesOf(op.getOld().getType()) == 8;
  return emitInstruction(
      b, wide ? Insn::r_cas_d : Insn::r_cas_w, op.getOld().getType(),
      {addressOf(b, op.getBuffer(), op.getAt()), op.getDesired(), op.getExpected()});
}

static Value lower(LoopBuilder &b, PrefetchOp op) {
  emitInstruction(b, Insn::p_prefetch, Type(), {addressOf(b, op.getBuffer(), op.getAt())});
  return {};
}

/// A transfer's handle, as the transfer that its users take.
static Value asTransfer(LoopBuilder &b, Value handle) {
  return UnrealizedConversionCastOp::create(b, TypeRange{TransferType::get(b.getContext())}, handle)
      .getResult(0);
}

static Value handleOf(LoopBuilder &b, Value transfer) {
  return UnrealizedConversionCastOp::create(b, TypeRange{b.getI64Type()}, transfer).getResult(0);
}

static Value byteCount(LoopBuilder &b, Value buffer, Value count) {
  return b.cast(b.mul(count, b.index(bytesOf(elementOf(buffer)))), b.getI64Type());
}

static Value lower(LoopBuilder &b, DmaCopyOp op) {
  Value handle = emitInstruction(b, Insn::d_copy, b.getI64Type(),
                                 {addressOf(b, op.getTarget(), op.getAt()),
                                  addressOf(b, op.getSource(), op.getFrom()),
                                  byteCount(b, op.getSource(), op.getCount())});
  return asTransfer(b, handle);
}

static Value lower(LoopBuilder &b, DmaFillOp op) {
  Value word = op.getValue();
  if (isa<FloatType>(word.getType()))
    word = arith::BitcastOp::create(b, b.getI64Type(), word);
  Value handle = emitInstruction(
      b, Insn::d_fill, b.getI64Type(),
      {addressOf(b, op.getTarget(), op.getAt()), word, byteCount(b, op.getTarget(), op.getCount())});
  return asTransfer(b, handle);
}

static Value lower(LoopBuilder &b, DmaWaitOp op) {
  Value handle = op.getTransfer() ? handleOf(b, op.getTransfer()) : b.integer(0, b.getI64Type());
  emitInstruction(b, Insn::d_wait, Type(), {handle});
  return {};
}

static Value lower(LoopBuilder &b, DmaTestOp op) {
  Value done =
      emitInstruction(b, Insn::d_test, b.getI64Type(), {handleOf(b, op.getTransfer())});
  return b.notEqual(done, b.integer(0, b.getI64Type()));
}

static Value lower(LoopBuilder &b, QueueInitOp op) {
  emitInstruction(b, Insn::q_init, Type(),
                  {addressOf(b, op.getQueue(), Value()), op.getCapacity()});
  return {};
}

static Value lower(LoopBuilder &b, QueuePushOp op) {
  emitInstruction(b, Insn::q_push, Type(), {addressOf(b, op.getQueue(), Value()), op.getValue()});
  return {};
}

static Value lower(LoopBuilder &b, QueuePopOp op) {
  return emitInstruction(b, op.getPoll() ? Insn::q_trypop : Insn::q_pop, b.getI64Type(),
                         {addressOf(b, op.getQueue(), Value())});
}

static Value lower(LoopBuilder &b, piuma::MarkOp op) {
  emitInstruction(b, Insn::p_mark, Type(), {b.integer(op.getRegion(), b.getI64Type())});
  return {};
}

static Value lower(LoopBuilder &b, ExitOp op) {
  emitInstruction(b, Insn::p_exit, Type(), {op.getCode()});
  return {};
}

namespace {
struct InstructionsPass : scratch::impl::InstructionsPassBase<InstructionsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> todo;
    getOperation().walk([&](Operation *op) {
      if (isa_and_nonnull<PiumaDialect>(op->getDialect()) && !isa<SpmdOp, ReturnOp>(op))
        todo.push_back(op);
    });
    for (Operation *op : todo) {
      LoopBuilder b(op->getLoc(), op);
      Value result =
          llvm::TypeSwitch<Operation *, Value>(op)
              .Case<IdentityOp, BarrierOp, piuma::ReduceOp, BroadcastOp, ScanOp, ScratchpadOp, LoadOp,
                    StoreOp, AtomicOp, PostOp, CasOp, PrefetchOp, DmaCopyOp, DmaFillOp, DmaWaitOp,
                    DmaTestOp, QueueInitOp, QueuePushOp, QueuePopOp, piuma::MarkOp, ExitOp>(
                  [&](auto each) { return lower(b, each); });
      if (result)
        op->getResult(0).replaceAllUsesWith(result);
      op->erase();
    }
  }
};
} // namespace
