//===- CostTable.cpp - all prices of a kernel, for people -----------------===//
#include "passes/Strategy/CostTable.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <tuple>

using namespace scratch;

/// "range 4.61 + products 3.40 + one 2.05": the terms that are not zero, the
/// largest first.
static std::string madeOf(const Cost &cost) {
  std::vector<std::pair<double, std::string>> terms;
  for (unsigned index = 0; index < kNumFeatures; ++index)
    terms.emplace_back(cost.terms[index], stringify(static_cast<CostFeature>(index)).str());
  terms.emplace_back(cost.phases, "phases");
  llvm::sort(terms, [](auto &a, auto &b) { return a.first > b.first; });
  std::string text;
  for (auto &[cycles, name] : terms)
    if (cycles != 0)
      text += llvm::formatv("{0}{1} {2:f2}", text.empty() ? "" : " + ", name, cycles);
  return text;
}

void scratch::printCostTable(llvm::raw_ostream &out, llvm::StringRef title, const Choice &choice) {
  std::vector<const Contender *> rows;
  size_t width = llvm::StringRef("candidate").size();
  for (const Contender &contender : choice.contenders) {
    rows.push_back(&contender);
    width = std::max(width, contender.name.size());
  }
  // Equal ones in their old order, which is that of their addresses.
  llvm::sort(rows, [](const Contender *a, const Contender *b) {
    return std::tuple(!a->refused.empty(), a->cost.cycles(), a) <
           std::tuple(!b->refused.empty(), b->cost.cycles(), b);
  });
  auto name = [&](llvm::StringRef text) { return llvm::left_justify(text, width); };
  out << title << "\n  " << name("candidate") << "  phases  cycles/product  verdict  made of\n";
  for (const Contender *row : rows) {
    out << "  " << name(row->name);
    if (!row->refused.empty()) {
      out << llvm::formatv("  {0,-6}  {1,14}  refused  {2}\n", "-", "-", row->refused);
      continue;
    }
    const char *verdict = row->name == choice.name       ? "chosen"
                          : row->name == choice.runnerUp ? "next"
                                                         : "";
    out << llvm::formatv("  {0,-6}  {1,14:f2}  {2,-7}  {3}\n", stringifyPhases(row->phases),
                         row->cost.cycles(), verdict, madeOf(row->cost));
  }
}
