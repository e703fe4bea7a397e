//===- Rates.cpp - what this machine does at best -------------------------===//
#include "codegen/Bench/Rates.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <omp.h>
#include <sys/mman.h>

using namespace scratch;
using namespace scratch::bench;

/// Calls of which the fastest counts: enough to meet a quiet moment.
static constexpr int kRepeats = 40;
/// Sums in flight: latency times units, with vectors that may be split in two.
static constexpr int64_t kChains = 6;

/// Least time of several calls, in ms; `work` runs on every thread.
template <typename Work> static double leastMs(int threads, int repeats, Work work) {
  double least = 1e300;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    auto start = std::chrono::steady_clock::now();
#pragma omp parallel num_threads(threads)
    work(omp_get_thread_num());
    auto end = std::chrono::steady_clock::now();
    least = std::min(least, std::chrono::duration<double, std::milli>(end - start).count());
  }
  return least;
}

static double copyRate(int threads, int64_t bytes) {
  int64_t each = bytes / 2 / threads;
  std::vector<std::vector<char>> from(threads), to(threads);
#pragma omp parallel num_threads(threads)
  {
    from[omp_get_thread_num()].assign(each, 1);
    to[omp_get_thread_num()].assign(each, 2);
  }
  // Long enough for the clock.
  int64_t passes = std::max<int64_t>(1, (16 << 20) / bytes);
  double ms = leastMs(threads, 5, [&](int thread) {
    for (int64_t pass = 0; pass < passes; ++pass) {
      std::memcpy(to[thread].data(), from[thread].data(), each);
      asm volatile("" ::"r"(to[thread].data()) : "memory");
    }
  });
  return 2.0 * each * threads * passes / ms;
}

/// The scalar step of Gustavson's algorithm where nothing ever misses.
static double mergeRate(int threads) {
  constexpr int64_t kWindow = 512, kProducts = 1 << 20;
  double ms = leastMs(threads, kRepeats, [&](int) {
    double window[kWindow] = {}, values[kWindow];
    int32_t columns[kWindow];
    for (int64_t k = 0; k < kWindow; ++k)
      values[k] = 1, columns[k] = k * 167 % kWindow;
    for (int64_t pass = 0; pass < kProducts / kWindow; ++pass) {
      asm volatile("" ::"r"(columns), "r"(values) : "memory");
      for (int64_t k = 0; k < kWindow; ++k)
        window[columns[k]] += 0.5 * values[k];
    }
    asm volatile("" ::"r"(window) : "memory");
  });
  return double(kProducts) * threads / ms;
}

/// Chains of multiply-adds, in the widest vectors that the machine has.
template <typename Value>
__attribute__((always_inline)) static inline void multiplyAdd(int64_t steps, Value *seed) {
  constexpr int64_t kLanes = 64 / sizeof(Value);
  typedef Value Vector __attribute__((vector_size(64)));
  Vector factor = {}, sums[kChains] = {};
  for (int64_t lane = 0; lane < kLanes; ++lane)
    factor[lane] = seed[lane];
  for (int64_t step = 0; step < steps; ++step)
    for (Vector &sum : sums)
      sum = sum * factor + factor;
  for (const Vector &sum : sums)
    seed[0] += sum[0];
}

#define SCRATCH_WIDEST __attribute__((target_clones("avx512f", "arch=haswell", "default")))
SCRATCH_WIDEST static void multiplyAddDouble(int64_t steps, double *seed) {
  multiplyAdd(steps, seed);
}
SCRATCH_WIDEST static void multiplyAddFloat(int64_t steps, float *seed) {
  multiplyAdd(steps, seed);
}

template <typename Value>
static double laneRate(int threads, void (*work)(int64_t, Value *)) {
  constexpr int64_t kLanes = 64 / sizeof(Value), kSteps = 1 << 16;
  double ms = leastMs(threads, kRepeats, [&](int) {
    Value seed[kLanes] = {};
    work(kSteps, seed);
    asm volatile("" ::"r"(seed) : "memory");
  });
  return double(kChains * kLanes * kSteps) * threads / ms;
}

double bench::addsPerMs() {
  constexpr int64_t kAdds = 1 << 22, kUnrolled = 8;
  double ms = leastMs(1, kRepeats, [](int) {
    int64_t sum = 0;
    for (int64_t n = 0; n < kAdds / kUnrolled; ++n)
      asm volatile("add $1, %0; add $1, %0; add $1, %0; add $1, %0;"
                   "add $1, %0; add $1, %0; add $1, %0; add $1, %0"
                   : "+r"(sum));
  });
  return kAdds / ms;
}

MemoryPrices bench::measureMemory() {
  constexpr int64_t kBytes = 64 << 20, kPage = 4096;
  double touched = 1e300;
  for (int repeat = 0; repeat < 5; ++repeat) {
    void *fresh = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
      break;
    touched = std::min(touched, leastMs(1, 1, [&](int) {
                         for (int64_t at = 0; at < kBytes; at += kPage)
                           static_cast<volatile char *>(fresh)[at] = 1;
                       }));
    munmap(fresh, kBytes);
  }
  // Read plus written: a byte of the copy is two of traffic.
  return {touched / kBytes, 2 / copyRate(1, kBytes)};
}

MachineRates bench::measureRates(int threads) {
  MachineRates rates;
  rates.threads = threads;
  for (int64_t bytes = 16 << 10; bytes <= 512 << 20; bytes *= 8)
    rates.bandwidth.push_back({bytes, copyRate(threads, bytes)});
  rates.mergesPerMs = mergeRate(threads);
  rates.lanesPerMs[0] = laneRate(threads, multiplyAddDouble);
  rates.lanesPerMs[1] = laneRate(threads, multiplyAddFloat);
  omp_pause_resource_all(omp_pause_soft);
  return rates;
}

double MachineRates::bandwidthFor(int64_t bytes) const {
  auto above = std::find_if(bandwidth.begin(), bandwidth.end(),
                            [&](const Level &level) { return level.bytes >= bytes; });
  if (above == bandwidth.end())
    return bandwidth.back().bytesPerMs;
  if (above == bandwidth.begin())
    return above->bytesPerMs;
  // Between two working sets, by their logarithms.
  const Level &below = above[-1];
  double way = std::log(double(bytes) / below.bytes) / std::log(double(above->bytes) / below.bytes);
  return below.bytesPerMs + way * (above->bytesPerMs - below.bytesPerMs);
}
