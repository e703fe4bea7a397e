//===- OutlineSpmd.cpp - regions of all threads become functions ----------===//
//
// Stage: lower (PIUMA), last. The thread that arrives at a region puts the values
// that it captures into a frame on its stack; the guest runtime wakes the other
// threads with the function and the frame, and waits for all at the end.
//
//===----------------------------------------------------------------------===//
#include "passes/Conversion/Piuma/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/RegionUtils.h"

namespace scratch {
#define GEN_PASS_DEF_OUTLINESPMDPASS
#include "passes/Conversion/Piuma/Passes.h.inc"
} // namespace scratch

using namespace mlir;
using namespace scratch;

/// runtime/piuma/guest: every thread calls `function(frame)`.
static constexpr StringLiteral kRun = "piuma_fork";

static LLVM::LLVMFuncOp declareRun(ModuleOp module) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(kRun))
    return known;
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  return LLVM::LLVMFuncOp::create(
      b, module.getLoc(), kRun,
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {pointer, pointer}));
}

/// Copies constants into the region; what is left is captured.
static llvm::SetVector<Value> capturesOf(Region &body) {
  llvm::SetVector<Value> captured, used;
  getUsedValuesDefinedAbove(body, used);
  OpBuilder b = OpBuilder::atBlockBegin(&body.front());
  for (Value value : used) {
    Operation *source = value.getDefiningOp();
    bool cheap = source && source->getNumResults() == 1 && source->getNumOperands() == 0 &&
                 isPure(source);
    if (cheap)
      replaceAllUsesInRegionWith(value, b.clone(*source)->getResult(0), body);
    else
      captured.insert(value);
  }
  return captured;
}

static void outline(piuma::SpmdOp op, ModuleOp module, unsigned number) {
  auto parent = op->getParentOfType<LLVM::LLVMFuncOp>();
  llvm::SetVector<Value> captured = capturesOf(op.getBody());
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  SmallVector<Type> members;
  for (Value value : captured)
    members.push_back(value.getType());
  auto frameType = LLVM::LLVMStructType::getLiteral(b.getContext(), members);

  // The caller: fill the frame, send all threads.
  // The frame belongs to the function's entry: the region may be in a loop.
  b.setInsertionPointToStart(&parent.front());
  Value one = LLVM::ConstantOp::create(b, b.getI64Type(), 1);
  Value frame = LLVM::AllocaOp::create(b, pointer, frameType, one, /*alignment=*/16);
  b.setInsertionPoint(op);
  auto member = [&](Value base, unsigned at) -> Value {
    return LLVM::GEPOp::create(b, pointer, frameType, base,
                               ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(at)});
  };
  for (auto [at, value] : llvm::enumerate(captured))
    LLVM::StoreOp::create(b, value, member(frame, at));

  OpBuilder atParent(parent);
  auto function = LLVM::LLVMFuncOp::create(
      atParent, op.getLoc(), (parent.getName() + ".spmd." + Twine(number)).str(),
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), {pointer}),
      LLVM::Linkage::Internal);
  Value address = LLVM::AddressOfOp::create(b, function);
  LLVM::CallOp::create(b, declareRun(module), ValueRange{address, frame});

  // The region: read the frame first.
  Region &body = function.getBody();
  body.takeBody(op.getBody());
  Block *entry = b.createBlock(&body, body.begin(), {pointer}, {op.getLoc()});
  SmallVector<Value> inside;
  for (unsigned at = 0; at < captured.size(); ++at)
    inside.push_back(
        LLVM::LoadOp::create(b, members[at], member(entry->getArgument(0), at)));
  LLVM::BrOp::create(b, &*std::next(body.begin()));
  for (auto [value, replacement] : llvm::zip_equal(captured, inside))
    replaceAllUsesInRegionWith(value, replacement, body);
  for (piuma::ReturnOp end : llvm::make_early_inc_range(body.getOps<piuma::ReturnOp>())) {
    b.setInsertionPoint(end);
    LLVM::ReturnOp::create(b, ValueRange());
    end.erase();
  }
  op.erase();
}

namespace {
struct OutlineSpmdPass : scratch::impl::OutlineSpmdPassBase<OutlineSpmdPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<piuma::SpmdOp> regions;
    getOperation().walk([&](piuma::SpmdOp op) { regions.push_back(op); });
    for (auto [number, op] : llvm::enumerate(regions))
      outline(op, getOperation(), number);
  }
};
} // namespace
