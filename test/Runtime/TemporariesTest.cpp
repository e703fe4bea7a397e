//===- TemporariesTest.cpp - a call leaves no memory behind --------------===//
#include "runtime/abi/scratch.h"

#include <cstring>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

/// Bytes that are live now.
int64_t live() {
  scratch_reset_peak_bytes();
  return scratch_peak_bytes();
}

struct Block {
  scratch_arguments header = {SCRATCH_ABI_VERSION, 1, 0, 0, nullptr};
  scratch_slot slots[1] = {};
};

TEST(Temporaries, AreReleasedWhenTheCallEnds) {
  int64_t before = live();
  Block block;
  scratch_rt_enter(&block.header);
  void *released = scratch_rt_allocate(1000, 8);
  for (int k = 0; k < 300; ++k)
    scratch_rt_allocate(k + 1, 1024);
  scratch_rt_release(released);
  EXPECT_GT(live(), before + 300 * 1024);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_EQ(live(), before);
}

TEST(Temporaries, OfWorkersBelongToTheCall) {
  int64_t before = live();
  Block block;
  scratch_rt_enter(&block.header);
  void *call = scratch_rt_call();
  auto work = [&] {
    scratch_rt_worker(call);
    for (int k = 0; k < 100; ++k) {
      void *kept = scratch_rt_allocate(3000, 8), *given = scratch_rt_allocate(10, 8);
      std::memset(kept, k, 3000 * 8);
      scratch_rt_release(given);
    }
  };
  std::vector<std::thread> workers;
  for (int k = 0; k < 4; ++k)
    workers.emplace_back(work);
  for (std::thread &worker : workers)
    worker.join();
  EXPECT_GE(live(), before + 4 * 100 * 3000 * 8);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_EQ(live(), before);
}

TEST(Temporaries, ResultsStay) {
  scratch_tensor result = {};
  Block block;
  block.slots[0].result = &result;
  int64_t before = live();
  scratch_rt_enter(&block.header);
  auto *values = static_cast<double *>(scratch_rt_allocate(100000, 8));
  void *other = scratch_rt_allocate(100000, 8);
  scratch_tensor *made = scratch_rt_result(&block.header, 0, SCRATCH_FORMAT_DENSE,
                                           SCRATCH_F64, 0, 0, 0, 1);
  made->shape[0] = made->nnz = 100000;
  made->values = scratch_rt_adopt(&block.header, values, 100000, 8);
  EXPECT_EQ(made->values, values);
  EXPECT_NE(other, nullptr);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_GE(live(), before + 800000);
  EXPECT_LT(live(), before + 1600000);
  scratch_tensor_free(&result);
  EXPECT_EQ(live(), before);
}

TEST(Temporaries, OfAFailedCallAreReleasedToo) {
  int64_t before = live();
  Block block;
  scratch_rt_enter(&block.header);
  scratch_rt_allocate(100000, 8);
  scratch_rt_fail(SCRATCH_SHAPE_MISMATCH, "rows", 1, 2);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_SHAPE_MISMATCH);
  EXPECT_EQ(live(), before);
}

TEST(Temporaries, OfAnInnerCallEndWithIt) {
  int64_t before = live();
  Block outer, inner;
  scratch_rt_enter(&outer.header);
  void *mine = scratch_rt_allocate(100000, 8);
  int64_t between = live();
  scratch_rt_enter(&inner.header);
  scratch_rt_allocate(100000, 8);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_EQ(live(), between);
  std::memset(mine, 1, 100000 * 8);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_EQ(live(), before);
}

TEST(Temporaries, OutsideAnyCallNobodyLooksAfterMemory) {
  int64_t before = live();
  void *mine = scratch_rt_allocate(100000, 8);
  Block block;
  scratch_rt_enter(&block.header);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_GT(live(), before);
  scratch_rt_release(mine);
  EXPECT_EQ(live(), before);
}

} // namespace
