//===- LowerExpandLanes.cpp - packed values to lanes, with AVX2 -----------===//
//
// Stage: map (x86). The table has 2 KB, one row of eight bytes per byte value:
// the number of the value that a lane takes, or 128 for none. Sixteen lanes are
// for AVX-512, which expands the lanes of a register by a mask. The values are loaded
// whole: an expanding load that is masked is slower.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/X86/Passes.h"
#include "passes/Emission/LoopBuilder.h"

namespace scratch {
#define GEN_PASS_DEF_LOWEREXPANDLANESX86PASS
#include "passes/Conversion/X86/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

static constexpr int8_t kNoValue = -128;

static SmallVector<int8_t> tableOf(LaneCode code) {
  SmallVector<int8_t> table(256 * 8, kNoValue);
  for (int byte = 0; byte < 256; ++byte) {
    int next = 0;
    for (int lane = 0; lane < 8; ++lane) {
      int nibble = byte >> (lane / 4 * 4);
      bool holds = code == LaneCode::Bits
                       ? byte >> lane & 1
                       : (nibble & 3) == lane % 4 || (nibble >> 2 & 3) == lane % 4;
      if (holds)
        table[byte * 8 + lane] = static_cast<int8_t>(next++);
    }
  }
  return table;
}

/// The table as a constant of the module.
static memref::GlobalOp globalTable(ModuleOp module, LaneCode code) {
  std::string name = ("scratch.lanes." + stringifyLaneCode(code)).str();
  if (auto global = module.lookupSymbol<memref::GlobalOp>(name))
    return global;
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  auto type = MemRefType::get({256, 8}, b.getI8Type());
  auto values = DenseElementsAttr::get(RankedTensorType::get({256, 8}, b.getI8Type()),
                                       ArrayRef<int8_t>(tableOf(code)));
  return memref::GlobalOp::create(b, module.getLoc(), name, b.getStringAttr("private"), type,
                                  values, /*constant=*/true, /*alignment=*/b.getI64IntegerAttr(64));
}

static Value expandRegister(LoopBuilder &b, ExpandLanesOp op) {
  VectorType type = op.getType();
  Value code = vector::BroadcastOp::create(b, VectorType::get({1}, op.getByte().getType()), op.getByte());
  Value mask = vector::BitCastOp::create(b, VectorType::get(type.getShape(), b.getI1Type()), code);
  Value packed = vector::LoadOp::create(b, type, op.getValues(), ValueRange{op.getAt()});
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return LLVM::CallIntrinsicOp::create(b, type, b.getStringAttr("llvm.x86.avx512.mask.expand"),
                                       ValueRange{packed, none, mask})
      .getResult(0);
}

static Value permute(LoopBuilder &b, ExpandLanesOp op, memref::GlobalOp global) {
  VectorType type = op.getType();
  Value table = memref::GetGlobalOp::create(b, global.getType(), global.getSymName());
  Value row = vector::LoadOp::create(b, VectorType::get({8}, b.getI8Type()), table,
                                     ValueRange{b.toIndex(op.getByte()), b.index(0)});
  auto wide = VectorType::get({8}, b.getI32Type());
  Value index = arith::ExtSIOp::create(b, wide, row);
  // `pairs` must not read past its four values.
  int64_t count = op.getCode() == LaneCode::Bits ? 8 : 4;
  Value packed = vector::LoadOp::create(b, VectorType::get({count}, b.getF32Type()),
                                        op.getValues(), ValueRange{op.getAt()});
  if (count == 4)
    packed = vector::ShuffleOp::create(b, packed, packed,
                                       ArrayRef<int64_t>{0, 1, 2, 3, 0, 1, 2, 3});
  Value permuted = LLVM::CallIntrinsicOp::create(
                       b, type, b.getStringAttr("llvm.x86.avx2.permps"), ValueRange{packed, index})
                       .getResult(0);
  Value none = arith::CmpIOp::create(
      b, arith::CmpIPredicate::slt, index,
      arith::ConstantOp::create(b, b.getZeroAttr(wide)));
  return b.select(none, arith::ConstantOp::create(b, b.getZeroAttr(type)), permuted);
}

namespace {
struct LowerExpandLanesX86Pass
    : scratch::impl::LowerExpandLanesX86PassBase<LowerExpandLanesX86Pass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<ExpandLanesOp> ops;
    getOperation().walk([&](ExpandLanesOp op) { ops.push_back(op); });
    for (ExpandLanesOp op : ops) {
      LoopBuilder b(op.getLoc(), op);
      op.replaceAllUsesWith(op.getType().getNumElements() == 16
                                ? expandRegister(b, op)
                                : permute(b, op, globalTable(getOperation(), op.getCode())));
      op.erase();
    }
  }
};
} // namespace
