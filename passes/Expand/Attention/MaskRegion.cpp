//===- MaskRegion.cpp - bodies of mask.region as formulas -----------------===//
#include "passes/Expand/Attention/MaskRegion.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace scratch;
using mask::Index;
using mask::Predicate;

namespace {
struct RegionReader {
  Block &body;
  const mask::Tokens &at;
  function_ref<Index(Value)> single;

  std::optional<Index> integer(Value value);
  std::optional<Predicate> condition(Value value);
};
} // namespace

/// No more than this far from zero is what tokens make of `index`, whatever its
/// parameters are. Entries of tables are tokens.
static int64_t magnitude(const Index &index) {
  constexpr int64_t kTokens = int64_t(1) << 26; // see HeadTensors.cpp
  auto most = [](const Index &part) { return std::max<int64_t>(magnitude(part), 1); };
  int64_t sum =
      (std::abs(index.query) + std::abs(index.key)) * kTokens + std::abs(index.constant);
  for (const auto &[term, factor] : index.terms) {
    int64_t own = kTokens;
    if (term->kind == mask::Term::Kind::FloorDiv)
      own = magnitude(term->lhs) / most(term->rhs) + 1;
    else if (term->kind == mask::Term::Kind::Mod)
      own = most(term->rhs);
    sum += std::abs(factor) * own;
  }
  return sum;
}

/// A number of the region that is linear, a division or a remainder.
std::optional<Index> RegionReader::integer(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value); argument && argument.getOwner() == &body) {
    if (argument.getArgNumber() < 2)
      return std::nullopt; // batch and head are asked of the region itself
    return argument.getArgNumber() == 2 ? at.query : at.key;
  }
  IntegerAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return std::abs(constant.getInt()) < (1 << 28)
               ? std::optional<Index>(mask::number(constant.getInt()))
               : std::nullopt;
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != &body)
    return value.getType().isIndex() ? std::optional<Index>(single(value)) : std::nullopt;
  auto both = [&](auto combine) -> std::optional<Index> {
    std::optional<Index> lhs = integer(def->getOperand(0));
    std::optional<Index> rhs = lhs ? integer(def->getOperand(1)) : std::nullopt;
    return rhs ? combine(*lhs, *rhs) : std::nullopt;
  };
  if (isa<arith::AddIOp>(def))
    return both([](Index a, Index b) { return std::optional<Index>(a + b); });
  if (isa<arith::SubIOp>(def))
    return both([](Index a, Index b) { return std::optional<Index>(a - b); });
  bool positive = def->getNumOperands() == 2 &&
                  matchPattern(def->getOperand(1), m_Constant(&constant)) &&
                  constant.getInt() > 0 && constant.getInt() < (1 << 28);
  if (!positive)
    return std::nullopt;
  int64_t by = constant.getInt();
  std::optional<Index> lhs = integer(def->getOperand(0));
  if (!lhs)
    return std::nullopt;
  if (isa<arith::MulIOp>(def) && by < 1024)
    return *lhs * by;
  if (isa<arith::FloorDivSIOp>(def))
    return mask::floorDiv(*lhs, mask::number(by));
  // Truncating division floors what is never negative: a token's number.
  bool token = isa<BlockArgument>(def->getOperand(0));
  if (isa<arith::DivUIOp, arith::DivSIOp>(def) && token)
    return mask::floorDiv(*lhs, mask::number(by));
  if (isa<arith::RemUIOp, arith::RemSIOp>(def) && token)
    return mask::mod(*lhs, mask::number(by));
  return std::nullopt;
}

std::optional<Predicate> RegionReader::condition(Value value) {
  Operation *def = value.getDefiningOp();
  if (!def || def->getBlock() != &body)
    return std::nullopt;
  if (isa<arith::AndIOp, arith::OrIOp>(def)) {
    std::optional<Predicate> lhs = condition(def->getOperand(0));
    std::optional<Predicate> rhs = lhs ? condition(def->getOperand(1)) : std::nullopt;
    if (!rhs)
      return std::nullopt;
    return isa<arith::AndIOp>(def) ? *lhs && *rhs : *lhs || *rhs;
  }
  if (isa<arith::XOrIOp>(def) && matchPattern(def->getOperand(1), m_One())) {
    std::optional<Predicate> inner = condition(def->getOperand(0));
    return inner ? std::optional<Predicate>(!*inner) : std::nullopt;
  }
  auto compare = dyn_cast<arith::CmpIOp>(def);
  if (!compare || !compare.getLhs().getType().isIndex())
    return std::nullopt;
  std::optional<Index> lhs = integer(compare.getLhs());
  std::optional<Index> rhs = lhs ? integer(compare.getRhs()) : std::nullopt;
  // Lanes hold 32 bits: what tokens make, and as much of parameters (MaskEmitter.cpp).
  if (!rhs || magnitude(*lhs - *rhs) > (1 << 29))
    return std::nullopt;
  switch (compare.getPredicate()) {
  case arith::CmpIPredicate::eq:
    return mask::equal(*lhs, *rhs);
  case arith::CmpIPredicate::ne:
    return !mask::equal(*lhs, *rhs);
  case arith::CmpIPredicate::sle:
    return mask::lessEqual(*lhs, *rhs);
  case arith::CmpIPredicate::slt:
    return mask::less(*lhs, *rhs);
  case arith::CmpIPredicate::sge:
    return mask::lessEqual(*rhs, *lhs);
  case arith::CmpIPredicate::sgt:
    return mask::less(*rhs, *lhs);
  default: // unsigned comparisons are not linear
    return std::nullopt;
  }
}

std::optional<Predicate> scratch::understandRegion(Block &body, const mask::Tokens &at,
                                                   function_ref<Index(Value)> single) {
  return RegionReader{body, at, single}.condition(body.getTerminator()->getOperand(0));
}
