//===- SliceLists.cpp - lists of the slices that masks of run time keep ---===//
//
// Stage: import. One loop for each set of masks; all who need its lists share them.
//
//===----------------------------------------------------------------------===//
#include "passes/Prune/SliceLayout.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace scratch;

void Layouts::bringForward(ImplicitLocOpBuilder &b, Value mask) {
  Operation *maker = mask.getDefiningOp();
  Operation *place = &*b.getInsertionPoint();
  if (!maker || maker->getBlock() != &block || maker->isBeforeInBlock(place))
    return;
  for (Value operand : maker->getOperands())
    bringForward(b, operand);
  maker->moveBefore(place);
}

Layouts::Lists Layouts::runListsOf(ImplicitLocOpBuilder &b, const RunMasks &masks) {
  for (auto &[known, lists] : runLists)
    if (known == masks)
      return lists;
  SmallVector<Value> bytes;
  for (Value mask : masks) {
    bringForward(b, mask);
    auto type = cast<MaskType>(mask.getType());
    int64_t size = type.getShape()[type.getGranularity() == MaskGranularity::Row ? 0 : 1];
    bytes.push_back(MaskBytesOp::create(b, RankedTensorType::get({size}, b.getI8Type()), mask));
  }
  Value zero = arith::ConstantIndexOp::create(b, 0), one = arith::ConstantIndexOp::create(b, 1);
  Value none = arith::ConstantIndexOp::create(b, -1);
  Value extent = tensor::DimOp::create(b, bytes[0], zero);
  Value empty = tensor::EmptyOp::create(
      b, ArrayRef<int64_t>{ShapedType::kDynamic}, b.getIndexType(), ValueRange{extent});
  Value other = tensor::EmptyOp::create(
      b, ArrayRef<int64_t>{ShapedType::kDynamic}, b.getIndexType(), ValueRange{extent});
  auto loop = scf::ForOp::create(
      b, zero, extent, one, ValueRange{empty, other, zero},
      [&](OpBuilder &nested, Location loc, Value i, ValueRange carried) {
        ImplicitLocOpBuilder body(loc, nested);
        Value kept;
        for (Value flags : bytes) {
          Value flag = tensor::ExtractOp::create(body, flags, i);
          kept = kept ? Value(arith::AndIOp::create(body, kept, flag)) : flag;
        }
        Value off = arith::ConstantIntOp::create(body, 0, 8);
        Value inside = arith::CmpIOp::create(body, arith::CmpIPredicate::ne, kept, off);
        // A slice that is not kept is overwritten by the next that is.
        Value list = tensor::InsertOp::create(body, i, carried[0], carried[2]);
        Value place = arith::SelectOp::create(body, inside, carried[2], none);
        Value places = tensor::InsertOp::create(body, place, carried[1], i);
        Value next = arith::AddIOp::create(body, carried[2], one);
        Value count = arith::SelectOp::create(body, inside, next, carried[2]);
        scf::YieldOp::create(body, ValueRange{list, places, count});
      });
  Lists lists;
  lists.count = loop.getResult(2);
  lists.places = loop.getResult(1);
  lists.kept = tensor::ExtractSliceOp::create(b, loop.getResult(0), {b.getIndexAttr(0)},
                                              {lists.count}, {b.getIndexAttr(1)});
  runLists.push_back({masks, lists});
  return lists;
}
