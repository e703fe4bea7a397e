//===- Parallel.h - run one function on several threads ------------------===//
#ifndef SCRATCH_IO_PARALLEL_H
#define SCRATCH_IO_PARALLEL_H

#include <atomic>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace scratch::io {

/// Call `body(k)` for k in [0, count), several at a time. Throws bad_alloc when
/// a body ran out of memory; where threads cannot be had, works with fewer.
template <typename Body>
void parallelFor(int threads, size_t count, const Body &body) {
  std::atomic<size_t> next{0};
  std::atomic<bool> exhausted{false};
  auto work = [&]() noexcept {
    try {
      for (size_t k; (k = next.fetch_add(1)) < count;)
        body(k);
    } catch (...) {
      exhausted = true;
      next = count;
    }
  };
  std::vector<std::thread> team;
  team.reserve(static_cast<size_t>(threads));
  try {
    for (size_t k = 1; k < static_cast<size_t>(threads) && k < count; ++k)
      team.emplace_back(work);
  } catch (const std::system_error &) {
  }
  work();
  for (std::thread &each : team)
    each.join();
  if (exhausted)
    throw std::bad_alloc();
}

} // namespace scratch::io
#endif // SCRATCH_IO_PARALLEL_H
