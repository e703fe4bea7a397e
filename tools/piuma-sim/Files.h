//===- Files.h - whole files in and out -------------------------*- C++ -*-===//
#ifndef SCRATCH_TOOLS_PIUMASIM_FILES_H
#define SCRATCH_TOOLS_PIUMASIM_FILES_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scratch::piuma {

/// Each gives what went wrong, or nothing.
std::optional<std::string> readFile(const std::string &path, std::string &out);
std::optional<std::string> readFile(const std::string &path, std::vector<uint8_t> &out);

/// The file appears under its name only when it is whole; what is no regular
/// file, such as a device, is written to.
std::optional<std::string> writeFile(const std::string &path, const std::string &text);

} // namespace scratch::piuma

#endif // SCRATCH_TOOLS_PIUMASIM_FILES_H
