//===- Files.cpp - whole files in and out ---------------------------------===//
#include "tools/piuma-sim/Files.h"

#include <filesystem>
#include <fstream>
#include <system_error>

using namespace scratch::piuma;
namespace fs = std::filesystem;

/// In blocks, so that a folder is an error and a device without an end has one.
template <class Container>
static std::optional<std::string> read(const std::string &path, Container &out) {
  constexpr size_t kBlock = 1 << 20, kMostBytes = 1 << 30;
  std::ifstream in(path, std::ios::binary);
  bool opened = in.is_open();
  out.clear();
  while (in && out.size() <= kMostBytes) {
    size_t size = out.size();
    out.resize(size + kBlock);
    in.read(reinterpret_cast<char *>(out.data()) + size, kBlock);
    out.resize(size + size_t(in.gcount()));
  }
  if (!opened || in.bad())
    return path + ": cannot be read";
  if (out.size() > kMostBytes)
    return path + ": found more than 1 GiB, expected less";
  return std::nullopt;
}

std::optional<std::string> scratch::piuma::readFile(const std::string &path, std::string &out) {
  return read(path, out);
}

std::optional<std::string> scratch::piuma::readFile(const std::string &path,
                                                    std::vector<uint8_t> &out) {
  return read(path, out);
}

static bool write(const std::string &path, const std::string &text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  return bool(out);
}

std::optional<std::string> scratch::piuma::writeFile(const std::string &path,
                                                     const std::string &text) {
  std::error_code code;
  bool special = fs::exists(path, code) && !fs::is_regular_file(path, code);
  std::string made = special ? path : path + ".part";
  bool written = write(made, text);
  if (written && !special)
    fs::rename(made, path, code);
  if (written && !code)
    return std::nullopt;
  if (!special)
    fs::remove(made, code);
  return path + ": cannot be written";
}
