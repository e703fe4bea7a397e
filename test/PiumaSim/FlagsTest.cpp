// Floating-point flags are there at once, in every mode.
#include "Guest.h"

#include <gtest/gtest.h>

using namespace guest;
using scratch::piuma::Mode;

TEST(Flags, DivisionByZeroIsSeenByTheNextInstruction) {
  auto elf = buildAssembly(R"(
.globl _start
_start: li t0, 1
        fcvt.d.l fa0, t0
        fcvt.d.l fa1, zero
        fdiv.d fa0, fa0, fa1
        csrr s0, fflags         # 8
        csrci fflags, 31
        csrr s1, fflags         # 0
        slli s1, s1, 8
        or a0, s0, s1
        addi a0, a0, -8
        li a7, 93
        ecall
)");
  for (Mode mode : {Mode::Functional, Mode::Check, Mode::Timing}) {
    Options options;
    options.mode = mode;
    EXPECT_EQ(run(elf, options).error, "") << "mode " << int(mode);
  }
}
