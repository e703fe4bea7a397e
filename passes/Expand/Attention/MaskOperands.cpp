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

void scratch::checkDilation(LoopBuilder &b, Value dilation) {
  Value one = b.index(1);
  auto check = [&](Value d) {
    Value fine = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, one, d);
    FailOp::create(b, fine, SCRATCH_INVALID_ARGUMENT, "mask.window: dilation", d, one);
  };
  if (!isa<RankedTensorType>(dilation.getType()))
    return check(dilation);
  Value buffer = openDense(b, dilation);
  b.loop(b.index(0), extent(b, dilation, 0), [&](Value head) {
    check(arith::IndexCastOp::create(b, b.getIndexType(), b.load(buffer, head)));
  });
}
