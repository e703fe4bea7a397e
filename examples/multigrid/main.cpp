// The coarse operator R A R' of a five-point grid whose coefficients change from step
// to step: one plan, many runs, each checked against plain loops. A grid of another
// structure is refused.
#include "csr.h"
#include "multigrid_kernel.h"

#include <cmath>

/// Five-point operator on side x side points; coefficients depend on `step`.
static Entries<double> makeGrid(int side, int step) {
  Entries<double> a;
  auto conduct = [&](int p, int q) { return 1 + 0.1 * ((p + q + step) % 7); };
  for (int p = 0; p < side * side; ++p)
    for (int q : {p - side, p - (p % side ? 1 : 0), p + ((p + 1) % side ? 1 : 0), p + side})
      if (q >= 0 && q < side * side && q != p) {
        a[{p, q}] = -conduct(p, q);
        a[{p, p}] += conduct(p, q);
      }
  return a;
}

int main() {
  const int side = 40, half = side / 2;
  Entries<double> restriction, prolongation;
  for (int p = 0; p < side * side; ++p) {
    int coarse = p / side / 2 * half + p % side / 2;
    restriction[{coarse, p}] = prolongation[{p, coarse}] = 0.5;
  }
  Csr<double> R(half * half, side * side, restriction), P(side * side, half * half, prolongation);
  Csr<double> A(side * side, side * side, makeGrid(side, 0));
  scratch_tensor a = A.wrap(coarsen_wrap_A), r = R.wrap(coarsen_wrap_R), p = P.wrap(coarsen_wrap_P);

  scratch_tensor fine, plan1, coarse, plan2, C;
  stop_on_failure(plan_call(&a, &p, &r, &fine, &plan1, &coarse, &plan2, nullptr));
  double worst = 0;
  for (int step = 0; step < 5; ++step) {
    Entries<double> grid = makeGrid(side, step), expected;
    A = Csr<double>(side * side, side * side, grid);
    a = A.wrap(coarsen_wrap_A);
    stop_on_failure(coarsen_call(&a, &p, &r, &fine, &plan1, &coarse, &plan2, &C, nullptr));
    for (auto &[place, value] : grid)
      expected[{place.first / side / 2 * half + place.first % side / 2,
                place.second / side / 2 * half + place.second % side / 2}] += 0.25 * value;
    Entries<double> found = Csr<double>(C).entries();
    if (found.size() != expected.size())
      worst = INFINITY;
    for (auto &[place, value] : expected)
      worst = std::max(worst, std::abs(found[place] - value));
  }
  // One entry fewer: not the structure that was planned for.
  Entries<double> other = makeGrid(side, 0);
  other.erase({0, 1});
  A = Csr<double>(side * side, side * side, other);
  a = A.wrap(coarsen_wrap_A);
  scratch_status refused = coarsen_call(&a, &p, &r, &fine, &plan1, &coarse, &plan2, &C, nullptr);
  printf("%lld coarse entries, largest difference %s\n", (long long)coarse.nnz,
         worst < 1e-12 ? "below 1e-12" : "TOO LARGE");
  printf("another grid: %s\n", scratch_status_text(refused));
  for (scratch_tensor *tensor : {&fine, &plan1, &coarse, &plan2})
    scratch_tensor_free(tensor);
  return !(worst < 1e-12) || refused != SCRATCH_INVALID_STRUCTURE;
}
