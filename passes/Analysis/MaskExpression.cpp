//===- MaskExpression.cpp - building masks as formulas --------------------===//
#include "passes/Analysis/MaskExpression.h"

#include <algorithm>

using namespace scratch::mask;

//===----------------------------------------------------------------------===//
// Integer expressions
//===----------------------------------------------------------------------===//

bool Index::isFixed() const {
  return query == 0 && key == 0 &&
         std::all_of(terms.begin(), terms.end(), [](const auto &entry) {
           return entry.first->lhs.isFixed() && entry.first->rhs.isFixed();
         });
}

static Index ofTerm(Term term) {
  Index index;
  index.terms.emplace_back(std::make_shared<const Term>(std::move(term)), 1);
  return index;
}

Index scratch::mask::query() {
  Index index;
  index.query = 1;
  return index;
}

Index scratch::mask::key() {
  Index index;
  index.key = 1;
  return index;
}

Index scratch::mask::number(int64_t value) {
  Index index;
  index.constant = value;
  return index;
}

Index scratch::mask::parameter(unsigned position) {
  Index index;
  index.parameters.emplace_back(position, 1);
  return index;
}

static bool isNumber(const Index &index, int64_t value) {
  return index.query == 0 && index.key == 0 && index.parameters.empty() && index.terms.empty() &&
         index.constant == value;
}

Index scratch::mask::operator+(Index a, const Index &b) {
  a.query += b.query;
  a.key += b.key;
  a.constant += b.constant;
  for (auto [position, factor] : b.parameters) {
    auto at = std::lower_bound(a.parameters.begin(), a.parameters.end(), position,
                               [](const auto &entry, unsigned p) { return entry.first < p; });
    if (at == a.parameters.end() || at->first != position)
      a.parameters.emplace(at, position, factor);
    else if ((at->second += factor) == 0)
      a.parameters.erase(at);
  }
  for (const auto &[term, factor] : b.terms) {
    auto at = std::find_if(a.terms.begin(), a.terms.end(),
                           [&](const auto &entry) { return entry.first == term; });
    if (at == a.terms.end())
      a.terms.emplace_back(term, factor);
    else if ((at->second += factor) == 0)
      a.terms.erase(at);
  }
  return a;
}

Index scratch::mask::operator*(Index a, int64_t factor) {
  if (factor == 0)
    return Index();
  a.query *= factor;
  a.key *= factor;
  a.constant *= factor;
  for (auto &entry : a.parameters)
    entry.second *= factor;
  for (auto &entry : a.terms)
    entry.second *= factor;
  return a;
}

Index scratch::mask::operator-(Index a, const Index &b) { return std::move(a) + b * -1; }

Index scratch::mask::floorDiv(Index a, Index divisor) {
  if (isNumber(divisor, 1))
    return a;
  return ofTerm({Term::Kind::FloorDiv, std::move(a), std::move(divisor)});
}

Index scratch::mask::mod(Index a, Index divisor) {
  if (isNumber(divisor, 1))
    return Index();
  return ofTerm({Term::Kind::Mod, std::move(a), std::move(divisor)});
}

Index scratch::mask::min(Index a, Index b) {
  return ofTerm({Term::Kind::Min, std::move(a), std::move(b)});
}

Index scratch::mask::max(Index a, Index b) {
  return ofTerm({Term::Kind::Max, std::move(a), std::move(b)});
}

Index scratch::mask::lookup(unsigned table, Index position) {
  return ofTerm({Term::Kind::Lookup, std::move(position), Index(), table});
}

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

static Predicate onIndex(Predicate::Kind kind, Index index) {
  Predicate predicate;
  predicate.kind = kind;
  predicate.index = std::move(index);
  return predicate;
}

static Predicate combine(Predicate::Kind kind, std::vector<Predicate> operands) {
  Predicate predicate;
  predicate.kind = kind;
  predicate.operands = std::move(operands);
  return predicate;
}

Predicate scratch::mask::constant(bool value) {
  Predicate predicate;
  predicate.value = value;
  return predicate;
}

Predicate scratch::mask::lessEqual(const Index &a, const Index &b) {
  return onIndex(Predicate::Kind::NonNegative, b - a);
}

Predicate scratch::mask::less(const Index &a, const Index &b) {
  return onIndex(Predicate::Kind::NonNegative, b - a - number(1));
}

Predicate scratch::mask::equal(const Index &a, const Index &b) {
  return onIndex(Predicate::Kind::Zero, a - b);
}

Predicate scratch::mask::opaque(unsigned leaf) {
  Predicate predicate;
  predicate.kind = Predicate::Kind::Opaque;
  predicate.leaf = leaf;
  return predicate;
}

/// With a constant operand, `a && true` is a and `a && false` is false; for
/// `||` the other way round.
static Predicate combineFolded(Predicate::Kind kind, Predicate a, Predicate b) {
  bool neutral = kind == Predicate::Kind::And;
  if (a.kind == Predicate::Kind::Constant)
    return a.value == neutral ? b : a;
  if (b.kind == Predicate::Kind::Constant)
    return b.value == neutral ? a : b;
  return combine(kind, {std::move(a), std::move(b)});
}

Predicate scratch::mask::operator&&(Predicate a, Predicate b) {
  return combineFolded(Predicate::Kind::And, std::move(a), std::move(b));
}

Predicate scratch::mask::operator||(Predicate a, Predicate b) {
  return combineFolded(Predicate::Kind::Or, std::move(a), std::move(b));
}

Predicate scratch::mask::operator!(const Predicate &a) {
  switch (a.kind) {
  case Predicate::Kind::Constant:
    return constant(!a.value);
  case Predicate::Kind::NonNegative: // not (e >= 0)  is  -e - 1 >= 0
    return onIndex(Predicate::Kind::NonNegative, a.index * -1 - number(1));
  case Predicate::Kind::And:
    return !a.operands[0] || !a.operands[1];
  case Predicate::Kind::Or:
    return !a.operands[0] && !a.operands[1];
  case Predicate::Kind::Not:
    return a.operands[0];
  case Predicate::Kind::Zero:
  case Predicate::Kind::Opaque:
    break;
  }
  return combine(Predicate::Kind::Not, {a});
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

Predicate scratch::mask::causal(const Index &offset, const Tokens &at) {
  return lessEqual(at.key, at.query + offset);
}

Predicate scratch::mask::congruent(const Index &offset, const Index &dilation, const Tokens &at) {
  return equal(mod(at.query + offset - at.key, dilation), number(0));
}

Predicate scratch::mask::sameDocument(unsigned queryTable, unsigned keyTable, const Tokens &at) {
  return equal(lookup(queryTable, at.query), lookup(keyTable, at.key));
}

/// start = clamp(q - kernel / 2, 0, extent - kernel); start <= k < start + kernel.
Predicate scratch::mask::nearOnAxis(const Index &q, const Index &k, int64_t extent,
                                    int64_t kernel) {
  Index start = min(max(q - number(kernel / 2), number(0)), number(std::max<int64_t>(extent - kernel, 0)));
  return lessEqual(start, k) && less(k, start + number(kernel));
}

Predicate scratch::mask::neighbourhood(int64_t rows, int64_t columns, int64_t kernelRows,
                                       int64_t kernelColumns, const Tokens &at) {
  Index width = number(columns);
  return nearOnAxis(floorDiv(at.query, width), floorDiv(at.key, width), rows, kernelRows) &&
         nearOnAxis(mod(at.query, width), mod(at.key, width), columns, kernelColumns);
}
