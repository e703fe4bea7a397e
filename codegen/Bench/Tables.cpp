//===- Tables.cpp - results for people ------------------------------------===//
#include "codegen/Bench/Results.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace scratch;
using namespace scratch::bench;

static std::string count(double number) {
  if (number >= 1e6)
    return llvm::formatv("{0:f2} M", number / 1e6);
  if (number >= 1e4)
    return llvm::formatv("{0:f1} k", number / 1e3);
  return llvm::formatv("{0:f0}", number);
}

static std::string milliseconds(double ms) {
  return ms >= 100 ? llvm::formatv("{0:f0}", ms)
         : ms >= 10 ? llvm::formatv("{0:f1}", ms)
                    : llvm::formatv("{0:f3}", ms);
}

static std::string times(double ratio) { return llvm::formatv("{0:f2}x", ratio); }

using Table = std::vector<std::vector<std::string>>;

/// First column to the left, all others to the right.
static void print(llvm::raw_ostream &out, const Table &table) {
  std::vector<size_t> widths(table.front().size());
  for (auto &row : table)
    for (auto [width, cell] : llvm::zip(widths, row))
      width = std::max(width, cell.size());
  for (auto &row : table) {
    std::string line;
    for (auto [number, cell] : llvm::enumerate(row)) {
      std::string gap(widths[number] - cell.size(), ' ');
      line += number ? "  " + gap + cell : cell + gap;
    }
    out << llvm::StringRef(line).rtrim() << "\n";
  }
  out << "\n";
}

static std::string shortName(llvm::StringRef matrix) {
  if (matrix.contains(':'))
    return matrix.str();
  llvm::StringRef name = llvm::sys::path::filename(matrix);
  name.consume_back(".gz");
  name.consume_back(".mtx");
  return name.str();
}

void bench::printTables(llvm::raw_ostream &out, const Section &section) {
  const MachineRates &rates = section.rates;
  out << section.task.title() << ", " << rates.threads
      << (rates.threads == 1 ? " thread" : " threads") << "; this machine: "
      << llvm::formatv("{0:f1} GB/s beyond caches, {1:f2} G merges/s\n", rates.bandwidth.back().bytesPerMs / 1e6,
                       rates.mergesPerMs / 1e6);
  std::vector<std::string> contenders;
  for (const Row &row : section.rows)
    for (const Figure &figure : llvm::ArrayRef(row.figures).drop_front())
      if (!llvm::is_contained(contenders, figure.contender))
        contenders.push_back(figure.contender);
  Table table{{"matrix", "rows", "entries", "products", "result", "bound ms", "Scratch ms", "spread",
               "of bound"}};
  for (const std::string &contender : contenders)
    table[0].push_back(contender);
  for (const Row &row : section.rows) {
    const Figure &ours = row.scratch();
    table.push_back({shortName(row.matrix), count(row.rows), count(row.entries),
                     count(row.products), count(row.resultEntries), milliseconds(row.bound.ms()),
                     milliseconds(ours.median()),
                     llvm::formatv("{0:f0} %", 100 * ours.spread()).str(),
                     llvm::formatv("{0:f0} %", 100 * row.bound.ms() / ours.median()).str()});
    for (const std::string &contender : contenders) {
      const Figure *figure = row.find(contender);
      table.back().push_back(figure ? times(ratio(row, *figure)) : "-");
    }
  }
  print(out, table);
  if (section.rows.empty())
    return;
  Table means{{"time, in Scratch's", "matrices", "geometric mean", "least", "on", "most"}};
  for (const Summary &summary : summarize(section))
    means.push_back({summary.contender, std::to_string(summary.matrices), times(summary.mean),
                     times(summary.least), shortName(summary.leastMatrix), times(summary.most)});
  if (means.size() > 1)
    print(out, means);
  for (const std::string &note : section.notes)
    out << "note: " << note << "\n";
  if (!section.notes.empty())
    out << "\n";
}
