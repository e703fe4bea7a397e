//===- StrategyFlags.cpp - what every tool lets a user force --------------===//
#include "codegen/Driver/StrategyFlags.h"

using namespace scratch;
namespace cl = llvm::cl;

StrategyFlags::StrategyFlags(cl::OptionCategory &category)
    : kinds(("auto, " + accumulatorNames()).str()),
      target("target", cl::cat(category), cl::init("x86"), cl::desc("x86 or piuma (simulated)")),
      mcpu("mcpu", cl::cat(category),
           cl::desc("Processor, as LLVM names it; native unless the module names one")),
      dataflow("dataflow", cl::cat(category), cl::init("auto"),
               cl::desc("auto, inner, outer, row_wise")),
      accumulator("accumulator", cl::cat(category), cl::init("auto"), cl::desc(kinds)),
      phases("phases", cl::cat(category), cl::init("auto"), cl::desc("auto, one, two")),
      schedule("schedule", cl::cat(category), cl::init("auto"),
               cl::desc("auto, balanced, static, tokens")),
      hash("hash", cl::cat(category), cl::init("auto"),
           cl::desc("auto, multiplicative, high, low")),
      packing("packing", cl::cat(category), cl::init("auto"),
              cl::desc("Of pruned weights: auto, dense, csr, 4x1, 4x4, 2:4, bitmap, delta")),
      prices("prices", cl::cat(category), cl::value_desc("FILE"),
             cl::desc("What steps cost on the machine: lines of scratch-bench --calibrate")),
      rewrites("rewrites", cl::cat(category), cl::init("auto"),
               cl::desc("Of attention: auto, none, or names joined by |")),
      costs("costs", cl::cat(category),
            cl::desc("Print what every candidate would cost, a table per kernel")) {}

void StrategyFlags::apply(CompileOptions &options) const {
  options.select.target = target.getValue();
  options.select.dataflow = dataflow.getValue();
  options.select.accumulator = accumulator.getValue();
  options.select.phases = phases.getValue();
  options.select.schedule = schedule.getValue();
  options.select.hash = hash.getValue();
  options.select.packing = packing.getValue();
  options.select.rewrites = rewrites.getValue();
  options.select.costs = costs.getValue();
  options.cpu = mcpu;
  options.prices = prices;
}
