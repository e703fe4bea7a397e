//===- MaskExpression.h - a mask as a formula over query and key -*- C++ -*-===//
//
// What masks of attention mean, as plain data: a formula of and/or/not over
// comparisons of integer expressions in the query number i and the key number j.
// Linear parts are kept in normal form, so that `j <= i + 3` is one linear form
// in i - j and intervals of it over a box are exact. No IR, no target.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_PASSES_ANALYSIS_MASKEXPRESSION_H
#define SCRATCH_PASSES_ANALYSIS_MASKEXPRESSION_H

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace scratch::mask {

struct Term;
using TermRef = std::shared_ptr<const Term>;

/// query * i + key * j + constant + sum of factor * parameter + sum of factor * term.
/// Parameters are numbers fixed for one tile (an offset, a length), by position.
struct Index {
  int64_t query = 0, key = 0, constant = 0;
  std::vector<std::pair<unsigned, int64_t>> parameters; ///< ascending, factors not 0
  std::vector<std::pair<TermRef, int64_t>> terms;       ///< in order of appearance

  bool isFixed() const; ///< reads neither i nor j
};

/// What is not linear. Divisors are positive and fixed.
struct Term {
  enum class Kind { FloorDiv, Mod, Min, Max, Lookup };
  Kind kind;
  Index lhs;          ///< Lookup: the position
  Index rhs;          ///< Lookup: unused
  unsigned table = 0; ///< Lookup: which table
};

Index query();
Index key();
Index number(int64_t value);
Index parameter(unsigned position);
Index operator+(Index a, const Index &b);
Index operator-(Index a, const Index &b);
Index operator*(Index a, int64_t factor);
Index floorDiv(Index a, Index divisor);
Index mod(Index a, Index divisor);
Index min(Index a, Index b);
Index max(Index a, Index b);
Index lookup(unsigned table, Index position);

/// A formula. `Opaque` stands for a leaf that only its owner can evaluate.
struct Predicate {
  enum class Kind { Constant, NonNegative, Zero, Opaque, And, Or, Not };
  Kind kind = Kind::Constant;
  bool value = true;               ///< Constant
  Index index;                     ///< NonNegative, Zero
  unsigned leaf = 0;               ///< Opaque
  std::vector<Predicate> operands; ///< And, Or: two; Not: one
};

Predicate constant(bool value);
Predicate lessEqual(const Index &a, const Index &b);
Predicate less(const Index &a, const Index &b);
Predicate equal(const Index &a, const Index &b);
Predicate opaque(unsigned leaf);
Predicate operator&&(Predicate a, Predicate b);
Predicate operator||(Predicate a, Predicate b);
/// Negations are pushed down: they remain above Zero and Opaque only.
Predicate operator!(const Predicate &a);

//===----------------------------------------------------------------------===//
// The leaves of the dialect, in these terms
//===----------------------------------------------------------------------===//

/// What stands for i and j where tokens have places of their own.
struct Tokens {
  Index query = mask::query(), key = mask::key();
};

/// j <= i + offset.
Predicate causal(const Index &offset, const Tokens &at = {});
/// i + offset - j is a multiple of `dilation`.
Predicate congruent(const Index &offset, const Index &dilation, const Tokens &at = {});
/// Same entry in two tables: a document's number.
Predicate sameDocument(unsigned queryTable, unsigned keyTable, const Tokens &at = {});
/// Token t sits at (t / columns, t % columns) of a grid. A query sees the
/// kernel x kernel window around it, moved inwards at the border.
Predicate neighbourhood(int64_t rows, int64_t columns, int64_t kernelRows, int64_t kernelColumns,
                        const Tokens &at = {});
/// One axis of it, on coordinates: k lies in the window of `kernel` around q.
Predicate nearOnAxis(const Index &q, const Index &k, int64_t extent, int64_t kernel);

} // namespace scratch::mask

#endif // SCRATCH_PASSES_ANALYSIS_MASKEXPRESSION_H
