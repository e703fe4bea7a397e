//===- Chart.cpp - results as a picture -----------------------------------===//
//
// One self-contained SVG. Per section and matrix: on the left, on a logarithmic
// axis, how many times as long as Scratch every contender takes (right of the
// line 1: slower than Scratch); on the right, how much of Scratch's time the
// bound explains.
//
//===----------------------------------------------------------------------===//
#include "codegen/Bench/Results.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <cmath>

using namespace scratch;
using namespace scratch::bench;

static constexpr double kLeft = 190, kRatios = 470, kGap = 30, kBars = 170, kLine = 18, kMargin = 16;
/// Okabe and Ito's colours, which colour-blind readers tell apart.
static constexpr llvm::StringLiteral kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                   "#E69F00", "#56B4E9", "#000000", "#999933"};

namespace {
/// Maps ratios to x.
class RatioAxis {
public:
  explicit RatioAxis(const Section &section) {
    for (const Row &row : section.rows)
      for (const Figure &figure : llvm::ArrayRef(row.figures).drop_front()) {
        double times = ratio(row, figure);
        low = std::min(low, times), high = std::max(high, times);
      }
    low = std::exp2(std::floor(std::log2(low)));
    high = std::exp2(std::ceil(std::log2(high)));
  }
  double at(double times) const {
    return kLeft + kRatios * std::log(times / low) / std::log(high / low);
  }
  double low = 0.5, high = 2;
};
} // namespace

static std::string escaped(llvm::StringRef text) {
  std::string out;
  llvm::raw_string_ostream stream(out);
  llvm::printHTMLEscaped(text, stream);
  return out;
}

static void text(llvm::raw_ostream &out, double x, double y, llvm::StringRef anchor,
                 llvm::StringRef words, llvm::StringRef style = "") {
  out << llvm::formatv("<text x='{0:f1}' y='{1:f1}' text-anchor='{2}' {3}>{4}</text>\n", x, y, anchor,
                       style, escaped(words));
}

static void rule(llvm::raw_ostream &out, double x, double top, double bottom, llvm::StringRef colour) {
  out << llvm::formatv("<line x1='{0:f1}' x2='{0:f1}' y1='{1:f1}' y2='{2:f1}' stroke='{3}'/>\n", x, top,
                       bottom, colour);
}

/// Draws a section from `y` on and returns where it ends.
static double draw(llvm::raw_ostream &out, const Section &section, double y) {
  text(out, kMargin, y + 14, "start",
       section.task.title() + ", " + std::to_string(section.rates.threads) + " thread" +
           (section.rates.threads == 1 ? "" : "s"),
       "font-weight='bold' font-size='13'");
  std::vector<std::string> names;
  for (const Row &row : section.rows)
    for (const Figure &figure : llvm::ArrayRef(row.figures).drop_front())
      if (!llvm::is_contained(names, figure.contender))
        names.push_back(figure.contender);
  auto colour = [&](llvm::StringRef name) {
    return kColours[(llvm::find(names, name) - names.begin()) % std::size(kColours)];
  };
  y += 30;
  double x = kMargin;
  for (const std::string &name : names) {
    double width = 18 + 6.2 * name.size();
    if (x + width > kLeft + kRatios + kGap + kBars)
      x = kMargin, y += 16;
    out << llvm::formatv("<circle cx='{0:f1}' cy='{1:f1}' r='4' fill='{2}'/>\n", x + 4, y - 4,
                         colour(name));
    text(out, x + 12, y, "start", name);
    x += width;
  }
  y += 24;
  double bars = kLeft + kRatios + kGap;
  text(out, kLeft, y, "start", "time, in Scratch's (log scale)");
  text(out, bars, y, "start", "bound / Scratch's time");
  RatioAxis axis(section);
  double top = y + 8, bottom = top + kLine * section.rows.size();
  for (double times = axis.low; times <= axis.high * 1.001; times *= 2) {
    rule(out, axis.at(times), top, bottom, times == 1 ? "#333" : "#ddd");
    text(out, axis.at(times), bottom + 14, "middle", llvm::formatv("{0:g}x", times).str());
  }
  for (auto [number, row] : llvm::enumerate(section.rows)) {
    double middle = top + kLine * (number + .5);
    llvm::StringRef name = llvm::sys::path::filename(row.matrix);
    text(out, kLeft - 8, middle + 4, "end", name.take_front(28));
    for (const Figure &figure : llvm::ArrayRef(row.figures).drop_front())
      out << llvm::formatv("<circle cx='{0:f1}' cy='{1:f1}' r='4' fill='{2}' fill-opacity='{3}'>"
                           "<title>{4}: {5:f2}x, {6:f3} ms</title></circle>\n",
                           axis.at(ratio(row, figure)), middle, colour(figure.contender),
                           figure.sorted ? "0.9" : "0.4", escaped(figure.contender),
                           ratio(row, figure), figure.median());
    double share = std::min(1.0, row.bound.ms() / row.scratch().median());
    out << llvm::formatv("<rect x='{0:f1}' y='{1:f1}' width='{2:f1}' height='{3:f1}' fill='#0072B2' "
                         "fill-opacity='0.6'/>\n",
                         bars, middle - 5, share * kBars, 10.0);
    text(out, bars + share * kBars + 4, middle + 4, "start",
         llvm::formatv("{0:f0} % {1}", 100 * row.bound.ms() / row.scratch().median(), row.bound.term())
             .str(),
         "font-size='9'");
  }
  rule(out, bars + kBars, top, bottom, "#333");
  return bottom + 36;
}

void bench::writeChart(llvm::raw_ostream &out, llvm::ArrayRef<Section> sections) {
  std::string body;
  llvm::raw_string_ostream stream(body);
  double y = kMargin;
  for (const Section &section : sections)
    if (!section.rows.empty())
      y = draw(stream, section, y);
  out << llvm::formatv("<svg xmlns='http://www.w3.org/2000/svg' width='{0:f0}' height='{1:f0}' "
                       "font-family='sans-serif' font-size='11'>\n"
                       "<rect width='100%' height='100%' fill='white'/>\n{2}</svg>\n",
                       kLeft + kRatios + kGap + kBars + 90, y, body);
}
