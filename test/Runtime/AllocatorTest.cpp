//===- AllocatorTest.cpp - the runtime's memory --------------------------===//
#include "runtime/abi/scratch.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <thread>
#include <vector>

static const int64_t sizes[] = {0,      1,      64,     65,      4096,
                                100000, 262143, 262144, 1000000, 5000000};

TEST(Allocator, AlignsEverySizeAndItsBytesAreUsable) {
  for (int64_t size : sizes) {
    void *memory = scratch_rt_allocate(size, 1);
    ASSERT_NE(memory, nullptr) << size;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0u) << size;
    std::memset(memory, 0xab, static_cast<size_t>(size));
    scratch_rt_release(memory);
  }
}

TEST(Allocator, ReusesReleasedMemory) {
  for (int64_t size : {1000, 3 << 20}) {
    void *first = scratch_rt_allocate(size, 1);
    scratch_rt_release(first);
    void *second = scratch_rt_allocate(size, 1);
    EXPECT_EQ(first, second) << size;
    scratch_rt_release(second);
  }
}

TEST(Allocator, ZeroedMemoryIsZeroWhenReused) {
  for (int64_t size : {100, 100000, 1 << 20, 40 << 20}) {
    void *dirty = scratch_rt_allocate(size, 1);
    std::memset(dirty, 0xff, static_cast<size_t>(size));
    scratch_rt_release(dirty);
    auto *clean =
        static_cast<unsigned char *>(scratch_rt_allocate_zero(size, 1));
    ASSERT_NE(clean, nullptr);
    for (int64_t k = 0; k < size; ++k)
      ASSERT_EQ(clean[k], 0) << "byte " << k << " of " << size;
    scratch_rt_release(clean);
  }
}

TEST(Allocator, TrimmedBlockIsReusedAtFullCapacity) {
  const int64_t size = 8 << 20;
  auto *block = static_cast<unsigned char *>(scratch_rt_allocate(size, 1));
  std::memset(block, 1, size);
  scratch_rt_trim(block, 10, 1);
  EXPECT_EQ(block[9], 1);
  EXPECT_EQ(block[size - 1], 0); // its page went back
  scratch_rt_release(block);
  auto *again = static_cast<unsigned char *>(scratch_rt_allocate_zero(size, 1));
  EXPECT_EQ(again, block);
  EXPECT_EQ(again[5], 0);
  std::memset(again, 2, size);
  scratch_rt_release(again);
}

TEST(Allocator, PeakCountsWhatIsHeldAfterATrim) {
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  void *block = scratch_rt_allocate(16 << 20, 1);
  EXPECT_GE(scratch_peak_bytes() - before, 16 << 20);
  scratch_rt_trim(block, 4096, 1);
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes() - before, 4096);
  scratch_rt_release(block);
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before);
}

TEST(Allocator, SlotsOfAThreadThatEndedAreUsedAgain) {
  const int64_t size = 40000; // a class that a thread keeps two slots of
  std::vector<void *> theirs;
  std::thread([&] {
    for (int k = 0; k < 2; ++k)
      theirs.push_back(scratch_rt_allocate(size, 1));
    for (void *memory : theirs)
      scratch_rt_release(memory);
  }).join();
  std::vector<void *> ours;
  size_t met = 0;
  while (met < theirs.size() && ours.size() < 1000) {
    ours.push_back(scratch_rt_allocate(size, 1));
    met += std::count(theirs.begin(), theirs.end(), ours.back());
  }
  EXPECT_EQ(met, theirs.size());
  for (void *memory : ours)
    scratch_rt_release(memory);
}

TEST(Allocator, WhatIsKeptForReuseCanBeGivenBack) {
  const int64_t size = 3 << 20;
  auto *first = static_cast<unsigned char *>(scratch_rt_allocate(size, 1));
  std::memset(first, 7, size);
  auto *live = static_cast<unsigned char *>(scratch_rt_allocate(size, 1));
  std::memset(live, 7, size);
  scratch_rt_release(first);
  scratch_release_kept();
  scratch_release_kept(); // there is nothing left
  EXPECT_EQ(live[size - 1], 7);
  auto *fresh = static_cast<unsigned char *>(scratch_rt_allocate(size, 1));
  EXPECT_EQ(fresh[0], 0); // as the system gives it: nothing had been kept
  scratch_rt_release(fresh);
  scratch_rt_release(live);
}

