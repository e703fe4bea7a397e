//===- Code.h - Decoded code and each thread's profile of it ---------------===//
//
// Code is decoded in chunks of 64 KiB, op by op, when first executed. Counting costs two
// increments per taken branch: a thread's profile holds, per op, how many straight-line
// runs began there less how many ended just before; the prefix sum over a chunk is how
// often each op ran. All statistics by instruction follow from it.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_SIM_CODE_H
#define SCRATCH_RUNTIME_PIUMA_SIM_CODE_H

#include "runtime/piuma/sim/Thread.h"

namespace scratch::piuma {

constexpr uint64_t kChunkBytes = 64 * 1024;
constexpr size_t kChunkOps = kChunkBytes / 4;
/// More code than this (64 MiB) is an instruction access fault.
constexpr size_t kMaxChunks = 1024;

struct Chunk {
  uint64_t base;  // guest address of ops[0]
  size_t index;   // in Code, and in Thread::profiles
  const uint8_t *bytes; // host address of the code
  size_t first = kChunkOps, last = 0; // no op outside of these was ever reached
  Op ops[kChunkOps + 1]; // the last one leads to the next chunk
  uint16_t insn[kChunkOps]; // the decoded row, or kInsnCount
};

class Code {
public:
  Code(Memory &memory, const HandlerTable &handlers);

  /// The op at `pc`, and makes its chunk `t`'s; null: nothing can be executed there.
  const Op *resolve(Thread &t, uint64_t pc);
  /// Decodes in place the op that `op` points to.
  void decodeOp(Chunk &chunk, const Op *op);
  /// fence.i: folds every profile, then forgets what was decoded.
  void invalidate(std::vector<Thread> &threads);
  /// Moves the thread's profiles into Thread::retired.
  void fold(Thread &t);
  /// Whether some instruction reads or writes the FP flags (then they are tracked).
  bool usesFlags() const { return flagsUsed; }
  void noteFlags() { flagsUsed = true; }
  const std::vector<std::unique_ptr<Chunk>> &all() const { return chunks; }

private:
  Chunk *chunkAt(uint64_t pc);

  Memory &memory;
  const HandlerTable &table;
  std::vector<std::unique_ptr<Chunk>> chunks;
  std::unordered_map<uint64_t, Chunk *> byNumber;
  bool flagsUsed = false;
};

inline uint64_t pcOf(const Chunk &chunk, const Op *op) {
  return chunk.base + uint64_t(op - chunk.ops) * 4;
}

/// The entry of `op` in the profile whose biased address is `counts`.
inline int64_t &countAt(uintptr_t counts, const Op *op) {
  return *reinterpret_cast<int64_t *>(counts + reinterpret_cast<uintptr_t>(op) / 2);
}

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_SIM_CODE_H
