//===- ToolFlags.cpp - the command line of a tool of ours -----------------===//
#include "codegen/Driver/ToolFlags.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

using namespace scratch;
namespace cl = llvm::cl;

void scratch::forgetLibraryOptions() {
  llvm::SmallVector<cl::Option *> others;
  for (auto &option : cl::getRegisteredOptions())
    if (!option.first.starts_with("help") && option.first != "version")
      others.push_back(option.second);
  for (cl::Option *option : others)
    option->removeArgument();
}

/// LLVM's complaints about a command line begin with "found", as ours do.
static std::string inOurWords(llvm::StringRef complaint) {
  if (complaint.consume_front("Unknown command line argument "))
    return ("found unknown option " + complaint).str();
  if (complaint.starts_with("Not enough positional"))
    return "found too few arguments";
  if (complaint.starts_with("Too many positional"))
    return "found too many arguments";
  return ("found " + complaint).str();
}

llvm::Error scratch::parseFlags(int argc, char **argv, llvm::StringRef overview) {
  std::string complaint;
  llvm::raw_string_ostream errors(complaint);
  if (cl::ParseCommandLineOptions(argc, argv, overview, &errors))
    return llvm::Error::success();
  llvm::StringRef tool = llvm::sys::path::filename(argv[0]);
  llvm::StringRef first = llvm::StringRef(complaint).trim().split('\n').first;
  first.consume_front(tool.str() + ": ");
  first = first.split("  Try: ").first.rtrim(" .!");
  return llvm::createStringError(inOurWords(first) + ", expected what " + tool + " --help lists");
}

llvm::Error scratch::readNumber(const cl::opt<std::string> &flag, int64_t least, int64_t most,
                                int64_t &number) {
  llvm::StringRef text = flag.getValue();
  if (!text.getAsInteger(10, number) && number >= least && number <= most)
    return llvm::Error::success();
  return llvm::createStringError("found --" + flag.ArgStr + "=" + text + ", expected " +
                                 llvm::Twine(least) + " to " + llvm::Twine(most));
}
