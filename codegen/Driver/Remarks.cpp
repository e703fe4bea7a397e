//===- Remarks.cpp - what select said, kept -------------------------------===//
#include "codegen/Driver/Remarks.h"

#include "codegen/Driver/Diagnostics.h"

#include "mlir/IR/Remarks.h"

#include "llvm/Remarks/RemarkSerializer.h"

using namespace mlir;
using namespace scratch;

namespace {
/// Keeps a remark as words and as YAML.
class Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  Collector(StrategyRemarks &remarks,
            std::unique_ptr<llvm::raw_string_ostream> out,
            std::unique_ptr<llvm::remarks::RemarkSerializer> serializer)
      : remarks(remarks), out(std::move(out)),
        serializer(std::move(serializer)) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    StrategyRemark kept;
    kept.place = locationPrefix(remark.getLocation());
    kept.function = remark.getFunction().str();
    kept.choice = remark.getRemarkName().str();
    for (const auto &argument : remark.getArgs())
      if (argument.key == "Reason")
        kept.why = argument.val;
      else
        kept.metrics.emplace_back(argument.key, argument.val);
    remarks.list.push_back(std::move(kept));
    serializer->emit(remark.generateRemark());
  }

private:
  StrategyRemarks &remarks;
  std::unique_ptr<llvm::raw_string_ostream> out;
  std::unique_ptr<llvm::remarks::RemarkSerializer> serializer;
};
} // namespace

llvm::Error scratch::collectRemarks(MLIRContext *context,
                                    StrategyRemarks &remarks) {
  auto out = std::make_unique<llvm::raw_string_ostream>(remarks.yaml);
  auto serializer =
      llvm::remarks::createRemarkSerializer(llvm::remarks::Format::YAML, *out);
  if (!serializer)
    return serializer.takeError();
  remark::RemarkCategories categories;
  categories.passed = "scratch-strategy";
  if (failed(remark::enableOptimizationRemarks(
          *context,
          std::make_unique<Collector>(remarks, std::move(out),
                                      std::move(*serializer)),
          std::make_unique<remark::RemarkEmittingPolicyAll>(), categories,
          /*printAsEmitRemarks=*/false)))
    return llvm::createStringError("remarks cannot be collected");
  return llvm::Error::success();
}

void StrategyRemarks::print(llvm::raw_ostream &out) const {
  for (const StrategyRemark &remark : list) {
    out << "remark: " << remark.place << "in " << remark.function << ": "
        << remark.choice << ": " << remark.why << " (";
    llvm::interleaveComma(remark.metrics, out, [&](auto &metric) {
      out << metric.first << " " << metric.second;
    });
    out << ")\n";
  }
}
