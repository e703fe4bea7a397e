//===- LeastSquaresTest.cpp - prices that explain times -------------------===//
#include "codegen/Bench/LeastSquares.h"

#include <gtest/gtest.h>

using namespace scratch::bench;

TEST(LeastSquares, TimesOfKnownPricesGiveThemBack) {
  std::vector<std::vector<double>> amounts = {{100, 1000, 10}, {5000, 10, 7}, {3, 400, 9000}, {50, 60, 70}};
  std::vector<double> times;
  for (auto &row : amounts)
    times.push_back(40 * row[0] + 1.5 * row[1] + 0.25 * row[2]);
  std::vector<double> prices = fitPrices(amounts, times, {38, 1.4, 0.3});
  EXPECT_NEAR(prices[0], 40, 0.4);
  EXPECT_NEAR(prices[1], 1.5, 0.05);
  EXPECT_NEAR(prices[2], 0.25, 0.02);
}

TEST(LeastSquares, WhatTimesLeaveOpenStaysUsual) {
  // The second amount never occurs.
  std::vector<double> prices = fitPrices({{10, 0}, {20, 0}}, {30, 60}, {3, 7});
  EXPECT_NEAR(prices[0], 3, 0.01);
  EXPECT_NEAR(prices[1], 7, 1e-9);
}

TEST(LeastSquares, NoPriceIsNegative) {
  std::vector<double> prices = fitPrices({{1, 1}, {1, 2}}, {10, 4}, {5, 5});
  EXPECT_GE(prices[0], 0);
  EXPECT_EQ(prices[1], 0);
}
