// Medians, ratios, means and what is printed of them.
#include "codegen/Bench/Results.h"

#include "llvm/Support/JSON.h"

#include <gtest/gtest.h>

using namespace scratch::bench;

static Figure figure(const char *name, bool ours, bool sorted, std::vector<double> rounds) {
  return {name, "", ours, sorted, /*whole=*/true, 1, 0, std::move(rounds)};
}

static Section section() {
  Section section;
  section.task = llvm::cantFail(Task::make("spgemm", "", "", 1));
  section.rates.bandwidth = {{1, 1e6}};
  section.rates.mergesPerMs = 1e6;
  Row one{"one.mtx", 10, 10, 20, 30, 25, 100, 200, {1, 0.5},
          {figure("Scratch", true, true, {2, 4, 2}), figure("dense", true, true, {1, 2, 1}),
           figure("Lib", false, true, {8, 16, 9}), figure("Lib raw", false, false, {2, 4, 2})}};
  Row two{"two.mtx", 10, 10, 20, 30, 25, 100, 200, {1, 0.5},
          {figure("Scratch", true, true, {4, 4, 4}), figure("Lib", false, true, {4, 4, 4})}};
  section.rows = {one, two};
  return section;
}

TEST(Results, RatiosAreTakenRoundByRound) {
  Row row = section().rows[0];
  EXPECT_DOUBLE_EQ(row.scratch().median(), 2);
  EXPECT_DOUBLE_EQ(row.scratch().least(), 2);
  // 8/2, 16/4, 9/2: the round in which both were slow does not count double.
  EXPECT_DOUBLE_EQ(ratio(row, *row.find("Lib")), 4);
  EXPECT_DOUBLE_EQ(figure("", true, true, {1, 2, 3, 4, 5}).spread(), 1.0 / 3);
}

TEST(Results, SummaryKnowsTheBestOfEachKind) {
  std::vector<Summary> all = summarize(section());
  auto find = [&](llvm::StringRef name) {
    for (const Summary &summary : all)
      if (summary.contender == name)
        return summary;
    ADD_FAILURE() << name.str();
    return Summary();
  };
  EXPECT_DOUBLE_EQ(find("Lib").mean, 2); // of 4 and 1
  EXPECT_DOUBLE_EQ(find("Lib").least, 1);
  EXPECT_EQ(find("Lib").leastMatrix, "two.mtx");
  EXPECT_EQ(find("dense").matrices, 1);
  EXPECT_DOUBLE_EQ(find("best sorted peer").mean, 2);
  EXPECT_DOUBLE_EQ(find("best peer, any order").mean, 1);
  EXPECT_DOUBLE_EQ(find("best forced strategy").mean, 0.5);
}

TEST(Results, WhoeverHadItWorkedOutBeforehandIsNoStrategy) {
  Section known = section();
  Figure numbers = figure("execute", true, true, {0.5, 1, 0.5});
  numbers.whole = false;
  known.rows[0].figures.push_back(numbers);
  for (const Summary &summary : summarize(known))
    if (summary.contender == "best forced strategy")
      EXPECT_DOUBLE_EQ(summary.mean, 0.5); // the dense one's
    else if (summary.contender == "execute")
      EXPECT_DOUBLE_EQ(summary.mean, 0.25);
}

TEST(Results, JsonHoldsEveryFigure) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  writeJson(stream, {section()});
  auto json = llvm::cantFail(llvm::json::parse(text));
  auto *rows = (*json.getAsObject()->getArray("sections"))[0].getAsObject()->getArray("rows");
  ASSERT_EQ(rows->size(), 2u);
  auto *figures = (*rows)[0].getAsObject()->getArray("figures");
  ASSERT_EQ(figures->size(), 4u);
  auto *lib = (*figures)[2].getAsObject();
  EXPECT_EQ(lib->getString("contender"), "Lib");
  EXPECT_EQ(lib->getNumber("median_ms"), 9);
  EXPECT_EQ(lib->getNumber("ratio"), 4);
  EXPECT_EQ(lib->getArray("rounds_ms")->size(), 3u);
}

TEST(Results, TableIsAligned) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  printTables(stream, section());
  EXPECT_NE(text.find("\none       10       20        30      25     1.000       2.000    25 %      50 %"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("4.00x"), std::string::npos);
}

TEST(Results, ChartDrawsEveryContender) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  writeChart(stream, {section()});
  EXPECT_TRUE(llvm::StringRef(text).starts_with("<svg"));
  // Three others in the legend, four dots, two bars and the background.
  EXPECT_EQ(llvm::StringRef(text).count("<circle"), 3u + 4u);
  EXPECT_EQ(llvm::StringRef(text).count("<rect"), 3u);
  EXPECT_NE(text.find("Lib: 4.00x, 9.000 ms"), std::string::npos);
}
