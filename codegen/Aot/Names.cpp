//===- Names.cpp - names of the source, fit for C -------------------------===//
//
// Stage: emit. MLIR keeps no names of values, but the location of an argument
// points at its `%name` in the text that was parsed.
//
//===----------------------------------------------------------------------===//
#include "codegen/Aot/Names.h"

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace scratch;

/// Words that cannot be names, in C11 or in C++17.
static bool isKeyword(StringRef name) {
  static const llvm::StringSet<> keywords = {
      "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool",
      "break", "case", "catch", "char", "char16_t", "char32_t", "class", "compl", "const",
      "const_cast", "constexpr", "continue", "decltype", "default", "delete", "do", "double",
      "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for",
      "friend", "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "noexcept",
      "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
      "register", "reinterpret_cast", "restrict", "return", "short", "signed", "sizeof",
      "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
      "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "union",
      "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq"};
  return keywords.contains(name);
}

static bool isLetter(char c) { return llvm::isAlpha(c) || c == '_'; }

bool scratch::isCIdentifier(StringRef name) {
  return !name.empty() && isLetter(name.front()) && !isKeyword(name) &&
         llvm::all_of(name, [](char c) { return isLetter(c) || llvm::isDigit(c); });
}

std::string scratch::toCIdentifier(StringRef text) {
  std::string name;
  for (char c : text)
    name += isLetter(c) || llvm::isDigit(c) ? c : '_';
  if (name.empty() || !isLetter(name.front()))
    name = "_" + name;
  if (isKeyword(name))
    name += "_";
  return name;
}

/// The `%name` that a location points at, if there is one.
static StringRef nameAt(FileLineColLoc location, const llvm::SourceMgr &source) {
  const llvm::MemoryBuffer *main = source.getMemoryBuffer(source.getMainFileID());
  if (location.getFilename() != main->getBufferIdentifier())
    return {};
  // The function is not const, though it only looks.
  llvm::SMLoc place = const_cast<llvm::SourceMgr &>(source).FindLocForLineAndColumn(
      source.getMainFileID(), location.getLine(), location.getColumn());
  if (!place.isValid() || place.getPointer() >= main->getBufferEnd())
    return {};
  StringRef rest(place.getPointer(), main->getBufferEnd() - place.getPointer());
  if (!rest.consume_front("%"))
    return {};
  return rest.take_while(
      [](char c) { return isLetter(c) || llvm::isDigit(c) || c == '.' || c == '$' || c == '-'; });
}

std::string scratch::sourceName(BlockArgument argument, const llvm::SourceMgr *source) {
  Location location = argument.getLoc();
  StringRef name;
  if (auto named = dyn_cast<NameLoc>(location))
    name = named.getName();
  else if (auto place = dyn_cast<FileLineColLoc>(location); place && source)
    name = nameAt(place, *source);
  // %0 and the like say nothing.
  if (name.empty() || llvm::isDigit(name.front()))
    return "arg" + std::to_string(argument.getArgNumber());
  return toCIdentifier(name);
}
