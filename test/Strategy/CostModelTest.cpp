//===- CostModelTest.cpp - what the predicted costs must satisfy ----------===//
#include "passes/Strategy/Candidates/RowWiseSpgemm.h"
#include "passes/Strategy/RowProfiles.h"

#include <gtest/gtest.h>

using namespace scratch;

static MachineModel avx512() { return *MachineModel::of("x86", 512); }

/// Cycles of one row under a form.
static double cycles(const LinearForm &form, double products, double range, double mask = 0) {
  return form[CostFeature::one] + form[CostFeature::entries] * 5 +
         form[CostFeature::products] * products + form[CostFeature::range] * range +
         form[CostFeature::mask] * mask;
}

TEST(CostModel, FullRowsFavourTheDenseWindow) {
  KernelProblem problem;
  // A finite-element row: 2500 products within 4000 columns.
  double dense = cycles(denseForm(problem, avx512()), 2500, 4000);
  EXPECT_LT(dense, cycles(tieredForm(problem, avx512()), 2500, 4000));
  EXPECT_LT(dense, cycles(hashForm(problem, avx512()), 2500, 4000));
}

TEST(CostModel, WideRowsWithManyProductsFavourTheTiers) {
  KernelProblem problem;
  double tiered = cycles(tieredForm(problem, avx512()), 1000, 300000);
  EXPECT_LT(tiered, cycles(denseForm(problem, avx512()), 1000, 300000));
  EXPECT_LT(tiered, cycles(hashForm(problem, avx512()), 1000, 300000));
}

TEST(CostModel, FewProductsFavourTheList) {
  KernelProblem problem;
  double list = cycles(sortForm(problem, avx512()), 20, 500000);
  EXPECT_LT(list, cycles(hashForm(problem, avx512()), 20, 500000));
  EXPECT_LT(list, cycles(tieredForm(problem, avx512()), 20, 500000));
}

TEST(CostModel, FewProductsFarApartFavourTheHash) {
  KernelProblem problem;
  double hash = cycles(hashForm(problem, avx512()), 20, 500000);
  EXPECT_LT(hash, cycles(denseForm(problem, avx512()), 20, 500000));
  EXPECT_LT(hash, cycles(tieredForm(problem, avx512()), 20, 500000));
}

TEST(CostModel, OnlyWindowsPayForTheRange) {
  KernelProblem problem;
  EXPECT_GT(denseForm(problem, avx512())[CostFeature::range],
            tieredForm(problem, avx512())[CostFeature::range]);
  EXPECT_EQ(hashForm(problem, avx512())[CostFeature::range], 0);
}

TEST(CostModel, NarrowVectorsScanSlower) {
  KernelProblem problem;
  EXPECT_GT(denseForm(problem, *MachineModel::of("x86", 128))[CostFeature::range],
            denseForm(problem, avx512())[CostFeature::range]);
}

TEST(CostModel, AMaskChargesItsEntriesAndTests) {
  KernelProblem plain, masked;
  masked.mask = MaskUse::Plain;
  EXPECT_GT(denseForm(masked, avx512())[CostFeature::products],
            denseForm(plain, avx512())[CostFeature::products]);
  EXPECT_GT(hashForm(masked, avx512())[CostFeature::mask],
            denseForm(masked, avx512())[CostFeature::mask]);
}

TEST(CostModel, PatternOnlySemiringsLoadNoValues) {
  KernelProblem values, pattern;
  pattern.readsLeft = pattern.readsRight = false;
  EXPECT_LT(rowWiseForm(pattern, avx512())[CostFeature::products],
            rowWiseForm(values, avx512())[CostFeature::products]);
}

TEST(CostModel, AWindowThatFitsTheCacheMissesNothing) {
  KernelProblem narrow, wide;
  narrow.columns = 1000;       // 9 KB of f64 and states
  wide.columns = 100'000'000;  // 900 MB
  EXPECT_EQ(coldWindow(narrow, avx512()), 0);
  EXPECT_GT(coldWindow(wide, avx512()), 0);
}

TEST(CostModel, StaticExtentsBoundTheProfiles) {
  KernelProblem problem;
  problem.columns = 64;
  problem.inner = 2;
  for (const RowProfile &row : profilesOf(problem)) {
    EXPECT_LE(row.range, 64) << row.name.str();
    EXPECT_LE(row.entries, 2) << row.name.str();
    EXPECT_LE(row.products, 128) << row.name.str();
  }
}

TEST(CostModel, EmptyMatricesHaveFiniteProfiles) {
  KernelProblem problem;
  problem.columns = 0;
  problem.inner = 0;
  for (const RowProfile &row : profilesOf(problem))
    EXPECT_GE(row.products, 1) << row.name.str();
}
