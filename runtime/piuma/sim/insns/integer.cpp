//===- integer.cpp - RV64I and M: arithmetic, branches ---------------------===//
#include "runtime/piuma/sim/Cpu.h"

namespace scratch::piuma {

using s128 = __int128;
using u128 = unsigned __int128;

STRAIGHT(lui) { cpu.setX(uint64_t(cpu.imm())); }
STRAIGHT(auipc) { cpu.setX(cpu.pc() + uint64_t(cpu.imm())); }

BRANCH(beq) { return cpu.x1() == cpu.x2(); }
BRANCH(bne) { return cpu.x1() != cpu.x2(); }
BRANCH(blt) { return int64_t(cpu.x1()) < int64_t(cpu.x2()); }
BRANCH(bge) { return int64_t(cpu.x1()) >= int64_t(cpu.x2()); }
BRANCH(bltu) { return cpu.x1() < cpu.x2(); }
BRANCH(bgeu) { return cpu.x1() >= cpu.x2(); }

STRAIGHT(addi) { cpu.setX(cpu.x1() + uint64_t(cpu.imm())); }
STRAIGHT(slti) { cpu.setX(int64_t(cpu.x1()) < cpu.imm()); }
STRAIGHT(sltiu) { cpu.setX(cpu.x1() < uint64_t(cpu.imm())); }
STRAIGHT(xori) { cpu.setX(cpu.x1() ^ uint64_t(cpu.imm())); }
STRAIGHT(ori) { cpu.setX(cpu.x1() | uint64_t(cpu.imm())); }
STRAIGHT(andi) { cpu.setX(cpu.x1() & uint64_t(cpu.imm())); }
STRAIGHT(slli) { cpu.setX(cpu.x1() << cpu.imm()); }
STRAIGHT(srli) { cpu.setX(cpu.x1() >> cpu.imm()); }
STRAIGHT(srai) { cpu.setX(uint64_t(int64_t(cpu.x1()) >> cpu.imm())); }
STRAIGHT(add) { cpu.setX(cpu.x1() + cpu.x2()); }
STRAIGHT(sub) { cpu.setX(cpu.x1() - cpu.x2()); }
STRAIGHT(sll) { cpu.setX(cpu.x1() << (cpu.x2() & 63)); }
STRAIGHT(slt) { cpu.setX(int64_t(cpu.x1()) < int64_t(cpu.x2())); }
STRAIGHT(sltu) { cpu.setX(cpu.x1() < cpu.x2()); }
STRAIGHT(xor_) { cpu.setX(cpu.x1() ^ cpu.x2()); }
STRAIGHT(srl) { cpu.setX(cpu.x1() >> (cpu.x2() & 63)); }
STRAIGHT(sra) { cpu.setX(uint64_t(int64_t(cpu.x1()) >> (cpu.x2() & 63))); }
STRAIGHT(or_) { cpu.setX(cpu.x1() | cpu.x2()); }
STRAIGHT(and_) { cpu.setX(cpu.x1() & cpu.x2()); }
STRAIGHT(addiw) { cpu.setX32(uint32_t(cpu.x1()) + uint32_t(cpu.imm())); }
STRAIGHT(slliw) { cpu.setX32(uint32_t(cpu.x1()) << cpu.imm()); }
STRAIGHT(srliw) { cpu.setX32(uint32_t(cpu.x1()) >> cpu.imm()); }
STRAIGHT(sraiw) { cpu.setX32(uint32_t(int32_t(cpu.x1()) >> cpu.imm())); }
STRAIGHT(addw) { cpu.setX32(uint32_t(cpu.x1()) + uint32_t(cpu.x2())); }
STRAIGHT(subw) { cpu.setX32(uint32_t(cpu.x1()) - uint32_t(cpu.x2())); }
STRAIGHT(sllw) { cpu.setX32(uint32_t(cpu.x1()) << (cpu.x2() & 31)); }
STRAIGHT(srlw) { cpu.setX32(uint32_t(cpu.x1()) >> (cpu.x2() & 31)); }
STRAIGHT(sraw) { cpu.setX32(uint32_t(int32_t(cpu.x1()) >> (cpu.x2() & 31))); }

STRAIGHT(mul) { cpu.setX(cpu.x1() * cpu.x2()); }
STRAIGHT(mulh) {
  cpu.setX(uint64_t((s128(int64_t(cpu.x1())) * int64_t(cpu.x2())) >> 64));
}
STRAIGHT(mulhsu) { // the product wraps only above 2^127: take it modulo 2^128
  cpu.setX(uint64_t((u128(s128(int64_t(cpu.x1()))) * cpu.x2()) >> 64));
}
STRAIGHT(mulhu) { cpu.setX(uint64_t((u128(cpu.x1()) * cpu.x2()) >> 64)); }
STRAIGHT(mulw) { cpu.setX32(uint32_t(cpu.x1()) * uint32_t(cpu.x2())); }

/// RISC-V division: by zero gives all ones, remainder the dividend; overflow wraps.
template <class S> static S quotient(S a, S b) {
  using U = std::make_unsigned_t<S>;
  if (b == 0)
    return S(-1);
  return b == S(-1) ? S(U(0) - U(a)) : a / b;
}
template <class S> static S remainder(S a, S b) {
  if (b == 0)
    return a;
  return b == S(-1) ? 0 : a % b;
}
STRAIGHT(div) { cpu.setX(uint64_t(quotient(int64_t(cpu.x1()), int64_t(cpu.x2())))); }
STRAIGHT(divu) { cpu.setX(cpu.x2() ? cpu.x1() / cpu.x2() : ~uint64_t(0)); }
STRAIGHT(rem) { cpu.setX(uint64_t(remainder(int64_t(cpu.x1()), int64_t(cpu.x2())))); }
STRAIGHT(remu) { cpu.setX(cpu.x2() ? cpu.x1() % cpu.x2() : cpu.x1()); }
STRAIGHT(divw) {
  cpu.setX32(uint32_t(quotient(int32_t(cpu.x1()), int32_t(cpu.x2()))));
}
STRAIGHT(divuw) {
  uint32_t a = uint32_t(cpu.x1()), b = uint32_t(cpu.x2());
  cpu.setX32(b ? a / b : ~uint32_t(0));
}
STRAIGHT(remw) {
  cpu.setX32(uint32_t(remainder(int32_t(cpu.x1()), int32_t(cpu.x2()))));
}
STRAIGHT(remuw) {
  uint32_t a = uint32_t(cpu.x1()), b = uint32_t(cpu.x2());
  cpu.setX32(b ? a % b : a);
}

} // namespace scratch::piuma
