//===- Outputs.cpp - all files of a run, or none --------------------------===//
#include "codegen/Driver/Outputs.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace scratch;
namespace fs = llvm::sys::fs;

static llvm::Error cannotWrite(llvm::StringRef path, std::error_code code) {
  return llvm::createStringError(path + ": found no way to write it (" + code.message() +
                                 "), expected a writable file");
}

static llvm::Error writeTo(llvm::StringRef file, llvm::StringRef path, llvm::StringRef contents) {
  std::error_code code;
  llvm::raw_fd_ostream out(file, code);
  if (code)
    return cannotWrite(path, code);
  out << contents;
  out.flush();
  if (out.has_error()) {
    code = out.error();
    out.clear_error();
    return cannotWrite(path, code);
  }
  return llvm::Error::success();
}

Outputs::~Outputs() {
  for (const File &file : files)
    fs::remove(file.temporary);
}

bool Outputs::isStream(llvm::StringRef path) {
  return path == "-" ||
         (fs::exists(path) && !fs::is_regular_file(path) && !fs::is_directory(path));
}

/// Two outputs of one name would leave one of them.
llvm::Error Outputs::claim(llvm::StringRef path) {
  if (path == "/dev/null")
    return llvm::Error::success();
  if (llvm::is_contained(claimed, path))
    return llvm::createStringError("found '" + path +
                                   "' as the name of two outputs, expected different files");
  claimed.push_back(path.str());
  return llvm::Error::success();
}

llvm::Expected<std::string> Outputs::begin(llvm::StringRef path) {
  if (fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  llvm::SmallString<128> target;
  if (fs::real_path(path, target)) // not there yet
    target = path;
  // A protected file would be replaced, since only its folder is asked.
  if (fs::exists(target) && !fs::can_write(target))
    return cannotWrite(path, std::make_error_code(std::errc::permission_denied));
  // LLVM would make missing folders; a mistyped path is not a wish for them.
  llvm::StringRef folder = llvm::sys::path::parent_path(target);
  if (!folder.empty() && !fs::is_directory(folder))
    return cannotWrite(path, std::make_error_code(std::errc::no_such_file_or_directory));
  if (llvm::Error error = claim(target))
    return error;
  llvm::SmallString<128> model(folder), name;
  llvm::sys::path::append(model, ".%%%%%%." + llvm::sys::path::filename(target));
  if (std::error_code code = fs::createUniqueFile(model, name))
    return cannotWrite(path, code);
  files.push_back({target.str().str(), name.str().str()});
  return files.back().temporary;
}

llvm::Error Outputs::add(llvm::StringRef path, std::string contents) {
  if (isStream(path)) {
    if (llvm::Error error = claim(path))
      return error;
    streams.push_back({path.str(), std::move(contents)});
    return llvm::Error::success();
  }
  llvm::Expected<std::string> file = begin(path);
  if (!file)
    return file.takeError();
  return writeTo(*file, path, contents);
}

llvm::Error Outputs::make(llvm::StringRef path,
                          llvm::function_ref<llvm::Error(const std::string &file)> write) {
  if (!isStream(path)) {
    llvm::Expected<std::string> file = begin(path);
    return file ? write(*file) : file.takeError();
  }
  llvm::SmallString<128> name;
  if (std::error_code code = fs::createTemporaryFile("scratch", "out", name))
    return cannotWrite(path, code);
  llvm::FileRemover remover(name);
  if (llvm::Error error = write(name.str().str()))
    return error;
  auto contents = llvm::MemoryBuffer::getFile(name);
  if (!contents)
    return cannotWrite(path, contents.getError());
  return add(path, (*contents)->getBuffer().str());
}

llvm::Error Outputs::commit() {
  for (const Text &text : streams)
    if (llvm::Error error = writeTo(text.path, text.path, text.contents))
      return error;
  for (const File &file : files)
    if (std::error_code code = fs::rename(file.temporary, file.path))
      return cannotWrite(file.path, code);
  files.clear();
  return llvm::Error::success();
}
