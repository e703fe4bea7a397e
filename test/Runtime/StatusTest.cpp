//===- StatusTest.cpp - calls, failures and their texts ------------------===//
#include "runtime/abi/scratch.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

static scratch_arguments emptyBlock(int32_t threads = 0) {
  return {SCRATCH_ABI_VERSION, 0, threads, 0, nullptr};
}

TEST(Status, EveryFunctionOfTheTablesIsDefined) {
#define SCRATCH_RUNTIME(name, result, arguments)                               \
  EXPECT_NE(reinterpret_cast<void *>(&name), nullptr);
#include "runtime/abi/RuntimeFunctions.def"
#define SCRATCH_MEMREF(name, result, arguments)                                \
  EXPECT_NE(reinterpret_cast<void *>(&name), nullptr);
#include "runtime/abi/MemrefFunctions.def"
}

TEST(Status, EveryCodeHasItsText) {
#define SCRATCH_STATUS(name, value, text)                                      \
  EXPECT_STREQ(scratch_status_text(SCRATCH_##name), text);
#include "runtime/abi/Status.def"
}

TEST(Status, FirstFailureIsKept) {
  scratch_arguments block = emptyBlock();
  scratch_rt_enter(&block);
  scratch_rt_fail(SCRATCH_SHAPE_MISMATCH, "columns of A", 3, 4);
  scratch_rt_fail(SCRATCH_INDEX_OVERFLOW, "entries", 1, 2);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_SHAPE_MISMATCH);
  EXPECT_STREQ(scratch_last_error(), "columns of A: found 3, expected 4");
}

TEST(Status, CodeStoredByAWorkerGetsItsOwnText) {
  scratch_arguments block = emptyBlock();
  scratch_rt_enter(&block);
  *scratch_rt_status() = SCRATCH_INDEX_OVERFLOW;
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_INDEX_OVERFLOW);
  EXPECT_STREQ(scratch_last_error(), "result outgrows its index type");
}

TEST(Status, BlockOfAnotherVersionIsRefused) {
  scratch_arguments block = emptyBlock();
  block.version = 99;
  scratch_rt_enter(&block);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_VERSION_MISMATCH);
  EXPECT_STREQ(scratch_last_error(),
               "argument block: found version 99, expected 1");
  scratch_rt_enter(nullptr);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_INVALID_ARGUMENT);
  EXPECT_STREQ(scratch_last_error(),
               "argument block: found null, expected a block");
}

TEST(Status, NestedCallsKeepTheirOwnState) {
  scratch_record counts = {};
  scratch_arguments outer = emptyBlock(3), inner = emptyBlock(5);
  outer.record = &counts;
  scratch_rt_enter(&outer);
  scratch_rt_enter(&inner);
  EXPECT_EQ(scratch_rt_threads(), 5);
  EXPECT_NE(scratch_rt_record(), &counts);
  scratch_rt_fail(SCRATCH_UNSUPPORTED, "inner", 1, 2);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_UNSUPPORTED);
  EXPECT_EQ(scratch_rt_threads(), 3);
  EXPECT_EQ(scratch_rt_record(), &counts);
  EXPECT_EQ(*scratch_rt_status(), SCRATCH_OK);
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
}

TEST(Status, WorkersFailForTheCallThatTheyJoined) {
  scratch_arguments block = emptyBlock(7);
  scratch_rt_enter(&block);
  void *call = scratch_rt_call();
  std::vector<std::thread> team;
  for (int k = 0; k < 4; ++k)
    team.emplace_back([call] {
      scratch_rt_worker(call);
      EXPECT_EQ(scratch_rt_threads(), 7);
      scratch_rt_allocate(INT64_MAX, 8);
      scratch_rt_worker(nullptr);
      EXPECT_NE(scratch_rt_call(), call);
    });
  for (std::thread &each : team)
    each.join();
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OUT_OF_MEMORY);
  EXPECT_NE(std::string(scratch_last_error()).find("expected at most"),
            std::string::npos);
}

TEST(Status, WorkerOfAnEndedCallIsInNoCall) {
  scratch_arguments block = emptyBlock();
  scratch_rt_enter(&block);
  void *call = scratch_rt_call();
  std::thread([call] {
    scratch_rt_worker(call);
    scratch_arguments own = emptyBlock(2);
    scratch_rt_enter(&own);
    EXPECT_EQ(scratch_rt_threads(), 2);
    EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
    EXPECT_EQ(scratch_rt_call(), call);
  }).join();
  EXPECT_EQ(scratch_rt_leave(), SCRATCH_OK);
  EXPECT_NE(scratch_rt_call(), call);
  EXPECT_NE(scratch_rt_call(), nullptr);
}

TEST(Status, OutsideACallFailuresReachTheThreadDirectly) {
  std::thread([] {
    scratch_rt_fail(SCRATCH_UNSUPPORTED, "thing", 1, 2);
    EXPECT_EQ(*scratch_rt_status(), SCRATCH_UNSUPPORTED);
    EXPECT_STREQ(scratch_last_error(), "thing: found 1, expected 2");
    EXPECT_GE(scratch_rt_threads(), 1);
    EXPECT_NE(scratch_rt_record(), nullptr);
  }).join();
}
