//===- MaskTiles.h - skipped, full or partial? ------------------*- C++ -*-===//
//
// Sorts the boxes [query.low, query.high] x [key.low, key.high] of a mask by
// interval arithmetic in three values: nothing of the box takes part (skipped),
// everything does (full), or it cannot be told (partial, always allowed).
//
// Written over a `Domain` of numbers and truths, so that the same lines run on
// integers (unit tests, compile time) and emit IR (lengths and tables known at
// run time). A domain offers
//   Number, Truth
//   Number number(int64_t), add, sub, mul(Number, int64_t), times, floorDiv, min, max,
//          select(Truth, Number, Number), parameter(unsigned), lookup(unsigned, Number)
//   Truth  truth(bool), lessEqual, equal(Number, Number), both, either, negate
//   Range<Domain>   lookupRange(unsigned table, Range)   least and largest entry
//   Verdict<Domain> opaque(unsigned leaf, Range query, Range key)
// Numbers are small enough that sums of a few do not overflow.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_ANALYSIS_MASKTILES_H
#define SCRATCH_PASSES_ANALYSIS_MASKTILES_H

#include "passes/Analysis/MaskExpression.h"

#include <optional>

namespace scratch::mask {

/// Both ends included.
template <class Domain> struct Range {
  typename Domain::Number low, high;
};

/// possible: some element may take part. certain: all do.
/// Skipped is !possible, full is certain, the rest is partial.
template <class Domain> struct Verdict {
  typename Domain::Truth possible, certain;
};

template <class Domain> class TileClassifier {
public:
  using Number = typename Domain::Number;
  using Truth = typename Domain::Truth;
  using Interval = Range<Domain>;
  using Answer = Verdict<Domain>;

  TileClassifier(Domain &domain, Interval query, Interval key)
      : d(domain), query(query), key(key) {}

  Answer classify(const Predicate &predicate);
  Interval range(const Index &index);

private:
  Interval range(const Term &term);
  Answer zero(const Index &index);
  std::optional<Answer> congruence(const Index &index);

  Domain &d;
  Interval query, key;
};

/// Where keys may take part at all, for the given queries: the bounds of the
/// loop over key tiles. Starts from `keys`; bounds that a mask has in closed
/// form narrow it, others leave it. An empty result has low > high.
template <class Domain>
Range<Domain> keyHull(Domain &domain, const Predicate &predicate, Range<Domain> query,
                      Range<Domain> keys);

/// Does (i, j) take part? Opaque leaves are asked of the domain:
/// Truth element(unsigned leaf, Number i, Number j).
template <class Domain>
typename Domain::Truth evaluate(Domain &domain, const Predicate &predicate,
                                typename Domain::Number i, typename Domain::Number j);

//===----------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------===//

template <class Domain> Range<Domain> scaled(Domain &d, Range<Domain> x, int64_t factor) {
  auto a = d.mul(x.low, factor), b = d.mul(x.high, factor);
  return factor >= 0 ? Range<Domain>{a, b} : Range<Domain>{b, a};
}

template <class Domain> Range<Domain> sum(Domain &d, Range<Domain> a, Range<Domain> b) {
  return {d.add(a.low, b.low), d.add(a.high, b.high)};
}

template <class Domain> Range<Domain> TileClassifier<Domain>::range(const Index &index) {
  Number fixed = d.number(index.constant);
  for (auto [position, factor] : index.parameters)
    fixed = d.add(fixed, d.mul(d.parameter(position), factor));
  Interval total{fixed, fixed};
  if (index.query)
    total = sum(d, total, scaled(d, query, index.query));
  if (index.key)
    total = sum(d, total, scaled(d, key, index.key));
  for (const auto &[term, factor] : index.terms)
    total = sum(d, total, scaled(d, range(*term), factor));
  return total;
}

template <class Domain> Range<Domain> TileClassifier<Domain>::range(const Term &term) {
  Interval a = range(term.lhs);
  if (term.kind == Term::Kind::Lookup)
    return d.lookupRange(term.table, a);
  Interval b = range(term.rhs);
  switch (term.kind) {
  case Term::Kind::Min:
    return {d.min(a.low, b.low), d.min(a.high, b.high)};
  case Term::Kind::Max:
    return {d.max(a.low, b.low), d.max(a.high, b.high)};
  case Term::Kind::FloorDiv:
    return {d.floorDiv(a.low, b.low), d.floorDiv(a.high, b.low)};
  case Term::Kind::Mod:
  case Term::Kind::Lookup:
    break;
  }
  // In one period the remainder ascends with its argument, else it is anything.
  Number divisor = b.low, low = d.floorDiv(a.low, divisor), high = d.floorDiv(a.high, divisor);
  Truth period = d.equal(low, high);
  Number base = d.times(low, divisor);
  return {d.select(period, d.sub(a.low, base), d.number(0)),
          d.select(period, d.sub(a.high, base), d.sub(divisor, d.number(1)))};
}

//===----------------------------------------------------------------------===//
// Formulas
//===----------------------------------------------------------------------===//

/// x mod d == r, whose interval alone says little: is a number congruent to r
/// among x.low .. x.high?
template <class Domain>
std::optional<Verdict<Domain>> TileClassifier<Domain>::congruence(const Index &index) {
  if (index.query || index.key || index.terms.size() != 1 ||
      index.terms[0].first->kind != Term::Kind::Mod)
    return std::nullopt;
  const auto &[term, factor] = index.terms[0];
  if (factor != 1 && factor != -1)
    return std::nullopt;
  Index rest = index;
  rest.terms.clear();
  Number remainder = range(rest * -factor).low; // factor * mod + rest == 0
  Number divisor = range(term->rhs).low;
  Interval x = range(term->lhs);
  Truth legal = d.both(d.lessEqual(d.number(0), remainder),
                       d.lessEqual(remainder, d.sub(divisor, d.number(1))));
  // The largest candidate not above x.high.
  Number periods = d.floorDiv(d.sub(x.high, remainder), divisor);
  Number candidate = d.add(d.times(periods, divisor), remainder);
  Truth possible = d.both(legal, d.lessEqual(x.low, candidate));
  Truth single = d.either(d.equal(x.low, x.high), d.equal(divisor, d.number(1)));
  return Answer{possible, d.both(possible, single)};
}

template <class Domain> Verdict<Domain> TileClassifier<Domain>::zero(const Index &index) {
  if (std::optional<Answer> answer = congruence(index))
    return *answer;
  Interval x = range(index);
  Number none = d.number(0);
  return {d.both(d.lessEqual(x.low, none), d.lessEqual(none, x.high)),
          d.both(d.equal(x.low, none), d.equal(x.high, none))};
}

template <class Domain>
Verdict<Domain> TileClassifier<Domain>::classify(const Predicate &predicate) {
  switch (predicate.kind) {
  case Predicate::Kind::Constant:
    return {d.truth(predicate.value), d.truth(predicate.value)};
  case Predicate::Kind::NonNegative: {
    Interval x = range(predicate.index);
    return {d.lessEqual(d.number(0), x.high), d.lessEqual(d.number(0), x.low)};
  }
  case Predicate::Kind::Zero:
    return zero(predicate.index);
  case Predicate::Kind::Opaque:
    return d.opaque(predicate.leaf, query, key);
  case Predicate::Kind::Not: {
    Answer a = classify(predicate.operands[0]);
    return {d.negate(a.certain), d.negate(a.possible)};
  }
  case Predicate::Kind::And:
  case Predicate::Kind::Or:
    break;
  }
  Answer a = classify(predicate.operands[0]), b = classify(predicate.operands[1]);
  if (predicate.kind == Predicate::Kind::And)
    return {d.both(a.possible, b.possible), d.both(a.certain, b.certain)};
  return {d.either(a.possible, b.possible), d.either(a.certain, b.certain)};
}

//===----------------------------------------------------------------------===//
// Loop bounds
//===----------------------------------------------------------------------===//

inline bool readsKey(const Index &index) {
  if (index.key != 0)
    return true;
  for (const auto &entry : index.terms)
    if (readsKey(entry.first->lhs) || readsKey(entry.first->rhs))
      return true;
  return false;
}

/// e >= 0 with e = key * j + rest: a bound on j where rest's largest value is
/// known without j.
template <class Domain>
Range<Domain> hullOfBound(Domain &d, const Index &index, Range<Domain> query,
                          Range<Domain> keys) {
  Index rest = index;
  rest.key = 0;
  if (index.key == 0 || readsKey(rest))
    return keys;
  auto largest = TileClassifier<Domain>(d, query, keys).range(rest).high;
  int64_t factor = index.key;
  if (factor < 0) // j <= rest / -factor
    return {keys.low, d.min(keys.high, d.floorDiv(largest, d.number(-factor)))};
  // j >= -rest / factor, rounded up: the negated floor of rest / factor
  return {d.max(keys.low, d.mul(d.floorDiv(largest, d.number(factor)), -1)), keys.high};
}

template <class Domain>
Range<Domain> keyHull(Domain &d, const Predicate &predicate, Range<Domain> query,
                      Range<Domain> keys) {
  if (predicate.kind == Predicate::Kind::NonNegative)
    return hullOfBound(d, predicate.index, query, keys);
  if (predicate.kind == Predicate::Kind::And)
    return keyHull(d, predicate.operands[1], query,
                   keyHull(d, predicate.operands[0], query, keys));
  if (predicate.kind != Predicate::Kind::Or)
    return keys;
  Range<Domain> a = keyHull(d, predicate.operands[0], query, keys);
  Range<Domain> b = keyHull(d, predicate.operands[1], query, keys);
  // An empty side must not widen the other.
  auto someA = d.lessEqual(a.low, a.high), someB = d.lessEqual(b.low, b.high);
  return {d.min(d.select(someA, a.low, b.low), d.select(someB, b.low, a.low)),
          d.max(d.select(someA, a.high, b.high), d.select(someB, b.high, a.high))};
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

template <class Domain>
typename Domain::Number valueOf(Domain &d, const Index &index, typename Domain::Number i,
                                typename Domain::Number j) {
  using Number = typename Domain::Number;
  // What is zero is not added: a table is read at exactly `j`.
  std::optional<Number> total;
  auto add = [&](Number value) { total = total ? d.add(*total, value) : value; };
  if (index.constant)
    add(d.number(index.constant));
  for (auto [position, factor] : index.parameters)
    add(d.mul(d.parameter(position), factor));
  if (index.query)
    add(d.mul(i, index.query));
  if (index.key)
    add(d.mul(j, index.key));
  for (const auto &[term, factor] : index.terms) {
    Number a = valueOf(d, term->lhs, i, j), value = a;
    if (term->kind == Term::Kind::Lookup) {
      value = d.lookup(term->table, a);
    } else {
      Number b = valueOf(d, term->rhs, i, j);
      switch (term->kind) {
      case Term::Kind::Min:
        value = d.min(a, b);
        break;
      case Term::Kind::Max:
        value = d.max(a, b);
        break;
      case Term::Kind::FloorDiv:
        value = d.floorDiv(a, b);
        break;
      case Term::Kind::Mod:
        value = d.sub(a, d.times(d.floorDiv(a, b), b));
        break;
      case Term::Kind::Lookup:
        break;
      }
    }
    add(d.mul(value, factor));
  }
  return total ? *total : d.number(0);
}

template <class Domain>
typename Domain::Truth evaluate(Domain &d, const Predicate &predicate,
                                typename Domain::Number i, typename Domain::Number j) {
  switch (predicate.kind) {
  case Predicate::Kind::Constant:
    return d.truth(predicate.value);
  case Predicate::Kind::NonNegative:
    return d.lessEqual(d.number(0), valueOf(d, predicate.index, i, j));
  case Predicate::Kind::Zero:
    return d.equal(d.number(0), valueOf(d, predicate.index, i, j));
  case Predicate::Kind::Opaque:
    return d.element(predicate.leaf, i, j);
  case Predicate::Kind::Not:
    return d.negate(evaluate(d, predicate.operands[0], i, j));
  case Predicate::Kind::And:
  case Predicate::Kind::Or:
    break;
  }
  auto a = evaluate(d, predicate.operands[0], i, j);
  auto b = evaluate(d, predicate.operands[1], i, j);
  return predicate.kind == Predicate::Kind::And ? d.both(a, b) : d.either(a, b);
}

} // namespace scratch::mask

#endif // SCRATCH_PASSES_ANALYSIS_MASKTILES_H
