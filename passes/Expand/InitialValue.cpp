//===- InitialValue.cpp - what a dense result starts from -----------------===//
#include "passes/Expand/InitialValue.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

bool scratch::isFilledWith(Value init, TypedAttr identity) {
  Attribute constant;
  if (auto fill = init.getDefiningOp<linalg::FillOp>())
    return matchPattern(fill.getInputs()[0], m_Constant(&constant)) && constant == identity;
  DenseElementsAttr elements;
  if (matchPattern(init, m_Constant(&elements)))
    return elements.isSplat() && elements.getSplatValue<Attribute>() == identity;
  return false;
}
