//===- Handlers.cpp - The tables of handlers, and those of no instruction --===//
#include "runtime/piuma/sim/Cpu.h"

namespace scratch::piuma {

template <class Mode> static PIUMA_HANDLER handleIllegal(PIUMA_HANDLER_ARGUMENTS) {
  Cpu<Mode>{t, op, dram, limit, run, left}.illegal();
  endRun(t, op, run, left, counts);
}

template <class Mode> static PIUMA_HANDLER handleDecode(PIUMA_HANDLER_ARGUMENTS) {
  t->system->code.decodeOp(*t->chunk, op);
  [[clang::musttail]] PIUMA_GO(op, run);
}

/// Leaves the chunk: `distance` bytes from `op`, which has run (1) or is the end (0).
static bool leaveChunk(Thread *t, const Op *op, const Op *&run, int64_t &left,
                       uintptr_t &counts, int64_t distance, int64_t executed) {
  uint64_t target = pcOf(*t->chunk, op) + uint64_t(distance);
  left -= op - run + executed;
  --countAt(counts, op + executed);
  t->op = op; // where a fault is reported
  const Op *next = t->system->code.resolve(*t, target);
  if (!next) {
    t->left = left;
    t->system->raise(*t, (target & 3) ? Cause::FetchMisaligned : Cause::FetchFault,
                     target);
    return false;
  }
  counts = t->counts;
  ++countAt(counts, next);
  run = next;
  if (left > 0)
    return true;
  endRun(t, next, next, left, counts);
  return false;
}

template <class Mode> static PIUMA_HANDLER handleNextChunk(PIUMA_HANDLER_ARGUMENTS) {
  if (!leaveChunk(t, op, run, left, counts, 0, 0))
    return;
  [[clang::musttail]] PIUMA_GO(run, run);
}

static bool taken(const Thread &t, const Op *op, uint32_t word) {
  uint64_t a = t.x[op->rs1], b = t.x[op->rs2];
  switch (word >> 12 & 7) {
  case 0:
    return a == b;
  case 1:
    return a != b;
  case 4:
    return int64_t(a) < int64_t(b);
  case 5:
    return int64_t(a) >= int64_t(b);
  case 6:
    return a < b;
  default:
    return a >= b;
  }
}

template <class Mode> static PIUMA_HANDLER handleFarBranch(PIUMA_HANDLER_ARGUMENTS) {
  uint32_t word = wordOf(*t, op);
  bool jump = (word & 0x7f) == 0x6f;
  if (!jump && !taken(*t, op, word))
    [[clang::musttail]] PIUMA_GO(op + 1, run);
  uint64_t target = pcOf(*t->chunk, op) + uint64_t(int64_t(op->immediate));
  if (target & 3) { // the branch itself faults; nothing is written
    Cpu<Mode>{t, op, dram, limit, run, left}.raise(Cause::FetchMisaligned, target);
    return endRun(t, op, run, left, counts);
  }
  if (jump)
    t->x[op->rd] = pcOf(*t->chunk, op) + 4;
  if (!leaveChunk(t, op, run, left, counts, op->immediate, 1))
    return;
  [[clang::musttail]] PIUMA_GO(run, run);
}

template <class Mode> PIUMA_HANDLER handle_jal(PIUMA_HANDLER_ARGUMENTS) {
  t->x[op->rd] = pcOf(*t->chunk, op) + 4;
  const Op *next = op + op->immediate;
  PIUMA_TAKE(next);
}

template <class Mode> PIUMA_HANDLER handle_jalr(PIUMA_HANDLER_ARGUMENTS) {
  uint64_t pc = pcOf(*t->chunk, op);
  uint64_t target = (t->x[op->rs1] + uint64_t(int64_t(op->immediate))) & ~uint64_t(1);
  if (__builtin_expect(target & 2, 0)) {
    Cpu<Mode>{t, op, dram, limit, run, left}.raise(Cause::FetchMisaligned, target);
    return endRun(t, op, run, left, counts);
  }
  t->x[op->rd] = pc + 4;
  uint64_t inside = target - t->chunk->base;
  if (__builtin_expect(inside < kChunkBytes, 1)) {
    const Op *next = t->chunk->ops + inside / 4;
    PIUMA_TAKE(next);
  }
  if (!leaveChunk(t, op, run, left, counts, int64_t(target - pc), 1))
    return;
  [[clang::musttail]] PIUMA_GO(run, run);
}

template <class Mode> const HandlerTable &handlers() {
  static constexpr HandlerTable table = {
      {
#define INSN(id, mnemonic, operands, cls, bytes, enc) &handle_##id<Mode>,
#include "runtime/piuma/isa/Instructions.def"
      },
      &handleIllegal<Mode>,
      &handleDecode<Mode>,
      &handleFarBranch<Mode>,
      &handleNextChunk<Mode>};
  return table;
}

PIUMA_INSTANTIATE(jal)
PIUMA_INSTANTIATE(jalr)
template const HandlerTable &handlers<Functional>();
template const HandlerTable &handlers<Timed>();
template const HandlerTable &handlers<Checked>();

} // namespace scratch::piuma
