//===- Compare.cpp - is this result the expected one? --------------------===//
#include "runtime/reference/Compare.h"

#include "runtime/reference/Rows.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdio>
#include <exception>
#include <limits>

using namespace scratch::reference;

namespace {

template <typename Wide> std::string text(Wide value) {
  char buffer[40];
  if constexpr (std::is_same_v<Wide, double>)
    std::snprintf(buffer, sizeof buffer, "%.17g", value);
  else
    std::snprintf(buffer, sizeof buffer, "%lld", (long long)value);
  return buffer;
}

/// Relative error of one entry; integers are equal or infinitely wrong.
template <typename Wide> double errorOf(Wide got, Wide want, double scale) {
  const double infinity = std::numeric_limits<double>::infinity();
  if constexpr (std::is_same_v<Wide, double>) {
    if (std::isnan(got) || std::isnan(want))
      return std::isnan(got) && std::isnan(want) ? 0 : infinity;
    if (got == want)
      return 0;
    if (std::isinf(got) || std::isinf(want))
      return infinity;
    // Where the products overflowed the scale says nothing.
    if (!std::isfinite(scale) || scale < std::fabs(want))
      scale = std::fabs(want);
    return scale > 0 ? std::fabs(got - want) / scale : infinity;
  } else {
    return got == want ? 0 : infinity;
  }
}

template <typename Wide> class Comparer {
public:
  Comparer(double tolerance, const scratch_tensor *magnitude)
      : tolerance(tolerance), magnitude(magnitude) {
    result.pattern_equal = true;
  }

  void value(int64_t row, int64_t col, Wide got, Wide want, int64_t k) {
    double scale = 0;
    if (magnitude && k < magnitude->nnz)
      scale = static_cast<const double *>(magnitude->values)[k];
    double error = errorOf(got, want, scale);
    result.max_relative_error = std::max(result.max_relative_error, error);
    if (!(error <= tolerance))
      differ(row, col, text(got), text(want));
  }

  void pattern(int64_t row, int64_t col, const std::string &got,
               const std::string &want) {
    result.pattern_equal = false;
    differ(row, col, got, want);
  }

  void differ(int64_t row, int64_t col, const std::string &got,
              const std::string &want) {
    if (result.difference.empty())
      result.difference = "row " + std::to_string(row) + ", column " +
                          std::to_string(col) + ": found " + got +
                          ", expected " + want;
  }

  Comparison finish() {
    result.ok = result.pattern_equal && result.difference.empty();
    return result;
  }

private:
  Comparison result;
  double tolerance;
  const scratch_tensor *magnitude;
};

template <typename Wide>
std::vector<int64_t> sortedRow(const Rows<Wide> &m, int64_t row) {
  std::vector<int64_t> order;
  for (int64_t p = m.positions[row]; p < m.positions[row + 1]; ++p)
    order.push_back(p);
  std::sort(order.begin(), order.end(),
            [&](int64_t x, int64_t y) { return m.columns[x] < m.columns[y]; });
  return order;
}

template <typename Wide>
Comparison compareSparse(const scratch_tensor &got, const scratch_tensor &want,
                         double tolerance, const scratch_tensor *magnitude) {
  const Rows<Wide> a(got), b(want);
  Comparer<Wide> comparer(tolerance, magnitude);
  for (int64_t row = 0; row < b.rows; ++row) {
    const std::vector<int64_t> mine = sortedRow(a, row),
                               theirs = sortedRow(b, row);
    for (size_t i = 0, j = 0; i < mine.size() || j < theirs.size();) {
      const int64_t none = std::numeric_limits<int64_t>::max();
      int64_t left = i < mine.size() ? a.columns[mine[i]] : none;
      int64_t right = j < theirs.size() ? b.columns[theirs[j]] : none;
      if (left < right) {
        comparer.pattern(row, left, text(a.values[mine[i]]), "no entry");
        ++i;
      } else if (right < left) {
        comparer.pattern(row, right, "no entry", text(b.values[theirs[j]]));
        ++j;
      } else {
        comparer.value(row, left, a.values[mine[i]], b.values[theirs[j]],
                       theirs[j]);
        ++i, ++j;
      }
    }
  }
  return comparer.finish();
}

template <typename Wide>
Comparison compareDense(const scratch_tensor &got, const scratch_tensor &want,
                        double tolerance, const scratch_tensor *magnitude) {
  Comparer<Wide> comparer(tolerance, magnitude);
  const int64_t width =
      want.rank > 1 ? want.nnz / std::max<int64_t>(want.shape[0], 1) : 1;
  for (int64_t k = 0; k < want.nnz; ++k)
    comparer.value(k / std::max<int64_t>(width, 1),
                   k % std::max<int64_t>(width, 1),
                   valueAt<Wide>(got.values, got.element, k),
                   valueAt<Wide>(want.values, want.element, k), k);
  return comparer.finish();
}

std::string shapeText(const scratch_tensor &t) {
  std::string words = t.format == SCRATCH_FORMAT_DENSE ? "dense" : "sparse";
  for (uint32_t d = 0; d < t.rank; ++d)
    words += (d ? " x " : " ") + std::to_string(t.shape[d]);
  return words + " of element code " + std::to_string(t.element);
}

} // namespace

Comparison scratch::reference::compare(const scratch_tensor &got,
                                       const scratch_tensor &want,
                                       double tolerance,
                                       const scratch_tensor *magnitude) {
  Comparison bad;
  for (const scratch_tensor *each : {&got, &want})
    if (scratch_tensor_check(each) != SCRATCH_OK) {
      bad.difference = scratch_last_error();
      return bad;
    }
  const bool dense = want.format == SCRATCH_FORMAT_DENSE;
  if (shapeText(got) != shapeText(want)) {
    bad.difference =
        "found " + shapeText(got) + ", expected " + shapeText(want);
    return bad;
  }
  const bool real = isReal(want.element);
  if (dense)
    return real ? compareDense<double>(got, want, tolerance, magnitude)
                : compareDense<int64_t>(got, want, tolerance, magnitude);
  return real ? compareSparse<double>(got, want, tolerance, magnitude)
              : compareSparse<int64_t>(got, want, tolerance, magnitude);
}

/// The usual bound for a sum in any order is (terms - 1) x eps x sum |term|;
/// errors add up at random, so its square root with room to spare is the test.
double scratch::reference::toleranceFor(scratch_element element, double terms) {
  if (!isReal(element))
    return 0;
  double epsilon = element == SCRATCH_F64 ? DBL_EPSILON : FLT_EPSILON;
  return 4 * epsilon * (4 + std::sqrt(std::max(terms, 0.0)));
}
