//===- Semiring.h - add and multiply, by name ----------------------------===//
//
// Values are computed in a wide type: double for real elements, int64 for
// integers (wrapping; the result is cut to the element's width, which for plus
// and times is the same as computing in that width).
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_REFERENCE_SEMIRING_H
#define SCRATCH_REFERENCE_SEMIRING_H

#include "runtime/abi/scratch.h"

#include <cstdint>
#include <type_traits>

namespace scratch::reference {

enum class Operator {
  plus,
  times,
  min,
  max,
  logicalOr,
  logicalAnd,
  first,
  second,
  pair,
  any
};

struct Semiring {
  Operator add, multiply;
  /// Works on booleans, hence on one-byte elements alone.
  bool isLogical() const {
    return add == Operator::logicalOr || multiply == Operator::logicalAnd;
  }
};

/// The semiring of this name; false if there is none.
bool findSemiring(const char *name, Semiring &semiring);

double apply(Operator op, double a, double b);
int64_t apply(Operator op, int64_t a, int64_t b);

/// What `add` leaves unchanged, in the range of the element type.
double realIdentity(Operator add);
int64_t integerIdentity(Operator add, scratch_element element);
template <typename Wide> Wide identityOf(Operator add, uint32_t element) {
  if constexpr (std::is_same_v<Wide, double>)
    return realIdentity(add);
  else
    return integerIdentity(add, static_cast<scratch_element>(element));
}

} // namespace scratch::reference
#endif // SCRATCH_REFERENCE_SEMIRING_H
