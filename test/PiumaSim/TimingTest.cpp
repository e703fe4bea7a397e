// The event-driven model against the counters-only bound, and against expectations.
#include "Guest.h"

#include "runtime/piuma/sim/Statistics.h"

#include <gtest/gtest.h>

using namespace guest;
using namespace scratch::piuma;

namespace {
Statistics time(const std::vector<uint8_t> &elf, Machine machine = {}) {
  Options options;
  options.mode = Mode::Timing;
  Simulator sim(machine, options);
  EXPECT_FALSE(sim.load(elf));
  EXPECT_EQ(sim.run().error, "");
  return sim.statistics();
}
double ratio(const Statistics &s) { return double(s.cycles) / s.bounds[0].cycles; }

const char *const kAlu = R"(
int64_t piuma_main(void *a) {
  if (piuma_pipe()) return 0;
  for (int i = 0; i < 2000; i++) __asm__ volatile("addi t0, t0, 1\naddi t1, t1, 1" ::: "t0", "t1");
  return 0;
})";
const char *const kStream = R"(
static volatile double v[64][512];
int64_t piuma_main(void *a) {
  uint64_t t = piuma_tid(); if (t >= 64) return 0;
  double s = 0;
  for (int i = 0; i < 512; i += 8) s += v[t][i];
  return s != 0;
})";
const char *const kHot = R"(
static double cell;
int64_t piuma_main(void *a) { for (int i = 0; i < 200; i++) piuma_add_f64(&cell, 1); return 0; }
)";
} // namespace

TEST(Timing, ArithmeticIsBoundByIssue) {
  Statistics s = time(buildC(kAlu));
  EXPECT_EQ(s.bounds[0].name, "issue");
  EXPECT_GE(ratio(s), 1.0);
  EXPECT_LT(ratio(s), 1.05);
  EXPECT_NEAR(s.ipc(), 4.0, 0.2); // four pipelines, one a cycle
}

TEST(Timing, OneThreadIssuesEveryEighthCycle) {
  Options options;
  options.mode = Mode::Timing;
  options.threads = 1;
  Simulator sim(Machine{}, options);
  ASSERT_FALSE(sim.load(buildC(kAlu)));
  ASSERT_EQ(sim.run().error, "");
  EXPECT_NEAR(sim.statistics().ipc(), 1.0 / 8, 0.005);
}

TEST(Timing, StreamingIsBoundByMemory) {
  Statistics s = time(buildC(kStream));
  EXPECT_GE(ratio(s), 1.0);
  EXPECT_LT(ratio(s), 1.6) << s.bounds[0].name;
  EXPECT_EQ(s.total.dcache_misses, 64u * 64u);
  Machine slow;
  slow.dram_bytes_per_kcycle = 4400;
  Statistics slower = time(buildC(kStream), slow);
  EXPECT_EQ(slower.bounds[0].name, "dram_bandwidth");
  EXPECT_GT(slower.cycles, s.cycles * 2);
}

TEST(Timing, AHotCellIsBoundByItsAtomicUnit) {
  Machine machine;
  machine.atomic_per_kcycle = 250;
  Statistics s = time(buildC(kHot), machine);
  EXPECT_EQ(s.bounds[0].name, "dram_atomic_unit");
  EXPECT_GE(ratio(s), 1.0);
  EXPECT_LT(ratio(s), 1.2);
}

// However a run ends, what was under way belongs to it: never fewer cycles than the bound.
TEST(Timing, EveryEndIsAtLeastTheBound) {
  const std::string exits = "register long a7 __asm__(\"a7\") = 93, a0 __asm__(\"a0\") = 0;"
                            "__asm__ volatile(\"ecall\" :: \"r\"(a7), \"r\"(a0));";
  const std::vector<uint8_t> images[] = {
      buildAssembly(".globl _start\n_start: .rept 60\naddi t0, t0, 1\n.endr\n"
                    "li a0, 0\nli a7, 93\necall\n"),
      buildAssembly(".globl _start\n_start: li t0, 1\nla t1, tohost\nsd t0, 0(t1)\n"
                    ".rept 60\naddi t0, t0, 1\n.endr\nj .\n"
                    ".data\n.balign 8\n.globl tohost\ntohost: .dword 0\n"),
      buildC("static char v[66 * 6400];\n"
             "int64_t piuma_main(void *a) { char *p = v + piuma_tid() * 6400;"
             " for (int i = 0; i < 100; ++i) piuma_prefetch(p + 64 * i); return 0; }"),
      buildC("static uint64_t v[66 * 1000];\n"
             "int64_t piuma_main(void *a) { uint64_t *p = v + piuma_tid() * 1000;"
             " for (int i = 0; i < 1000; ++i) piuma_store(p + i, 1);"
             " if (piuma_tid() == 65) {" + exits + "} return 0; }"),
  };
  for (const std::vector<uint8_t> &image : images)
    EXPECT_GE(ratio(time(image)), 1.0) << &image - images;
  Options options;
  options.mode = Mode::Timing;
  options.maxInstructions = 1000;
  Simulator sim(Machine{}, options);
  ASSERT_FALSE(sim.load(buildAssembly(".globl _start\n_start: j _start\n")));
  EXPECT_NE(sim.run().error.find("still running"), std::string::npos);
  EXPECT_GE(ratio(sim.statistics()), 1.0);
}

// A pop of an empty queue waits for the push, not for its own latency as well.
TEST(Timing, ABlockedPopWaitsOnce) {
  auto elf = buildC(R"(
static struct { struct piuma_queue q; uint64_t values[64]; } queue;
int64_t piuma_main(void *a) {
  uint64_t t = piuma_tid();
  if (t == 0) piuma_queue_init(&queue.q, 64);
  piuma_barrier(PIUMA_ALL, 0);
  if (t == 0) {
    for (int i = 0; i < 200; i++) {
      for (int n = 0; n < 20; n++) __asm__ volatile("nop");
      piuma_push(&queue.q, i);
    }
    piuma_queue_close(&queue.q);
  }
  if (t == 1) while (piuma_pop(&queue.q) != PIUMA_EMPTY) ;
  return 0;
})");
  Machine machine;
  machine.queue_latency = 1000;
  Statistics s = time(elf, machine);
  EXPECT_GE(ratio(s), 1.0);
  const ThreadStatistics &popper = s.threads[1];
  EXPECT_LE(popper.busyCycles + popper.counters.wait_cycles +
                popper.counters.memory_wait_cycles + popper.counters.issue_wait_cycles,
            s.cycles);
}

TEST(Timing, RunsAreRepeatableAndTraced) {
  auto elf = buildC("int64_t piuma_main(void *a) { piuma_mark(1); piuma_barrier(0, 0);"
                    " piuma_wait(piuma_fill((void *)(PIUMA_SCRATCHPAD + 64 * piuma_tid()),"
                    " 0, 64)); return 0; }");
  std::string first;
  for (int n = 0; n < 2; ++n) {
    Options options;
    options.mode = Mode::Timing;
    options.trace = true;
    Simulator sim(Machine{}, options);
    ASSERT_FALSE(sim.load(elf));
    ASSERT_EQ(sim.run().error, "");
    std::string text = sim.trace() + sim.statistics().json();
    for (const char *part : {"\"phase 1\"", "\"barrier\"", "\"DMA of thread 3\"",
                             "\"winning_term\"", "\"wait for DMA\""})
      EXPECT_NE(text.find(part), std::string::npos) << part;
    EXPECT_TRUE(n == 0 || text == first);
    first = text;
  }
}
