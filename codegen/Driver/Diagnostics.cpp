//===- Diagnostics.cpp - many diagnostics, one error ----------------------===//
#include "codegen/Driver/Diagnostics.h"

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace scratch;

std::string scratch::locationPrefix(Location location) {
  auto place = location->findInstanceOf<FileLineColLoc>();
  if (!place || place.getLine() == 0) // of the module as a whole
    return "";
  return (place.getFilename().getValue() + ":" + Twine(place.getLine()) + ":" +
          Twine(place.getColumn()) + ": ")
      .str();
}

/// One line: texts of verifiers may hold several.
static std::string textOf(Diagnostic &diagnostic) {
  SmallVector<StringRef> lines;
  std::string text = diagnostic.str();
  StringRef(text).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef &line : lines)
    line = line.trim();
  return locationPrefix(diagnostic.getLocation()) + llvm::join(lines, " ");
}

Diagnostics::Diagnostics(MLIRContext *context)
    : handler(context,
              [this](Diagnostic &diagnostic) { return take(diagnostic); }) {}

LogicalResult Diagnostics::take(Diagnostic &diagnostic) {
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error:
    if (firstError.empty())
      firstError = textOf(diagnostic);
    else
      notes.push_back(textOf(diagnostic));
    for (Diagnostic &note : diagnostic.getNotes())
      // A copy of the operation helps whoever works on the compiler; its user
      // has the line.
      if (!StringRef(note.str()).starts_with("see current operation"))
        notes.push_back(textOf(note));
    break;
  case DiagnosticSeverity::Warning:
    warningTexts.push_back(textOf(diagnostic));
    break;
  default:
    break;
  }
  return success();
}

llvm::Error Diagnostics::takeError(const Twine &otherwise) {
  std::string text = firstError.empty() ? otherwise.str() : firstError;
  for (const std::string &note : notes)
    text += "\nnote: " + note;
  firstError.clear();
  notes.clear();
  return llvm::createStringError(text);
}

void scratch::printError(llvm::raw_ostream &out, llvm::Error error) {
  out << "error: " << llvm::toString(std::move(error)) << "\n";
}
