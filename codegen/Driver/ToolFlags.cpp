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
  if (complaint.starts_with("Not enough positional"))
    return "found too few arguments";
  if (complaint.starts_with("Too many positional"))
    return "found too many arguments";
  return ("found " + complaint).str();
}

/// Of an option's value, what was found and expected instead; an empty text if it is right.
static std::string valueFault(const cl::Option &option, llvm::StringRef argument, bool isLast) {
  auto [name, value] = argument.split('=');
  bool given = name.size() < argument.size();
  switch (option.getValueExpectedFlag()) {
  case cl::ValueRequired:
    if (!given && isLast)
      return ("found " + argument + " without a value, expected one").str();
    break;
  case cl::ValueDisallowed:
    if (given)
      return ("found " + argument + ", expected " + name).str();
    break;
  default: // an optional value without a name is yes or no
    static constexpr llvm::StringLiteral answers[] = {"",  "true", "TRUE",  "True", "1",
                                                      "0", "false", "FALSE", "False"};
    if (option.ValueStr.empty() && !llvm::is_contained(answers, value))
      return ("found " + argument + ", expected true or false").str();
  }
  return "";
}

/// What is wrong with the flags, or an empty text. LLVM finds it, too, but complains of an
/// option's value in a line of its own on stderr, and of what begins with the letter of a short
/// flag, which it takes for a group of those.
static std::string flagFault(llvm::ArrayRef<char *> arguments, llvm::StringRef tool) {
  const auto &options = cl::getRegisteredOptions();
  for (size_t at = 0; at < arguments.size() && llvm::StringRef(arguments[at]) != "--"; ++at) {
    llvm::StringRef argument = arguments[at], name = argument.split('=').first;
    if (!name.consume_front("-") || name.empty())
      continue;
    name.consume_front("-");
    auto option = options.find(name);
    if (option == options.end())
      return ("found unknown option '" + argument + "', expected what " + tool + " --help lists").str();
    std::string fault = valueFault(*option->second, argument, at + 1 == arguments.size());
    if (!fault.empty())
      return fault;
    if (option->second->getValueExpectedFlag() == cl::ValueRequired && !argument.contains('='))
      ++at;
  }
  return "";
}

llvm::Error scratch::parseFlags(int argc, char **argv, llvm::StringRef overview) {
  llvm::StringRef tool = llvm::sys::path::filename(argv[0]);
  if (std::string fault = flagFault(llvm::ArrayRef(argv + 1, argc - 1), tool); !fault.empty())
    return llvm::createStringError(fault);
  std::string complaint;
  llvm::raw_string_ostream errors(complaint);
  if (cl::ParseCommandLineOptions(argc, argv, overview, &errors))
    return llvm::Error::success();
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
