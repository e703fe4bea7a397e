// Machine and user mode: what a program may touch after it has left machine mode.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;

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
