//===- Dma.cpp - The DMA engine --------------------------------------------===//
//
// A transfer is read and checked when its instruction runs, and lands (moves its bytes) at
// once, or, in delayed mode, as late as the program allows: when it is waited for. A
// program that forgets to wait then reads old data. Checking mode lands it at a random
// time in between.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/HostFloat.h"
#include "runtime/piuma/sim/Races.h"
#include "runtime/piuma/sim/System.h"

#include <algorithm>
#include <cstring>

namespace scratch::piuma {

constexpr uint64_t kMaxTransferBytes = uint64_t(1) << 28;

namespace {
/// Moves the bytes of one transfer of one thread.
class Mover {
public:
  Mover(System &system, Thread &t, Transfer &transfer)
      : system(system), t(t), transfer(transfer),
        slot(unsigned(transfer.handle % system.machine.dma_depth)) {}

  /// False: it met a fault (`cause` and `address` tell) or a race.
  bool run() {
    const DmaDescriptor &d = transfer.descriptor;
    if (transfer.fill)
      return fill();
    if (d.kind == 0)
      return copy(d.destination, d.source, d.count);
    for (uint64_t i = 0; i < d.count; ++i)
      if (!element(i))
        return false;
    transfer.elements += d.count;
    return true;
  }

  Cause cause = Cause::None;
  uint64_t address = 0;

private:
  bool fault(Cause c, uint64_t at) {
    cause = c;
    address = at;
    return false;
  }

  void tally(const Place &place, uint64_t bytes) {
    (place.space == Space::Dram ? transfer.dramBytes : transfer.scratchpadBytes) += bytes;
    if (place.home != t.core)
      transfer.remoteBytes += bytes;
    transfer.home = place.home;
  }

  const uint8_t *source(uint64_t at, uint64_t bytes) {
    Place place = system.memory.translate(at, bytes, t.core);
    if (!place.host) {
      fault(Cause::LoadFault, at);
      return nullptr;
    }
    if (system.races) {
      if (!system.races->initialised(place, bytes)) {
        fault(Cause::Uninitialised, at);
        return nullptr;
      }
      if (!system.races->transferRead(t, slot, place, bytes))
        return nullptr;
    }
    tally(place, bytes);
    return place.host;
  }

  uint8_t *destination(uint64_t at, uint64_t bytes, bool atomically = false) {
    Place place = system.memory.translate(at, bytes, t.core);
    if (!place.host) {
      fault(Cause::StoreFault, at);
      return nullptr;
    }
    if (system.races) {
      if (atomically && !system.races->initialised(place, bytes)) {
        fault(Cause::Uninitialised, at);
        return nullptr;
      }
      system.races->initialise(place, bytes);
      if (!system.races->transferWrite(t, slot, place, bytes, atomically))
        return nullptr;
    }
    if (system.reservations)
      system.breakReservations(globalAddress(place), bytes, nullptr);
    tally(place, bytes);
    return place.host;
  }

  bool copy(uint64_t to, uint64_t from, uint64_t bytes) {
    if (bytes == 0)
      return true;
    const uint8_t *in = source(from, bytes);
    uint8_t *out = in ? destination(to, bytes) : nullptr;
    if (!out)
      return false;
    std::memmove(out, in, bytes);
    return true;
  }

  bool fill() {
    const DmaDescriptor &d = transfer.descriptor;
    if (d.count == 0)
      return true;
    uint8_t *out = destination(d.destination, d.count);
    if (!out)
      return false;
    uint64_t whole = d.count / 8 * 8;
    for (uint64_t i = 0; i < whole; i += 8)
      std::memcpy(out + i, &transfer.pattern, 8);
    std::memcpy(out + whole, &transfer.pattern, d.count - whole);
    return true;
  }

  bool element(uint64_t i) {
    const DmaDescriptor &d = transfer.descriptor;
    uint64_t to = d.destination + i * d.destination_stride;
    uint64_t from = d.source + i * d.source_stride;
    if (d.kind == uint8_t(DmaKind::Strided))
      return copy(to, from, d.element_bytes);
    uint64_t index = 0;
    const uint8_t *in = source(d.index + i * d.index_bytes, d.index_bytes);
    if (!in)
      return false;
    std::memcpy(&index, in, d.index_bytes);
    if (d.kind == uint8_t(DmaKind::Gather))
      return copy(to, d.source + index * d.element_bytes, d.element_bytes);
    to = d.destination + index * d.element_bytes;
    if (d.kind == uint8_t(DmaKind::Scatter))
      return copy(to, from, d.element_bytes);
    return add(to, from);
  }

  bool add(uint64_t to, uint64_t from) {
    const DmaDescriptor &d = transfer.descriptor;
    if (to & (d.element_bytes - 1))
      return fault(Cause::StoreMisaligned, to);
    const uint8_t *in = source(from, d.element_bytes);
    uint8_t *out = in ? destination(to, d.element_bytes, /*atomically=*/true) : nullptr;
    if (!out)
      return false;
    uint64_t a = 0, b = 0;
    std::memcpy(&a, out, d.element_bytes);
    std::memcpy(&b, in, d.element_bytes);
    switch (DmaElement(d.element)) {
    case DmaElement::F32:
      a = host::addQuiet<soft::F32>(uint32_t(a), uint32_t(b));
      break;
    case DmaElement::F64:
      a = host::addQuiet<soft::F64>(a, b);
      break;
    default:
      a += b;
    }
    std::memcpy(out, &a, d.element_bytes);
    return true;
  }

