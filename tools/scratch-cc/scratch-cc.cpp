//===- scratch-cc.cpp - compile a kernel ahead of time --------------------===//
#include "codegen/Aot/AheadOfTime.h"
#include "codegen/Driver/StrategyFlags.h"
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
  Text stopAfter{"stop-after", cl::cat(ours),
                 cl::desc("Write MLIR after import, select, expand, map or lower")};
  Text remarks{"remarks", cl::cat(ours), cl::desc("Write why to this file, as .yaml or text")};
  scratch::StrategyFlags strategy{ours};
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
  flags.strategy.apply(options.compile);
  options.input = flags.input;
  options.output = flags.output;
  options.header = flags.header;
  options.remarks = flags.remarks;
  options.stopAfter = flags.stopAfter;
  options.program = argv[0];
  auto warnings = scratch::compileAheadOfTime(options);
  if (!warnings)
    return fail(llvm::toString(warnings.takeError()));
  for (const std::string &text : *warnings)
    llvm::errs() << "warning: " << text << "\n";
  return 0;
}
