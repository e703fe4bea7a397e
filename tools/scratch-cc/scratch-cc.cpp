//===- scratch-cc.cpp - compile a kernel ahead of time --------------------===//
#include "codegen/Aot/AheadOfTime.h"
#include "codegen/Driver/ToolFlags.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

namespace cl = llvm::cl;

namespace {
/// Made in main, after LLVM's own options (which know --stop-after too) are gone.
struct Flags {
  using Text = cl::opt<std::string>;
  cl::OptionCategory ours{"Options"};
  Text input{cl::Positional, cl::cat(ours), cl::desc("KERNEL.mlir")};
  Text output{"o", cl::cat(ours), cl::desc("Write this .o .so .a .s .ll .mlir or .elf")};
  Text header{"header", cl::cat(ours), cl::desc("Also write a C header to this file")};
  Text target{"target", cl::cat(ours), cl::init("x86"), cl::desc("x86 or piuma")};
  Text mcpu{"mcpu", cl::cat(ours), cl::desc("Processor; native unless the module names one")};
  Text stopAfter{"stop-after", cl::cat(ours),
                 cl::desc("Write MLIR after import, select, expand, map or lower")};
  Text remarks{"remarks", cl::cat(ours), cl::desc("Write why to this file, as .yaml or text")};
  Text dataflow{"dataflow", cl::cat(ours), cl::init("auto"),
                cl::desc("auto, inner, outer or row_wise")};
  const std::string kinds = "auto, " + scratch::accumulatorNames();
  Text accumulator{"accumulator", cl::cat(ours), cl::init("auto"), cl::desc(kinds)};
  Text phases{"phases", cl::cat(ours), cl::init("auto"), cl::desc("auto, one or two")};
  Text schedule{"schedule", cl::cat(ours), cl::init("auto"),
                cl::desc("auto, balanced, static or tokens")};
  Text hash{"hash", cl::cat(ours), cl::init("auto"),
            cl::desc("auto, multiplicative, high or low")};
  Text packing{"packing", cl::cat(ours), cl::init("auto"),
               cl::desc("Of pruned weights: auto, dense, csr, 4x1, 4x4, 2:4, bitmap or delta")};
  Text rewrites{"rewrites", cl::cat(ours), cl::init("auto"),
                cl::desc("Of attention: auto, none, or names joined by |")};
};
} // namespace

static int fail(llvm::StringRef text) {
  llvm::errs() << "error: " << text << "\n";
  return 1;
}

int main(int argc, char **argv) {
  scratch::forgetLibraryOptions();
  Flags flags;
  if (llvm::Error error = scratch::parseFlags(argc, argv, "Scratch ahead-of-time compiler\n"))
    return fail(llvm::toString(std::move(error)));
  scratch::AheadOfTimeOptions options;
  options.compile.select.target = flags.target;
  options.compile.select.dataflow = flags.dataflow;
  options.compile.select.accumulator = flags.accumulator;
  options.compile.select.phases = flags.phases;
  options.compile.select.packing = flags.packing;
  options.compile.select.schedule = flags.schedule;
  options.compile.select.hash = flags.hash;
  options.compile.select.rewrites = flags.rewrites;
  options.compile.cpu = flags.mcpu;
  options.input = flags.input;
  options.output = flags.output;
  options.header = flags.header;
  options.remarks = flags.remarks;
  options.stopAfter = flags.stopAfter;
  options.program = argv[0];
  if (llvm::Error error = scratch::compileAheadOfTime(options))
    return fail(llvm::toString(std::move(error)));
  return 0;
}
