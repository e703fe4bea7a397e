// lr and sc: what keeps a reservation, what breaks it, alike in every mode.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

namespace {
Result runIn(Mode mode, const std::vector<uint8_t> &elf, unsigned threads = 1) {
  Options options;
  options.mode = mode;
  options.threads = threads;
  return run(elf, options);
}

/// Runs `body` (a0: &cell, a1: &other, a2: 77); ends with the bits of s1 as its status.
void expectFailures(const std::string &body, int64_t failures) {
  auto elf = buildAssembly(".globl _start\n_start: la a0, cell\nla a1, cell+64\n"
                           "li a2, 77\nli s1, 0\n" +
                           body +
                           "\nmv a0, s1\nli a7, 93\necall\n"
                           ".data\n.balign 128\ncell: .skip 128\n");
  ASSERT_FALSE(elf.empty());
  for (Mode mode : {Mode::Functional, Mode::Check, Mode::Timing})
    EXPECT_EQ(runIn(mode, elf).status, failures) << "mode " << int(mode) << "\n" << body;
}
} // namespace

TEST(Reservation, AnScEndsItWhetherItWritesOrNot) {
  expectFailures("sc.d s1, a2, (a0)", 1);
  expectFailures("lr.d t0, (a0)\nsc.d t0, a2, (a0)\nsc.d s1, a2, (a0)\nadd s1, s1, t0", 1);
  expectFailures("lr.d t0, (a0)\nsc.d t0, a2, (a1)\nsc.d s1, a2, (a0)\nadd s1, s1, t0", 2);
}

TEST(Reservation, ASecondLrMovesIt) {
  expectFailures("lr.d t0, (a0)\nlr.d t0, (a1)\nsc.d s1, a2, (a0)", 1);
  expectFailures("lr.d t0, (a0)\nlr.d t0, (a1)\nsc.d s1, a2, (a1)", 0);
}

TEST(Reservation, TheThreadsOwnWritesKeepIt) {
  expectFailures("lr.d t0, (a0)\nsd zero, 0(a0)\nsc.d s1, a2, (a0)", 0);
  expectFailures("lr.d t0, (a0)\namoadd.d zero, a2, (a0)\nsc.d s1, a2, (a0)", 0);
  expectFailures("lr.w t0, (a0)\namoswap.w zero, a2, (a0)\nsc.w s1, a2, (a0)", 0);
}

TEST(Reservation, ATrapEndsIt) {
  expectFailures("la t0, handler\ncsrw mtvec, t0\nlr.d t0, (a0)\necall\n"
                 "sc.d s1, a2, (a0)\ncsrw mtvec, zero\nj end\n.balign 4\n"
                 "handler: csrr t1, mepc\naddi t1, t1, 4\ncsrw mepc, t1\nmret\nend:",
                 1);
}

/// Thread 1 acts on the cell that thread 0 has reserved; both go hand in hand by flags.
static std::vector<uint8_t> between(const std::string &action) {
  return buildAssembly(R"(
.globl _start
_start: la a0, cell
        la a1, flag
        li a2, 1
        csrr t0, mhartid
        bnez t0, other
        lr.d t0, (a0)
        amoadd.d.aqrl zero, a2, (a1)
        li t2, 2
1:      amoor.d.aqrl t1, zero, (a1)
        bne t1, t2, 1b
        sc.d a0, a2, (a0)
        li a7, 93
        ecall
other:  amoor.d.aqrl t1, zero, (a1)
        bne t1, a2, other
)" + action + R"(
        amoadd.d.aqrl zero, a2, (a1)
2:      amoor.d t1, zero, (a1)
        j 2b
        .data
        .balign 64
cell:   .dword 0
        .balign 64
flag:   .dword 0
)");
}

TEST(Reservation, AnotherThreadsWriteBreaksIt) {
  for (const char *write : {"amoswap.d zero, zero, (a0)", "amoadd.w zero, a2, (a0)",
                            "lr.d t0, (a0)\nsc.d t0, t0, (a0)\nbnez t0, ."}) {
    auto elf = between(write);
    for (Mode mode : {Mode::Check, Mode::Timing})
      EXPECT_EQ(runIn(mode, elf, 2).status, 1) << write << ", mode " << int(mode);
  }
}

TEST(Reservation, AnotherThreadsFailedScWritesNothingAndKeepsIt) {
  auto elf = between("sc.d t0, zero, (a0)\nbeqz t0, .");
  for (Mode mode : {Mode::Check, Mode::Timing})
    EXPECT_EQ(runIn(mode, elf, 2).error, "") << "mode " << int(mode);
}
