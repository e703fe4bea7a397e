// Machine and user mode: what a program may touch after it has left machine mode.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

TEST(Privilege, UserModeMayNotTouchMachineRegisters) {
  auto elf = buildAssembly(R"(
.globl _start
_start: la t0, trap
        csrw mtvec, t0
        la t0, user
        csrw mepc, t0
        csrwi mstatus, 0
        mret
user:   csrr s0, fcsr           # a user register
        csrr s0, mscratch       # illegal
        mret                    # illegal
        ecall
trap:   csrr t1, mcause
        li t2, 8
        addi s1, s1, 1
        beq t1, t2, end
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        mret
end:    csrw mtvec, zero
        addi a0, s1, -3
        li a7, 93
        ecall
)");
  EXPECT_EQ(run(elf).error, "");
}

/// Runs `user` in user mode; s2 becomes the cause of each trap in turn, four bits each.
static Result runUser(const std::string &setUp, const std::string &user) {
  return run(buildAssembly(".globl _start\n_start: la t0, trap\ncsrw mtvec, t0\n" + setUp +
                           R"(
        la t0, user
        csrw mepc, t0
        csrwi mstatus, 0
        mret
user:   )" + user + R"(
        ecall
trap:   csrr t1, mcause
        slli s2, s2, 4
        or s2, s2, t1
        li t2, 8
        beq t1, t2, end
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        mret
end:    csrw mtvec, zero
        mv a0, s2
        li a7, 93
        ecall
)"));
}

TEST(Privilege, UserModeReadsTheCountersThatMcounterenNames) {
  EXPECT_EQ(runUser("", "rdcycle s0\nrdtime s0\nrdinstret s0").status, 0x2228);
  EXPECT_EQ(runUser("csrwi mcounteren, 5", "rdcycle s0\nrdtime s0\nrdinstret s0").status,
            0x28);
  EXPECT_EQ(runUser("csrwi mcounteren, 7", "rdcycle s0\nrdtime s0\nrdinstret s0").status, 8);
}

TEST(Privilege, CountersGoOnFromWhatIsWritten) {
  auto elf = buildAssembly(R"(
.globl _start
_start: li t0, 1000
        csrw minstret, t0
        rdinstret a0            # the write itself does not count
        csrw mcycle, zero
        nop
        rdcycle a1
        csrr a2, mhpmcounter3   # counts nothing
        addi a0, a0, -1000
        addi a1, a1, -1
        or a0, a0, a1
        or a0, a0, a2
        li a7, 93
        ecall
)");
  EXPECT_EQ(run(elf).error, "");
}

TEST(Privilege, WhatTrapsIsNotRetiredAndMretIs) {
  for (const char *trapping : {"ecall", "ebreak", ".word 0", "ld t0, 0(zero)"}) {
    auto elf = buildAssembly(std::string(R"(
.globl _start
_start: la t0, trap
        csrw mtvec, t0
        csrw minstret, zero
        )") + trapping + R"(
        rdinstret a0
        addi a0, a0, -4         # what the handler executes
        csrw mtvec, zero
        li a7, 93
        ecall
        .balign 4
trap:   csrr t1, mepc
        addi t1, t1, 4
        csrw mepc, t1
        mret
)");
    for (Mode mode : {Mode::Functional, Mode::Check, Mode::Timing}) {
      Options options;
      options.mode = mode;
      EXPECT_EQ(run(elf, options).error, "") << trapping << ", mode " << int(mode);
    }
  }
}

TEST(Privilege, LeavingMachineModeClearsMprv) {
  EXPECT_EQ(runUser("", "nop").status, 8);
  auto elf = buildAssembly(R"(
.globl _start
_start: la t0, trap
        csrw mtvec, t0
        la t0, user
        csrw mepc, t0
        li t0, 0x20000          # MPRV, and user mode to return to
        csrw mstatus, t0
        mret
user:   ecall
trap:   csrw mtvec, zero
        csrr a0, mstatus
        srli a0, a0, 17
        andi a0, a0, 1
        li a7, 93
        ecall
)");
  EXPECT_EQ(run(elf).error, "");
}
