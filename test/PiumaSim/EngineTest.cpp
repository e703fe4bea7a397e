// Xpiuma end to end, in C: every engine, in every mode.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

namespace {
void passesInEveryMode(const std::string &source, uint64_t cores = 2) {
  auto elf = buildC(source);
  ASSERT_FALSE(elf.empty());
  Machine machine;
  machine.cores = cores;
  machine.threads_per_mtp = 4; // 18 threads a core
  for (Mode mode : {Mode::Functional, Mode::Timing, Mode::Check})
    for (uint64_t seed = 1; seed <= (mode == Mode::Check ? 10 : 1); ++seed) {
      Options options;
      options.mode = mode;
      options.seed = seed;
      EXPECT_EQ(run(elf, options, machine).error, "") << int(mode) << " seed " << seed;
    }
}
} // namespace

TEST(Engines, AtomicsAndBarriers) {
  passesInEveryMode(R"(
static double sum; static int64_t count, most; static int32_t low = 1000; static float f;
int64_t piuma_main(void *a) {
  uint64_t n = piuma_nthreads(), t = piuma_tid();
  for (int i = 0; i < 20; i++) {
    piuma_add_f64(&sum, 0.5); piuma_add_i64(&count, 1); piuma_max_i64(&most, t);
    piuma_min_i32(&low, 5 + (int)t); piuma_fetch_add_f32(&f, 1.0f);
  }
  static int64_t lock, inside;
  while (piuma_cas_i64(&lock, 0, 1)) ;
  inside++;
  piuma_cas_i64(&lock, 1, 0);
  piuma_barrier(PIUMA_ALL, 0);
  return sum == 10.0 * n && count == 20 * n && most == n - 1 && low == 5 &&
         f == 20.0f * n && inside == n ? 0 : 1;
})");
}

TEST(Engines, DmaOfEveryKind) {
  passesInEveryMode(R"(
static double a[256], back[256], total[8]; static uint32_t index[64];
int64_t piuma_main(void *x) {
  if (piuma_tid() == 0) for (int i = 0; i < 256; i++) { a[i] = i; if (i < 64) index[i] = (i * 5) % 64; }
  piuma_barrier(PIUMA_ALL, 0);
  double *pad = (double *)(PIUMA_SCRATCHPAD + piuma_ltid() * 8192);
  int bad = 0;
  piuma_wait(piuma_copy(pad, a, sizeof a));
  for (int i = 0; i < 256; i++) bad |= pad[i] != i;
  struct piuma_descriptor d = {2, 0, 4, 0, 8, (uint64_t)pad, (uint64_t)a, (uint64_t)index, 64, 8, 8};
  uint64_t h = piuma_transfer(&d);
  while (!piuma_test(h)) ;
  for (int i = 0; i < 64; i++) bad |= pad[i] != (i * 5) % 64;
  struct piuma_descriptor s = {1, 0, 0, 0, 8, (uint64_t)(pad + 256), (uint64_t)a, 0, 32, 8, 16};
  piuma_wait(piuma_transfer(&s));
  for (int i = 0; i < 32; i++) bad |= pad[256 + i] != 2 * i;
  piuma_wait(piuma_fill(pad, 0x3ff0000000000000ul, 64));
  struct piuma_descriptor add = {4, 4, 4, 0, 8, (uint64_t)total, (uint64_t)pad, (uint64_t)index, 1, 8, 8};
  piuma_transfer(&add);
  piuma_wait(0);
  if (piuma_tid() == 0) {
    struct piuma_descriptor out = {3, 0, 4, 0, 8, (uint64_t)back, (uint64_t)a, (uint64_t)index, 64, 8, 8};
    piuma_wait(piuma_transfer(&out));
    for (int i = 0; i < 64; i++) bad |= back[(i * 5) % 64] != i;
  }
  piuma_barrier(PIUMA_ALL, 1);
  return bad || total[0] != (double)piuma_nthreads();
})");
}

TEST(Engines, QueuesAndCollectives) {
  passesInEveryMode(R"(
static uint64_t room[12];
static struct piuma_queue *const q = (void *)room;
static int64_t got;
int64_t piuma_main(void *x) {
  int64_t t = piuma_tid(), n = piuma_nthreads();
  if (t == 0) piuma_queue_init(q, 8);
  piuma_barrier(PIUMA_ALL, 0);
  if (t == 0) { for (int i = 1; i <= 100; i++) piuma_push(q, i); piuma_queue_close(q); }
  else for (uint64_t v; (v = piuma_pop(q)) != PIUMA_EMPTY;) piuma_add_i64(&got, v);
  int64_t sum = piuma_sum_i64(PIUMA_ALL, t), before = piuma_scan_i64(PIUMA_ALL, 2);
  double top = piuma_most_f64(PIUMA_CORE, (double)t);
  double want = (piuma_core() + 1.0) * piuma_lthreads() - 1;
  return got == 5050 && sum == n * (n - 1) / 2 && before == 2 * t && top == want &&
         piuma_broadcast_i64(PIUMA_ALL, t + 7) == 7 ? 0 : 1;
})");
}

TEST(Engines, ForkRunsRegionsOnAllThreads) {
  passesInEveryMode(R"(
static int64_t hits;
static void region(void *p) { piuma_add_i64(&hits, *(int64_t *)p); }
int64_t piuma_serial(void *x) {
  int64_t *step = piuma_allocate(8);
  *step = 2; piuma_fork(region, step);
  *step = 3; piuma_fork(region, step);
  return hits != 5 * (int64_t)piuma_nthreads();
})");
}

TEST(Engines, HostPlacesArgumentsAndReadsResults) {
  auto elf = buildC("int64_t piuma_main(void *a) { int64_t *v = a;"
                    " if (piuma_tid() == 0) v[1] = v[0] * 2; return 0; }");
  Simulator sim(Machine{}, {});
  ASSERT_FALSE(sim.load(elf));
  int64_t block[2] = {21, 0};
  uint64_t at = sim.allocate(sizeof(block));
  ASSERT_TRUE(sim.write(at, {reinterpret_cast<uint8_t *>(block), sizeof(block)}));
  sim.setArguments(at);
  EXPECT_EQ(sim.run().error, "");
  ASSERT_TRUE(sim.read(at, {reinterpret_cast<uint8_t *>(block), sizeof(block)}));
  EXPECT_EQ(block[1], 42);
}
