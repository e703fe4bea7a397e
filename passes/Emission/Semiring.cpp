//===- Semiring.cpp - a semiring as scalar operations ---------------------===//
#include "passes/Emission/Semiring.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace scratch;

static Value constant(ImplicitLocOpBuilder &b, TypedAttr scalar, Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, DenseElementsAttr::get(vector, Attribute(scalar)));
  return arith::ConstantOp::create(b, scalar);
}

static TypedAttr one(Type element) {
  if (isa<FloatType>(element))
    return FloatAttr::get(element, 1.0);
  return IntegerAttr::get(element, 1);
}

Value scratch::emitOperator(ImplicitLocOpBuilder &b, SemiringOperator op, Value left, Value right,
                            Type type) {
  bool real = isa<FloatType>(getElementTypeOrSelf(type));
  auto contract = arith::FastMathFlags::contract;
  switch (op) {
  case SemiringOperator::op_plus:
    if (real)
      return arith::AddFOp::create(b, left, right, contract);
    return arith::AddIOp::create(b, left, right);
  case SemiringOperator::op_times:
    if (real)
      return arith::MulFOp::create(b, left, right, contract);
    return arith::MulIOp::create(b, left, right);
  case SemiringOperator::op_min:
    if (real)
      return arith::MinNumFOp::create(b, left, right);
    return arith::MinSIOp::create(b, left, right);
  case SemiringOperator::op_max:
    if (real)
      return arith::MaxNumFOp::create(b, left, right);
    return arith::MaxSIOp::create(b, left, right);
  case SemiringOperator::op_or:
    return arith::OrIOp::create(b, left, right);
  case SemiringOperator::op_and:
    return arith::AndIOp::create(b, left, right);
  case SemiringOperator::op_first:
    return left;
  case SemiringOperator::op_second:
  case SemiringOperator::op_any:
    return right;
  case SemiringOperator::op_pair:
    return constant(b, one(getElementTypeOrSelf(type)), type);
  }
  llvm_unreachable("unknown operator");
}

SmallVector<Value> scratch::emitRegion(ImplicitLocOpBuilder &b, Region &region,
                                       ValueRange arguments) {
  IRMapping mapping;
  mapping.map(region.front().getArguments(), arguments);
  for (Operation &op : region.front().without_terminator())
    b.clone(op, mapping);
  SmallVector<Value> yielded;
  for (Value value : region.front().getTerminator()->getOperands())
    yielded.push_back(mapping.lookupOrDefault(value));
  return yielded;
}

TypedAttr scratch::identityOf(SemiringOperator op, Type element) {
  auto real = dyn_cast<FloatType>(element);
  unsigned bits = element.getIntOrFloatBitWidth();
  auto infinity = [&](bool negative) -> TypedAttr {
    return FloatAttr::get(element, APFloat::getInf(real.getFloatSemantics(), negative));
  };
  switch (op) {
  case SemiringOperator::op_min:
    return real ? infinity(false) : IntegerAttr::get(element, APInt::getSignedMaxValue(bits));
  case SemiringOperator::op_max:
    return real ? infinity(true) : IntegerAttr::get(element, APInt::getSignedMinValue(bits));
  case SemiringOperator::op_times:
  case SemiringOperator::op_and:
    return one(element);
  default:
    return cast<TypedAttr>(Builder(element.getContext()).getZeroAttr(element));
  }
}

TypedAttr scratch::identityOf(SemiringAttr semiring, TypedAttr custom, Type element) {
  return semiring.isCustom() ? custom : identityOf(semiring.getAdd(), element);
}

TypedAttr scratch::startOf(SemiringAttr semiring, TypedAttr custom, Type element) {
  auto real = dyn_cast<FloatType>(element);
  bool ignoresNan = !semiring.isCustom() && (semiring.getAdd() == SemiringOperator::op_min ||
                                             semiring.getAdd() == SemiringOperator::op_max);
  if (real && ignoresNan)
    return FloatAttr::get(element, APFloat::getQNaN(real.getFloatSemantics()));
  return identityOf(semiring, custom, element);
}

SemiringEmitter SemiringEmitter::of(KernelOpInterface kernel) {
  SemiringEmitter emitter;
  emitter.semiring = kernel.getSemiring();
  emitter.element =
      cast<RankedTensorType>(kernel->getResult(0).getType()).getElementType();
  emitter.identity = identityOf(emitter.semiring, kernel.getIdentityAttr(), emitter.element);
  if (emitter.semiring.isCustom()) {
    emitter.multiplyRegion = &kernel.getMultiply();
    emitter.addRegion = &kernel.getAdd();
  }
  return emitter;
}

bool SemiringEmitter::readsLeft() const {
  if (semiring.isCustom())
    return true;
  return swapped ? scratch::readsRight(semiring.getMultiply())
                 : scratch::readsLeft(semiring.getMultiply());
}

bool SemiringEmitter::readsRight() const {
  if (semiring.isCustom())
    return true;
  return swapped ? scratch::readsLeft(semiring.getMultiply())
                 : scratch::readsRight(semiring.getMultiply());
}

Value SemiringEmitter::multiply(ImplicitLocOpBuilder &b, Value left, Value right,
                                Type type) const {
  if (swapped)
    std::swap(left, right);
  if (semiring.isCustom())
    return emitRegion(b, *multiplyRegion, {left, right}).front();
  return emitOperator(b, semiring.getMultiply(), left, right, type);
}

Value SemiringEmitter::add(ImplicitLocOpBuilder &b, Value left, Value right) const {
  if (semiring.isCustom())
    return emitRegion(b, *addRegion, {left, right}).front();
  return emitOperator(b, semiring.getAdd(), left, right, left.getType());
}

Value SemiringEmitter::getIdentity(ImplicitLocOpBuilder &b, Type type) const {
  return constant(b, identity, type);
}

void SemiringEmitter::cloneMultiply(Region &into) const {
  IRMapping mapping;
  if (semiring.isCustom())
    multiplyRegion->cloneInto(&into, mapping);
}

void SemiringEmitter::cloneAdd(Region &into) const {
  IRMapping mapping;
  if (semiring.isCustom())
    addRegion->cloneInto(&into, mapping);
}
