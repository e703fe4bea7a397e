// Checking mode: each seeded bug is caught, correct programs stay silent over 100 seeds.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

namespace {
std::string check(const std::vector<uint8_t> &elf, uint64_t seed) {
  Machine machine;
  machine.threads_per_mtp = 2; // 10 threads
  Options options;
  options.mode = Mode::Check;
  options.seed = seed;
  return run(elf, options, machine).error;
}
void caught(const std::string &body, const std::string &text, const char *globals = "") {
  auto elf = buildC(std::string(globals) + "static double cell[64];\n"
                    "int64_t piuma_main(void *a) { uint64_t t = piuma_tid();\n" +
                    body + "\nreturn 0; }");
  ASSERT_FALSE(elf.empty());
  for (uint64_t seed = 1; seed <= 5; ++seed)
    EXPECT_NE(check(elf, seed).find(text), std::string::npos)
        << "seed " << seed << ": " << check(elf, seed);
}
} // namespace

TEST(Check, MissingBarrierIsARace) {
  caught("cell[t] = t; double next = cell[(t + 1) % 8]; return next < 0;", "data race");
}
TEST(Check, PlainAddInsteadOfAtomicIsARace) {
  caught("volatile double *p = cell; *p = *p + 1;", "data race on 0x");
}
TEST(Check, AtomicBesidePlainAccessIsARace) {
  caught("if (t) piuma_add_f64(cell, 1.0); else *(volatile double *)cell = 2;",
         "data race");
}
TEST(Check, MissingDmaWaitIsARace) {
  caught("double *pad = (double *)(PIUMA_SCRATCHPAD + t * 64); piuma_fill(pad, 0, 64);"
         "*(volatile double *)pad = 1;",
         "data race");
}
TEST(Check, ReadOfUninitialisedScratchpadIsAFault) {
  caught("return *(volatile int64_t *)(PIUMA_SCRATCHPAD + 64 * t) == 12345;",
         "read of uninitialised scratchpad at 0x4");
}
TEST(Check, DeadlockSaysWhoWaitsForWhat) {
  caught("if (t != 3) piuma_barrier(PIUMA_ALL, 5);",
         "deadlock: thread 0-2, 4-9 waits at barrier 5 of all threads for thread 3, which "
         "ended");
}
TEST(Check, EmptyQueueIsADeadlock) {
  caught("if (t == 0) { piuma_queue_init((void *)q, 8); piuma_pop((void *)q); }",
         "to pop from the empty queue at 0x8", "static uint64_t q[12];\n");
}
TEST(Check, OutOfRangeIsAFault) {
  caught("*(volatile int64_t *)0x3ffffff8 = 1;", "store access fault at 0x3ffffff8");
}

TEST(Check, CorrectProgramIsSilentOverAHundredSeeds) {
  auto elf = buildC(R"(
static double in[64], out[64]; static int64_t flag, data, turn;
int64_t piuma_main(void *a) {
  uint64_t t = piuma_tid(), n = piuma_nthreads();
  for (uint64_t i = t; i < 64; i += n) in[i] = i;
  piuma_barrier(PIUMA_ALL, 0);
  double *pad = (double *)(PIUMA_SCRATCHPAD + t * 512);
  uint64_t h = piuma_copy(pad, in, 512);
  if (t == 0) { data = 7; __atomic_store_n(&turn, 0, __ATOMIC_RELAXED);
                __atomic_exchange_n(&flag, 1, __ATOMIC_RELEASE); }
  if (t == 1) { while (__atomic_fetch_add(&flag, 0, __ATOMIC_ACQUIRE) == 0) ;
                if (data != 7) return 1; }
  piuma_wait(h);
  for (int i = 0; i < 64; i++) piuma_add_f64(&out[i], pad[i]);
  piuma_barrier(PIUMA_ALL, 0);
  return out[5] != 5.0 * n;
})");
  for (uint64_t seed = 1; seed <= 100; ++seed)
    ASSERT_EQ(check(elf, seed), "") << "seed " << seed;
}
