// The bare-metal environment: traps, tohost, CSRs, fence.i, exit statuses.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;

TEST(Environment, TestProgramStylePassesThroughTohost) {
  auto elf = buildAssembly(R"(
.globl _start
_start: csrr a0, mhartid
1:      bnez a0, 1b
        la t0, skip
        csrw mtvec, t0
        csrwi 0x744, 8
skip:   csrw satp, zero
        la t0, trap
        csrw mtvec, t0
        la t0, user
        csrw mepc, t0
        csrwi mstatus, 0
        mret
user:   .word 0                 # illegal: the handler steps over it
        li a7, 93
        ecall
        j fail
trap:   csrr t1, mcause
        li t2, 2
        beq t1, t2, illegal
        li t2, 8
        bne t1, t2, fail
        li gp, 1
        bnez s1, write
fail:   li gp, 7
write:  la t0, tohost
1:      sw gp, 0(t0)
        sw zero, 4(t0)
        j 1b
illegal: csrr t1, mtval
        bnez t1, fail
        li s1, 1
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        mret
        .data
        .balign 64
        .globl tohost
tohost: .dword 0
)");
  EXPECT_EQ(run(elf).error, "");
}

TEST(Environment, FenceIMakesStoredCodeVisible) {
  auto elf = buildAssembly(R"(
.globl _start
_start: la t0, code
        la t1, replacement
        lw t2, 0(t1)
        jalr ra, t0
        mv s0, a0
        sw t2, 0(t0)
        fence.i
        jalr ra, t0
        sub a0, a0, s0          # 5 - 3
        addi a0, a0, -2
        li a7, 93
        ecall
replacement: li a0, 5
        .data
        .balign 4
code:   li a0, 3
        ret
)");
  EXPECT_EQ(run(elf).error, "");
}

TEST(Environment, FaultsNameThreadInstructionAndSymbol) {
  auto elf = buildAssembly(".globl _start\n_start: nop\nli a1, 16\nbad: ld a0, 8(a1)\n");
  EXPECT_EQ(run(elf).error, "load access fault at 0x18, thread 0, pc 0x80000008 (bad): "
                            "ld a0, 8(a1)");
  elf = buildAssembly(".globl _start\n_start: la a1, _start\naddi a1, a1, 2\n"
                      "amoadd.w a0, a0, (a1)\n");
  EXPECT_EQ(run(elf).error.substr(0, 17), "misaligned atomic");
  elf = buildAssembly(".globl _start\n_start: .word 0x7b\n");
  EXPECT_EQ(run(elf).error, "illegal instruction, thread 0, pc 0x80000000 (_start): "
                            ".word 0x7b");
}

TEST(Environment, ExitStatusIsReported) {
  auto elf = buildAssembly(".globl _start\n_start: li a0, 3\nli a7, 93\necall\n");
  Result result = run(elf);
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.error, "the program ended with status 3, expected 0");
}

TEST(Environment, MaxMagnitudeRoundingWorksAtRunTime) {
  auto elf = buildAssembly(R"(
.globl _start
_start: li t0, 5
        fcvt.d.l fa0, t0
        li t0, 2
        fcvt.d.l fa1, t0
        fdiv.d fa0, fa0, fa1
        fsrmi 4
        fcvt.l.d a0, fa0, dyn   # 2.5 -> 3
        addi a0, a0, -3
        li a7, 93
        ecall
)");
  EXPECT_EQ(run(elf).error, "");
}

TEST(Environment, AJumpOutOfMemoryFaultsAtItsTarget) {
  auto elf = buildAssembly(R"(
.globl _start
_start: la t0, trap
        csrw mtvec, t0
        li t0, 0x10
        jalr s0, t0
back:   j fail
trap:   csrr t1, mcause
        addi t1, t1, -1
        csrr t2, mepc
        addi t2, t2, -0x10
        csrr t3, mtval
        addi t3, t3, -0x10
        la t4, back             # the jump itself was made
        sub t4, t4, s0
        or a0, t1, t2
        or a0, a0, t3
        or a0, a0, t4
        csrw mtvec, zero
        li a7, 93
        ecall
fail:   j fail
)");
  EXPECT_EQ(run(elf).error, "");
  elf = buildAssembly(".globl _start\n_start: li t0, 0x10\njr t0\n");
  EXPECT_EQ(run(elf).error, "instruction access fault at 0x10, thread 0, pc 0x80000004 "
                            "(_start+0x4): jalr zero, 0(t0)");
}

TEST(Environment, CompressedInstructionsAreRefusedByName) {
  auto elf = buildAssembly(".globl _start\n_start: nop\n.half 0x0505, 0x4501\n");
  EXPECT_EQ(run(elf).error,
            "illegal instruction (a compressed one: build for rv64imafd, without C), thread 0, "
            "pc 0x80000004 (_start+0x4): .word 0x45010505");
  elf = buildAssembly(R"(
.globl _start
_start: la t0, trap
        csrw mtvec, t0
        .half 0x0505, 0x4501
trap:   csrr a0, mtval          # the 16 bits of the instruction alone
        addi a0, a0, -0x505
        csrw mtvec, zero
        li a7, 93
        ecall
)");
  EXPECT_EQ(run(elf).error, "");
}