  System &system;
  Thread &t;
  Transfer &transfer;
  unsigned slot;
};
} // namespace

/// Whether the fields make sense; see runtime/piuma/isa/README.md.
static bool wellFormed(const Transfer &transfer) {
  const DmaDescriptor &d = transfer.descriptor;
  if (d.kind == 0)
    return d.count <= kMaxTransferBytes;
  if (d.kind > uint8_t(DmaKind::ScatterAdd) || d.zero != 0 || d.element_bytes == 0 ||
      d.element_bytes > 65536 || d.count > kMaxTransferBytes / d.element_bytes)
    return false;
  bool indexed = d.kind != uint8_t(DmaKind::Strided);
  if (indexed ? d.index_bytes != 4 && d.index_bytes != 8 : d.index_bytes != 0)
    return false;
  if (d.kind != uint8_t(DmaKind::ScatterAdd))
    return d.element == 0;
  switch (DmaElement(d.element)) {
  case DmaElement::I32: case DmaElement::F32:
    return d.element_bytes == 4;
  case DmaElement::I64: case DmaElement::F64:
    return d.element_bytes == 8;
  default:
    return false;
  }
}

bool System::land(Thread &t, Transfer &transfer) {
  Mover mover(*this, t, transfer);
  bool moved = mover.run();
  transfer.landed = true;
  Counters &c = t.counters;
  c.dma_elements += transfer.elements;
  c.dma_dram_bytes += transfer.dramBytes;
  c.dma_scratchpad_bytes += transfer.scratchpadBytes;
  if (!moved && mover.cause != Cause::None)
    raise(t, mover.cause, mover.address);
  return moved;
}

bool System::landOne(Thread &t) {
  std::vector<Transfer *> pending;
  for (Transfer &transfer : t.transfers)
    if (!transfer.landed)
      pending.push_back(&transfer);
  return pending.empty() || land(t, *pending[random() % pending.size()]);
}

/// Timing mode: the instruction runs again when the engine is done.
static Outcome blockOn(Thread &t, const Transfer &transfer) {
  t.state = ThreadState::Blocked;
  t.wait = t.waitWas = Wait::DmaWait;
  t.waitKey = transfer.handle;
  return Outcome::Here;
}

Outcome System::startTransfer(Thread &t, Transfer transfer, uint64_t &handle) {
  if (!wellFormed(transfer))
    return raise(t, Cause::BadDescriptor, t.x[t.op->rs1]);
  // One more than the engine holds: the oldest finishes first.
  if (t.transfers.size() >= machine.dma_depth) {
    Transfer &oldest = t.transfers.front();
    if (!oldest.finished)
      return blockOn(t, oldest);
    if (!oldest.landed && !land(t, oldest))
      return Outcome::Here;
    t.transfers.erase(t.transfers.begin());
  }
  ++t.counters.dma_transfers;
  transfer.finished = !timed;
  transfer.handle = handle = t.nextHandle++;
  transfer.pollsLeft = delayedDma ? unsigned(1 + random() % 3) : 0;
  if (races)
    races->startTransfer(t, unsigned(handle % machine.dma_depth));
  t.transfers.push_back(transfer);
  if (!delayedDma && !land(t, t.transfers.back())) {
    t.transfers.pop_back();
    return Outcome::Here;
  }
  return Outcome::Next;
}

Outcome System::waitTransfer(Thread &t, uint64_t handle) {
  if (handle >= t.nextHandle)
    return raise(t, Cause::BadHandle, handle);
  for (Transfer &transfer : t.transfers) {
    if (handle && transfer.handle != handle)
      continue;
    if (!transfer.finished)
      return blockOn(t, transfer);
    if (!transfer.landed && !land(t, transfer))
      return Outcome::Here;
    if (races)
      races->finishTransfer(t, unsigned(transfer.handle % machine.dma_depth));
  }
  if (races && handle) // it may have left the list when the engine was full
    races->finishTransfer(t, unsigned(handle % machine.dma_depth));
  std::erase_if(t.transfers, [&](const Transfer &transfer) {
    return !handle || transfer.handle == handle;
  });
  return Outcome::Next;
}

Outcome System::testTransfer(Thread &t, uint64_t handle, uint64_t &answer) {
  if (handle == 0 || handle >= t.nextHandle)
    return raise(t, Cause::BadHandle, handle);
  answer = 1;
  for (Transfer &transfer : t.transfers) {
    if (transfer.handle != handle)
      continue;
    if (!transfer.finished)
      answer = 0;
    if (!transfer.landed && transfer.pollsLeft) {
      --transfer.pollsLeft;
      answer = 0;
    }
  }
  return answer ? waitTransfer(t, handle) : Outcome::Next;
}

} // namespace scratch::piuma
