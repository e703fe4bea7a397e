//===- DmaTiming.cpp - The DMA engines' share of time ----------------------===//
#include "runtime/piuma/sim/DmaTiming.h"

namespace scratch::piuma {

constexpr uint64_t kStepBytes = 512, kStepElements = 32;

bool DmaTiming::submit(const Thread &t, const Transfer &transfer, uint64_t time,
                       uint64_t &wakeAt) {
  Engine &engine = engines[t.core];
  const DmaDescriptor &d = transfer.descriptor;
  uint64_t dram = transfer.dramBytes;
  if (transfer.elements) { // every element is a burst of its own
    uint64_t least = transfer.elements * machine.dram_burst;
    dram = dram ? std::max(dram, least) : 0;
  }
  bool toDram = transfer.dramBytes && d.destination >= kDram && d.destination < kScratchpadGlobal;
  engine.jobs.push_back({t.id, transfer.handle, time, dram,
                         transfer.dramBytes + transfer.scratchpadBytes, transfer.elements,
                         transfer.dramBytes + transfer.scratchpadBytes,
                         d.kind == uint8_t(DmaKind::ScatterAdd),
                         toDram ? Space::Dram : Space::Scratchpad, transfer.home});
  wakeAt = time + machine.dma_startup;
  return engine.jobs.size() == 1;
}

DmaTiming::Step DmaTiming::step(uint32_t core, uint64_t time) {
  Engine &engine = engines[core];
  Job &job = engine.jobs.front();
  // What this chunk moves: a share of everything in proportion.
  uint64_t chunks = std::max({(job.bytesLeft + kStepBytes - 1) / kStepBytes,
                              (job.elementsLeft + kStepElements - 1) / kStepElements,
                              uint64_t(1)});
  uint64_t dram = job.dramLeft / chunks, bytes = job.bytesLeft / chunks,
           elements = job.elementsLeft / chunks;
  job.dramLeft -= dram;
  job.bytesLeft -= bytes;
  job.elementsLeft -= elements;
  uint64_t service = std::max(bytes * 1000000 / machine.dma_bytes_per_kcycle,
                              elements * 1000000 / machine.dma_elements_per_kcycle);
  engine.busy += service;
  uint64_t done = time + (service + 999) / 1000;
  // A transfer inside one interleave block stays with its owner; longer ones go round.
  bool local = job.bytes <= machine.dram_interleave;
  uint64_t channel = local ? job.home : engine.turn++ % machine.cores;
  done = std::max(done, memory.transfer(channel, time, dram));
  if (job.atomics && elements)
    done = std::max(done, memory.transferAtomics(job.home, job.space, time, elements));
  Step step;
  if (chunks > 1) {
    step.next = std::max(done, time + 1);
    return step;
  }
  step.finished = true;
  step.thread = job.thread;
  step.handle = job.handle;
  step.doneAt = done + (job.bytes ? machine.dram_latency : 0);
  if (record)
    spans.push_back({core, job.thread, job.begin, step.doneAt, job.bytes});
  engine.jobs.pop_front();
  if (!engine.jobs.empty())
    step.next = std::max(done, time + 1) +
                (engine.jobs.front().begin + machine.dma_startup > done
                     ? engine.jobs.front().begin + machine.dma_startup - done
                     : 0);
  return step;
}

} // namespace scratch::piuma
