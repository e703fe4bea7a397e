//===- Machine.h - The machine's parameters as a struct, and the memory map -===//
//
// One field per row of Machine.def, and the address map of README.md. Plain header: the
// compiler's cost model and the simulator both include it.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_RUNTIME_PIUMA_ISA_MACHINE_H
#define SCRATCH_RUNTIME_PIUMA_ISA_MACHINE_H

#include <cstdint>

namespace scratch::piuma {

/// Where a parameter's default comes from.
enum class Source { Published, Inferred, Assumed };

struct Machine {
#define PARAMETER(name, value, low, high, unit, source, text) uint64_t name = value;
#include "runtime/piuma/isa/Machine.def"

  uint64_t mtpThreads() const { return mtp_per_core * threads_per_mtp; }
  uint64_t threadsPerCore() const { return mtpThreads() + stp_per_core; }
  uint64_t threads() const { return cores * threadsPerCore(); }
};

// --- Memory map.
/// The scratchpad of the accessing thread's own core.
constexpr uint64_t kScratchpadLocal = 0x4000'0000;
/// DRAM: one space over all cores, `cores * dram_bytes` long.
constexpr uint64_t kDram = 0x8000'0000;
/// The scratchpad of core c, for everyone: kScratchpadGlobal + c * kScratchpadStride.
constexpr uint64_t kScratchpadGlobal = 0x400'0000'0000;
constexpr uint64_t kScratchpadStride = 0x100'0000;
/// Stack of each thread, at the top of DRAM; thread 0's is the highest.
constexpr uint64_t kStackBytes = 64 * 1024;
constexpr uint64_t kStackColours = 64; // lines by which the tops of stacks differ

/// Scopes of barriers and collectives (first operand of p.barrier and c.*).
enum class Scope : uint64_t { All = 0, Core = 1, AllMtp = 2, CoreMtp = 3, Count };

/// Kinds of DMA descriptors (d.desc) and element kinds of scatter-add.
enum class DmaKind : uint8_t { Strided = 1, Gather = 2, Scatter = 3, ScatterAdd = 4 };
enum class DmaElement : uint8_t { Bytes = 0, I32 = 1, I64 = 2, F32 = 3, F64 = 4 };

/// In memory, 8-byte aligned; read when d.desc is executed. See README.md.
struct DmaDescriptor {
  uint8_t kind;
  uint8_t element;
  uint8_t index_bytes; // 4 or 8; 0 for Strided
  uint8_t zero;
  uint32_t element_bytes; // 1 .. 65536
  uint64_t destination;
  uint64_t source;
  uint64_t index;
  uint64_t count;
  uint64_t destination_stride; // bytes; of the side that is not indexed, or both
  uint64_t source_stride;
};
static_assert(sizeof(DmaDescriptor) == 56);

/// In memory, 8-byte aligned, then `capacity` values of 8 bytes; see README.md.
struct QueueHeader {
  uint64_t capacity;
  uint64_t head; // values popped so far
  uint64_t tail; // values pushed so far
  uint64_t closed;
};

/// What the loader tells a program, at its symbol `piuma_launch`.
struct LaunchBlock {
  uint64_t version; // kLaunchVersion
  uint64_t arguments; // guest address of the argument block, or 0
  uint64_t heap_next; // first free byte; allocate with an atomic add
  uint64_t heap_end;
  uint64_t scratchpad_bytes; // of a core
};
constexpr uint64_t kLaunchVersion = 1;

} // namespace scratch::piuma

#endif // SCRATCH_RUNTIME_PIUMA_ISA_MACHINE_H
