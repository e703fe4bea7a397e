//===- Json.cpp - results for programs ------------------------------------===//
//
// {"sections": [{"kernel", "element", "semiring", "columns", "threads",
//   "bandwidth_gb_s", "merges_g_s", "notes",
//   "rows": [{"matrix", "rows", "cols", "nnz", "products", "result_nnz",
//     "input_bytes", "result_bytes", "bound_bytes_ms", "bound_operations_ms",
//     "figures": [{"contender", "ours", "sorted", "threads", "strategy",
//       "median_ms", "min_ms", "spread", "ratio", "peak_bytes", "rounds_ms"}]}],
//   "summary": [{"contender", "matrices", "geomean", "min", "min_matrix", "max"}]}]}
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Results.h"

#include "llvm/Support/JSON.h"

using namespace scratch;
using namespace scratch::bench;

static void write(llvm::json::OStream &json, const Row &row, const Figure &figure) {
  json.object([&] {
    json.attribute("contender", figure.contender);
    json.attribute("ours", figure.ours);
    json.attribute("sorted", figure.sorted);
    json.attribute("threads", figure.threads);
    if (figure.ours) {
      json.attribute("strategy", figure.chosen);
      json.attribute("peak_bytes", figure.peakBytes);
    }
    json.attribute("median_ms", figure.median());
    json.attribute("min_ms", figure.least());
    json.attribute("spread", figure.spread());
    json.attribute("ratio", ratio(row, figure));
    json.attributeArray("rounds_ms", [&] {
      for (double ms : figure.rounds)
        json.value(ms);
    });
  });
}

static void write(llvm::json::OStream &json, const Row &row) {
  json.object([&] {
    json.attribute("matrix", row.matrix);
    json.attribute("rows", row.rows);
    json.attribute("cols", row.cols);
    json.attribute("nnz", row.entries);
    json.attribute("products", row.products);
    json.attribute("result_nnz", row.resultEntries);
    json.attribute("input_bytes", row.inputBytes);
    json.attribute("result_bytes", row.resultBytes);
    json.attribute("bound_bytes_ms", row.bound.bytesMs);
    json.attribute("bound_operations_ms", row.bound.operationsMs);
    json.attributeArray("figures", [&] {
      for (const Figure &figure : row.figures)
        write(json, row, figure);
    });
  });
}

void bench::writeJson(llvm::raw_ostream &out, llvm::ArrayRef<Section> sections) {
  llvm::json::OStream json(out, 2);
  json.object([&] {
    json.attributeArray("sections", [&] {
      for (const Section &section : sections)
        json.object([&] {
          json.attribute("kernel", section.task.kernel);
          json.attribute("element", section.task.element);
          json.attribute("semiring", section.task.semiring);
          json.attribute("columns", section.task.columns);
          json.attribute("threads", section.rates.threads);
          json.attribute("bandwidth_gb_s", section.rates.bandwidth.back().bytesPerMs / 1e6);
          json.attribute("merges_g_s", section.rates.mergesPerMs / 1e6);
          json.attributeArray("notes", [&] {
            for (const std::string &note : section.notes)
              json.value(note);
          });
          json.attributeArray("rows", [&] {
            for (const Row &row : section.rows)
              write(json, row);
          });
          json.attributeArray("summary", [&] {
            for (const Summary &summary : summarize(section))
              json.object([&] {
                json.attribute("contender", summary.contender);
                json.attribute("matrices", summary.matrices);
                json.attribute("geomean", summary.mean);
                json.attribute("min", summary.least);
                json.attribute("min_matrix", summary.leastMatrix);
                json.attribute("max", summary.most);
              });
          });
        });
    });
  });
  out << "\n";
}
