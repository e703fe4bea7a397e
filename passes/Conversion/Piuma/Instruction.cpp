//===- Instruction.cpp - one instruction of Xpiuma as inline assembly -----===//
#include "passes/Conversion/Piuma/Instruction.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace scratch;

namespace {
/// What the operands column of the table says of one instruction.
struct Shape {
  bool result = false, floatResult = false;
  char sources[4] = {}; ///< letters of rs1, rs2, rs3; 0 where unused
  bool loadForm = false, storeForm = false; ///< with an immediate

  explicit Shape(StringRef operands) {
    for (char letter : operands) {
      switch (letter) {
      case 'd':
      case 'D':
        result = true;
        floatResult = letter == 'D';
        break;
      case 's':
      case 'S':
        sources[0] = letter;
        break;
      case 't':
      case 'T':
        sources[1] = letter;
        break;
      case 'r':
      case 'R':
        sources[2] = letter;
        break;
      case 'i':
        loadForm = true;
        break;
      case 'q':
        storeForm = true;
        break;
      }
    }
  }
};
} // namespace

Value scratch::emitInstruction(LoopBuilder &b, piuma::Insn insn, Type result, ValueRange sources,
                               bool pure) {
  const piuma::InsnInfo &row = piuma::info(insn);
  Shape shape(row.operands);
  assert(shape.result == static_cast<bool>(result) && "result does not fit the table");

  std::string constraints;
  llvm::raw_string_ostream list(constraints);
  unsigned number = 0;
  std::string destination = "x0", registers[3] = {"x0", "x0", "x0"};
  auto next = [&] { return "$" + std::to_string(number++); };
  if (shape.result) {
    destination = next();
    list << (shape.floatResult ? "=f" : "=r") << ',';
  }
  unsigned given = 0;
  for (unsigned place = 0; place < 3; ++place) {
    if (!shape.sources[place])
      continue;
    ++given;
    registers[place] = next();
    list << (llvm::isUpper(shape.sources[place]) ? "f" : "r") << ',';
  }
  assert(given == sources.size() && "sources do not fit the table");
  (void)given;
  if (pure) {
    if (!constraints.empty())
      constraints.pop_back();
  } else {
    list << "~{memory}";
  }

  uint32_t match = row.encoding.match;
  uint32_t opcode = match & 0x7f, funct3 = match >> 12 & 7, funct7 = match >> 25;
  std::string text;
  llvm::raw_string_ostream out(text);
  auto hex = [](uint32_t value) { return "0x" + llvm::utohexstr(value); };
  if (shape.sources[2])
    out << ".insn r4 " << hex(opcode) << ", " << funct3 << ", " << (funct7 & 3) << ", "
        << destination << ", " << registers[0] << ", " << registers[1] << ", " << registers[2];
  else if (shape.loadForm)
    out << ".insn i " << hex(opcode) << ", " << funct3 << ", " << destination << ", 0("
        << registers[0] << ")";
  else if (shape.storeForm)
    out << ".insn s " << hex(opcode) << ", " << funct3 << ", " << registers[1] << ", 0("
        << registers[0] << ")";
  else
    out << ".insn r " << hex(opcode) << ", " << funct3 << ", " << hex(funct7) << ", "
        << destination << ", " << registers[0] << ", " << registers[1];
  out << " # " << row.mnemonic;

  auto assembly = LLVM::InlineAsmOp::create(
      b, result ? TypeRange(result) : TypeRange(), sources, text, constraints,
      /*has_side_effects=*/!pure, /*is_align_stack=*/false, LLVM::TailCallKind::None,
      LLVM::AsmDialectAttr(), ArrayAttr());
  return result ? assembly.getRes() : Value();
}
