// The table of instructions: no overlaps, every reserved word refused, printing.
#include "runtime/piuma/sim/Decode.h"

#include <gtest/gtest.h>
#include <random>

using namespace scratch::piuma;

TEST(Decode, NoTwoRowsMatchOneWord) {
  for (unsigned a = 0; a < kInsnCount; ++a)
    for (unsigned b = a + 1; b < kInsnCount; ++b) {
      Encoding x = info(Insn(a)).encoding, y = info(Insn(b)).encoding;
      EXPECT_TRUE((x.match ^ y.match) & x.mask & y.mask)
          << info(Insn(a)).mnemonic << " and " << info(Insn(b)).mnemonic;
    }
}

TEST(Decode, EveryRowIsFoundByItsFixedBits) {
  for (unsigned i = 0; i < kInsnCount; ++i) {
    auto d = decode(info(Insn(i)).encoding.match);
    ASSERT_TRUE(d) << info(Insn(i)).mnemonic;
    EXPECT_EQ(d->insn, Insn(i));
  }
}

TEST(Decode, CustomSpacesHoldNothingElse) {
  std::mt19937 random(7);
  for (uint32_t opcode : {0x0bu, 0x2bu, 0x5bu, 0x7bu})
    for (int n = 0; n < 100000; ++n) {
      uint32_t word = (random() & ~0x7fu) | opcode;
      bool listed = false;
      for (unsigned i = 0; i < kInsnCount; ++i)
        listed |= (word & info(Insn(i)).encoding.mask) == info(Insn(i)).encoding.match;
      EXPECT_EQ(decode(word).has_value(), listed);
    }
  EXPECT_FALSE(decode(0x0000007b)); // custom-3 is reserved whole
}

TEST(Decode, ReservedWordsAreRefused) {
  for (uint32_t word : {0u, 0xffffffffu, 0x0000050bu | 1u << 20 /* p.tid with rs2 */,
                        0x02005053u | 5u << 12 /* rounding mode 5 */, 0x1060202fu | 0u})
    EXPECT_FALSE(decode(word)) << std::hex << word;
}

TEST(Decode, PrintsOperands) {
  EXPECT_EQ(disassemble(0x00450513, 0), "addi a0, a0, 4");
  EXPECT_EQ(disassemble(0xfe0718e3, 0x80000010), "bne a4, zero, 0x80000000");
  EXPECT_EQ(disassemble(0x0000050b, 0), "p.tid a0");
  EXPECT_EQ(disassemble(0x80c5a00b, 0), "r.faddp.d fa2, (a1)");
  EXPECT_EQ(disassemble(0x6ac5c50b, 0), "r.cas.d a0, a2, a3, (a1)");
  EXPECT_EQ(disassemble(0x00c5f553, 0), "fadd.s fa0, fa1, fa2");
  EXPECT_EQ(disassemble(0x00c5c553, 0), "fadd.s fa0, fa1, fa2, rmm");
  EXPECT_EQ(disassemble(0x0000007b, 0), ".word 0x7b");
}
