//===- PriceFile.cpp - prices of a machine as text ------------------------===//
#include "passes/Strategy/PriceFile.h"

#include "llvm/Support/FormatVariadic.h"


using namespace mlir;
using namespace scratch;

double *scratch::priceNamed(MachineModel &model, llvm::StringRef name) {
#define PRICE(member, initial, text)                                                              \
  if (name == #member)                                                                            \
    return &model.member;
#include "passes/Strategy/Prices.def"
  return nullptr;
}

using Take = llvm::function_ref<llvm::Error(llvm::StringRef name, double cycles)>;

static llvm::Error forLines(llvm::StringRef text, Take take) {
  MachineModel known{};
  for (unsigned number = 1; !text.empty(); ++number) {
    auto [line, rest] = text.split('\n');
    text = rest;
    line = line.split('#').first.trim();
    if (line.empty())
      continue;
    auto wrong = [&](const llvm::Twine &what) {
      return llvm::createStringError("line " + llvm::Twine(number) + ": " + what);
    };
    auto [name, value] = line.split('=');
    name = name.trim();
    value = value.trim();
    double cycles = 0;
    if (!line.contains('='))
      return wrong("found '" + line + "', expected name = cycles");
    if (!priceNamed(known, name))
      return wrong("found price '" + name + "', expected a name of Prices.def");
    // What is within the bound times any count is still a number.
    if (value.getAsDouble(cycles) || !(cycles >= 0 && cycles <= 1e9))
      return wrong("found '" + value + "' for " + name + ", expected cycles, 0 to 1e9");
    if (llvm::Error error = take(name, cycles))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error scratch::readPrices(llvm::StringRef text, MachineModel &model) {
  return forLines(text, [&](llvm::StringRef name, double cycles) {
    *priceNamed(model, name) = cycles;
    return llvm::Error::success();
  });
}

void scratch::writePrices(const MachineModel &model, llvm::raw_ostream &out,
                          llvm::function_ref<std::optional<std::string>(llvm::StringRef)> note) {
#define PRICE(member, initial, text)                                                              \
  if (std::optional<std::string> more = note(#member))                                            \
    out << llvm::formatv("{0,-18} = {1,-9:f4} # {2}{3}\n", #member, model.member, text, *more);
#include "passes/Strategy/Prices.def"
}

llvm::Expected<DictionaryAttr> scratch::parsePrices(MLIRContext *context, llvm::StringRef text) {
  NamedAttrList prices;
  Type f64 = Float64Type::get(context);
  llvm::Error error = forLines(text, [&](llvm::StringRef name, double cycles) {
    prices.set(name, FloatAttr::get(f64, cycles));
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return prices.getDictionary(context);
}

void scratch::applyPrices(DictionaryAttr prices, MachineModel &model) {
  if (!prices)
    return;
  for (NamedAttribute price : prices)
    if (auto cycles = dyn_cast<FloatAttr>(price.getValue()))
      if (double *member = priceNamed(model, price.getName()))
        *member = cycles.getValueAsDouble();
}