TEST(Allocator, LargeReservationsCostNothingUntilWritten) {
  void *block = scratch_rt_reserve(int64_t(1) << 34, 4); // 64 GiB
  ASSERT_NE(block, nullptr) << scratch_last_error();
  static_cast<char *>(block)[0] = 1;
  scratch_rt_release(block);
}

TEST(Allocator, OverflowIsAStatusNotAWrappedSize) {
  scratch_arguments block = {SCRATCH_ABI_VERSION, 0, 1, 0, nullptr};
  scratch_rt_enter(&block);
  EXPECT_EQ(scratch_rt_allocate(INT64_MAX / 4, 8), nullptr);
  EXPECT_EQ(*scratch_rt_status(), SCRATCH_OUT_OF_MEMORY);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OUT_OF_MEMORY);
  EXPECT_STREQ(scratch_last_error(),
               "allocation: found 2305843009213693951 elements of 8 bytes, "
               "expected at most 9223372036854775807 bytes in all");
}

TEST(Allocator, MoreThanTheMachineHasIsAStatus) {
  EXPECT_EQ(scratch_rt_allocate(int64_t(1) << 46, 1), nullptr); // 64 TiB
  std::string text = scratch_last_error();
  EXPECT_EQ(text.find("allocation: found "), 0u) << text;
  EXPECT_NE(text.find("bytes of memory left, expected 70368744177664"),
            std::string::npos)
      << text;
  *scratch_rt_status() = 0;
}

TEST(Allocator, ExhaustionIsAStatus) {
  EXPECT_EQ(scratch_rt_reserve(int64_t(1) << 60, 1), nullptr);
  EXPECT_STREQ(scratch_last_error(), "allocation: found no memory, expected "
                                     "1152921504606846976 bytes");
  *scratch_rt_status() = 0;
}

TEST(Allocator, ReleasingWhatIsNotLiveDoesNothing) {
  static int global;
  int local;
  scratch_rt_release(nullptr);
  scratch_rt_release(&global);
  scratch_rt_release(&local);
  void *memory = scratch_rt_allocate(10, 1);
  scratch_rt_release(memory);
  scratch_rt_release(memory);
  void *one = scratch_rt_allocate(10, 1), *two = scratch_rt_allocate(10, 1);
  EXPECT_NE(one, two);
  scratch_rt_release(one);
  scratch_rt_release(two);
}

TEST(Allocator, MemrefFunctionsHonourAlignment) {
  for (uint64_t alignment : {1, 16, 64, 128, 4096, 8192, 1 << 21})
    for (uint64_t bytes : {1, 1000, 300000}) {
      void *memory = _mlir_memref_to_llvm_aligned_alloc(alignment, bytes);
      ASSERT_NE(memory, nullptr);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % alignment, 0u);
      _mlir_memref_to_llvm_free(memory);
    }
  _mlir_memref_to_llvm_free(_mlir_memref_to_llvm_alloc(100));
  EXPECT_EQ(_mlir_memref_to_llvm_aligned_alloc(48, 10), nullptr);
  EXPECT_STREQ(scratch_last_error(), "allocation: found alignment 48, expected "
                                     "a power of two up to 1073741824");
  *scratch_rt_status() = 0;
}

static void churn(uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::pair<unsigned char *, size_t>> live;
  for (int step = 0; step < 4000; ++step) {
    if (live.size() < 50 && random() % 5 < 3) {
      size_t size = 1 + random() % (random() % 20 ? 5000 : 600000);
      auto *memory = static_cast<unsigned char *>(
          scratch_rt_allocate(static_cast<int64_t>(size), 1));
      memory[0] = memory[size - 1] = static_cast<unsigned char>(size + seed);
      live.push_back({memory, size});
    } else if (!live.empty()) {
      std::swap(live[random() % live.size()], live.back());
      auto [memory, size] = live.back();
      live.pop_back();
      ASSERT_EQ(memory[0], static_cast<unsigned char>(size + seed));
      ASSERT_EQ(memory[size - 1], static_cast<unsigned char>(size + seed));
      scratch_rt_release(memory);
    }
  }
  for (auto [memory, size] : live)
    scratch_rt_release(memory);
}

TEST(Allocator, ThreadsNeverShareLiveMemory) {
  scratch_reset_peak_bytes();
  const int64_t before = scratch_peak_bytes();
  std::vector<std::thread> team;
  for (uint64_t seed = 1; seed <= 4; ++seed)
    team.emplace_back(churn, seed);
  for (std::thread &each : team)
    each.join();
  scratch_reset_peak_bytes();
  EXPECT_EQ(scratch_peak_bytes(), before);
}
