//===- Queues.cpp - The queue engine ---------------------------------------===//
//
// A queue is a header and `capacity` values in guest memory (QueueHeader in isa/Machine.h).
// The header is guest data: it is checked at every use.
//===----------------------------------------------------------------------===//
#include "runtime/piuma/sim/Races.h"
#include "runtime/piuma/sim/System.h"

#include <cstring>

namespace scratch::piuma {

constexpr uint64_t kMaxCapacity = uint64_t(1) << 24;

/// The header, or null after a trap. The values are known to be in memory too.
QueueHeader *System::queueAt(Thread &t, uint64_t queue) {
  Place place = memory.translate(queue, sizeof(QueueHeader), t.core);
  if (place.host && !(queue & 7)) {
    auto *header = reinterpret_cast<QueueHeader *>(place.host);
    uint64_t used = header->tail - header->head;
    if (header->capacity && header->capacity <= kMaxCapacity &&
        used <= header->capacity &&
        memory.translate(queue, sizeof(QueueHeader) + header->capacity * 8, t.core).host) {
      t.access.space = place.space; // for the timing model
      t.access.home = place.home;
      t.access.offset = place.offset;
      return header;
    }
  }
  raise(t, Cause::BadQueue, queue);
  return nullptr;
}

void System::wake(Wait wait, uint64_t key) {
  for (Thread &t : threads)
    if (t.state == ThreadState::Blocked && t.wait == wait && t.waitKey == key) {
      t.state = ThreadState::Ready;
      t.wait = Wait::None;
      woken.push_back(t.id);
    }
}

static Outcome block(Thread &t, Wait wait, uint64_t key) {
  t.state = ThreadState::Blocked;
  t.wait = t.waitWas = wait;
  t.waitKey = key;
  return Outcome::Here; // it runs again when woken
}

/// A name of the queue that does not hang on the window used.
static uint64_t keyOf(System &system, Thread &t, uint64_t queue) {
  return globalAddress(system.memory.translate(queue, 8, t.core));
}

static uint64_t *slot(QueueHeader *header, uint64_t position) {
  return reinterpret_cast<uint64_t *>(header + 1) + position % header->capacity;
}

Outcome System::queueInit(Thread &t, uint64_t queue, uint64_t capacity) {
  Place place = memory.translate(queue, sizeof(QueueHeader), t.core);
  if (!place.host || (queue & 7) || capacity == 0 || capacity > kMaxCapacity)
    return raise(t, Cause::BadQueue, queue);
  Place whole = memory.translate(queue, sizeof(QueueHeader) + capacity * 8, t.core);
  if (!whole.host)
    return raise(t, Cause::BadQueue, queue);
  if (races) {
    races->initialise(whole, sizeof(QueueHeader) + capacity * 8);
    races->release(t, globalAddress(place));
  }
  QueueHeader header{capacity, 0, 0, 0};
  std::memcpy(place.host, &header, sizeof(header));
  return Outcome::Next;
}

Outcome System::queuePush(Thread &t, uint64_t queue, uint64_t value, bool *pushed) {
  QueueHeader *header = queueAt(t, queue);
  if (!header)
    return Outcome::Here;
  if (header->closed)
    return raise(t, Cause::BadQueue, queue);
  uint64_t key = keyOf(*this, t, queue);
  if (header->tail - header->head == header->capacity) {
    if (!pushed)
      return block(t, Wait::QueueFull, key);
    *pushed = false;
    return Outcome::Next;
  }
  *slot(header, header->tail++) = value;
  ++t.counters.queue_values;
  if (races)
    races->release(t, key);
  if (pushed)
    *pushed = true;
  wake(Wait::QueueEmpty, key);
  return Outcome::Next;
}

Outcome System::queuePop(Thread &t, uint64_t queue, uint64_t &value, bool blocking) {
  QueueHeader *header = queueAt(t, queue);
  if (!header)
    return Outcome::Here;
  uint64_t key = keyOf(*this, t, queue);
  if (header->tail == header->head) {
    if (blocking && !header->closed)
      return block(t, Wait::QueueEmpty, key);
    value = ~uint64_t(0);
    if (races)
      races->acquire(t, key);
    return Outcome::Next;
  }
  value = *slot(header, header->head++);
  ++t.counters.queue_values;
  if (races)
    races->acquire(t, key);
  wake(Wait::QueueFull, key);
  return Outcome::Next;
}

Outcome System::queueClose(Thread &t, uint64_t queue) {
  QueueHeader *header = queueAt(t, queue);
  if (!header)
    return Outcome::Here;
  header->closed = 1;
  uint64_t key = keyOf(*this, t, queue);
  if (races)
    races->release(t, key);
  wake(Wait::QueueEmpty, key);
  return Outcome::Next;
}

} // namespace scratch::piuma
