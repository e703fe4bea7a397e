//===- Semiring.cpp - add and multiply, by name --------------------------===//
#include "runtime/reference/Semiring.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace scratch::reference;

bool scratch::reference::findSemiring(const char *name, Semiring &semiring) {
  struct Row {
    const char *name;
    Semiring semiring;
  };
  static const Row rows[] = {
      {"plus_times", {Operator::plus, Operator::times}},
      {"plus_first", {Operator::plus, Operator::first}},
      {"plus_second", {Operator::plus, Operator::second}},
      {"plus_pair", {Operator::plus, Operator::pair}},
      {"min_plus", {Operator::min, Operator::plus}},
      {"max_plus", {Operator::max, Operator::plus}},
      {"min_times", {Operator::min, Operator::times}},
      {"max_times", {Operator::max, Operator::times}},
      {"min_max", {Operator::min, Operator::max}},
      {"or_and", {Operator::logicalOr, Operator::logicalAnd}},
      {"any_pair", {Operator::any, Operator::pair}},
  };
  for (const Row &row : rows)
    if (name && std::strcmp(row.name, name) == 0) {
      semiring = row.semiring;
      return true;
    }
  return false;
}

/// min and max ignore a nan unless both sides are one (IEEE minNum), as the
/// GraphBLAS does.
double scratch::reference::apply(Operator op, double a, double b) {
  switch (op) {
  case Operator::plus:
    return a + b;
  case Operator::times:
    return a * b;
  case Operator::min:
    return std::fmin(a, b);
  case Operator::max:
    return std::fmax(a, b);
  case Operator::logicalOr:
    return a != 0 || b != 0;
  case Operator::logicalAnd:
    return a != 0 && b != 0;
  case Operator::first:
    return a;
  case Operator::second:
  case Operator::any:
    return b;
  case Operator::pair:
    return 1;
  }
  return 0;
}

int64_t scratch::reference::apply(Operator op, int64_t a, int64_t b) {
  const auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
  switch (op) {
  case Operator::plus:
    return static_cast<int64_t>(x + y);
  case Operator::times:
    return static_cast<int64_t>(x * y);
  case Operator::min:
    return b < a ? b : a;
  case Operator::max:
    return b > a ? b : a;
  case Operator::logicalOr:
    return a != 0 || b != 0;
  case Operator::logicalAnd:
    return a != 0 && b != 0;
  case Operator::first:
    return a;
  case Operator::second:
  case Operator::any:
    return b;
  case Operator::pair:
    return 1;
  }
  return 0;
}

double scratch::reference::realIdentity(Operator add) {
  const double infinity = std::numeric_limits<double>::infinity();
  switch (add) {
  case Operator::min:
    return infinity;
  case Operator::max:
    return -infinity;
  case Operator::times:
  case Operator::logicalAnd:
    return 1;
  default:
    return 0;
  }
}

int64_t scratch::reference::integerIdentity(Operator add,
                                            scratch_element element) {
  const int bits = element == SCRATCH_I64   ? 64
                   : element == SCRATCH_I32 ? 32
                                            : 8;
  const int64_t most = INT64_MAX >> (64 - bits);
  switch (add) {
  case Operator::min:
    return most;
  case Operator::max:
    return -most - 1;
  case Operator::times:
  case Operator::logicalAnd:
    return 1;
  default:
    return 0;
  }
}
