//===- MaskOperands.cpp - do operands of a mask fit its domain? -----------===//
#include "passes/Expand/Attention/MaskOperands.h"

#include "passes/Expand/Operands.h"
#include "passes/Expand/RowLoops.h"
#include "runtime/abi/scratch.h"

using namespace mlir;
using namespace scratch;

bool scratch::beginsWithHeads(RankedTensorType tensor, MaskType mask) {
  return tensor.getRank() == 3 && mask.getShape().size() == 4;
}

void scratch::checkRepeats(LoopBuilder &b, Value tensor, MaskType mask, const MaskDomain &domain,
                           unsigned aligned, StringRef what, bool anywhere) {
  auto type = cast<RankedTensorType>(tensor.getType());
  Value extents[] = {domain.batches, domain.heads, domain.queries, domain.keys};
  unsigned missing = 4 - type.getRank();
  if (type.getRank() == 3 && !beginsWithHeads(type, mask))
    extents[1] = domain.batches;
  for (unsigned d = 0; d < aligned; ++d)
    if (!(type.getDimSize(d) == 1 && (anywhere || d + 2 < type.getRank())))
      checkExtents(b, extent(b, tensor, d), extents[d + missing], what);
}

/// Checks a number, or each of a list of them.
static void checkEach(LoopBuilder &b, Value numbers, function_ref<void(Value)> check) {
  if (!isa<RankedTensorType>(numbers.getType()))
    return check(numbers);
  Value buffer = openDense(b, numbers);
  b.loop(b.index(0), extent(b, numbers, 0), [&](Value at) {
    check(arith::IndexCastOp::create(b, b.getIndexType(), b.load(buffer, at)));
  });
}

void scratch::checkDilation(LoopBuilder &b, Value dilation) {
  Value one = b.index(1);
  checkEach(b, dilation, [&](Value d) {
    Value fine = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, one, d);
    FailOp::create(b, fine, SCRATCH_INVALID_ARGUMENT, "mask.window: dilation", d, one);
  });
}

void scratch::checkOffset(LoopBuilder &b, Value offset) {
  checkEach(b, offset, [&](Value o) {
    Value nearest = withinMostOffset(b, o);
    FailOp::create(b, b.equal(o, nearest), SCRATCH_INVALID_ARGUMENT, "mask.window: offset", o,
                   nearest);
  });
}

Value scratch::withinMostOffset(LoopBuilder &b, Value offset) {
  constexpr int64_t kMost = int64_t(1) << 26;
  return arith::MaxSIOp::create(b, arith::MinSIOp::create(b, offset, b.index(kMost)),
                                b.index(-kMost));
}
