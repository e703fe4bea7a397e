//===- Code.cpp - Decoded code and each thread's profile of it -------------===//
#include "runtime/piuma/sim/Code.h"

#include "runtime/piuma/sim/Decode.h"

#include <algorithm>
#include <cstring>

namespace scratch::piuma {

Code::Code(Memory &memory, const HandlerTable &handlers)
    : memory(memory), table(handlers) {}

Chunk *Code::chunkAt(uint64_t pc) {
  uint64_t number = (pc - kDram) / kChunkBytes;
  if (auto found = byNumber.find(number); found != byNumber.end())
    return found->second;
  uint64_t base = kDram + number * kChunkBytes;
  if (chunks.size() >= kMaxChunks)
    return nullptr;
  auto chunk = std::make_unique_for_overwrite<Chunk>();
  chunk->base = base;
  chunk->index = chunks.size();
  chunk->bytes = memory.dramHost() + number * kChunkBytes;
  for (Op &op : chunk->ops)
    op = {table.decode, 0, 0, 0, 0, 0};
  chunk->ops[kChunkOps].handler = table.nextChunk;
  for (uint16_t &insn : chunk->insn)
    insn = kInsnCount;
  byNumber[number] = chunk.get();
  chunks.push_back(std::move(chunk));
  return chunks.back().get();
}

const Op *Code::resolve(Thread &t, uint64_t pc) {
  if ((pc & 3) || pc - kDram >= memory.dramSize())
    return nullptr;
  if (!t.chunk || pc - t.chunk->base >= kChunkBytes) {
    Chunk *chunk = chunkAt(pc);
    if (!chunk)
      return nullptr;
    t.chunk = chunk;
    if (t.profiles.size() <= chunk->index)
      t.profiles.resize(chunk->index + 1);
    if (!t.profiles[chunk->index]) // two more: the chunk's end, and one after
      t.profiles[chunk->index].reset(
          static_cast<int64_t *>(std::calloc(kChunkOps + 2, sizeof(int64_t))));
    // Biased: the entry of an op is at counts + address of op / 2.
    t.counts = reinterpret_cast<uintptr_t>(t.profiles[chunk->index].get()) -
               reinterpret_cast<uintptr_t>(chunk->ops) / 2;
  }
  return t.chunk->ops + (pc - t.chunk->base) / 4;
}

void Code::decodeOp(Chunk &chunk, const Op *at) {
  size_t index = size_t(at - chunk.ops);
  chunk.first = std::min(chunk.first, index);
  chunk.last = std::max(chunk.last, index);
  Op &op = chunk.ops[index];
  uint32_t word;
  std::memcpy(&word, chunk.bytes + index * 4, 4);
  std::optional<Decoded> d = decode(word);
  if (!d) {
    op.handler = table.illegal;
    return;
  }
  const InsnInfo &row = info(d->insn);
  bool floatResult = std::strchr(row.operands, 'D') != nullptr;
  op.immediate = d->immediate;
  op.rd = d->rd == 0 && !floatResult ? 32 : d->rd;
  op.rs1 = d->rs1;
  op.rs2 = d->rs2;
  op.rs3 = d->rs3;
  op.handler = table.insn[unsigned(d->insn)];
  chunk.insn[index] = uint16_t(d->insn);
  if (row.cls == InsnClass::Csr && (d->immediate == 1 || d->immediate == 3))
    flagsUsed = true;
  if (row.cls != InsnClass::Branch && d->insn != Insn::jal)
    return;
  int64_t target = int64_t(index) + d->immediate / 4;
  if ((d->immediate & 3) || target < 0 || target >= int64_t(kChunkOps))
    op.handler = table.farBranch; // immediate stays in bytes
  else
    op.immediate = d->immediate / 4;
}

void Code::invalidate(std::vector<Thread> &threads) {
  for (Thread &t : threads)
    fold(t);
  for (auto &chunk : chunks)
    for (size_t i = 0; i < kChunkOps; ++i) {
      chunk->ops[i].handler = table.decode;
      chunk->insn[i] = kInsnCount;
    }
}

void Code::fold(Thread &t) {
  for (size_t c = 0; c < t.profiles.size(); ++c) {
    int64_t *profile = t.profiles[c].get();
    if (!profile)
      continue;
    const Chunk &chunk = *chunks[c];
    int64_t times = 0;
    for (size_t i = chunk.first; i <= chunk.last; ++i) {
      times += profile[i];
      if (times && chunk.insn[i] < kInsnCount)
        t.retired[chunk.insn[i]] += uint64_t(times);
    }
    // Runs end one behind the last op at most. Pages never written stay so.
    if (chunk.first <= chunk.last)
      std::memset(profile + chunk.first, 0, (chunk.last + 2 - chunk.first) * sizeof(int64_t));
  }
}

} // namespace scratch::piuma
