// Builds guest programs at test time and runs them.
#ifndef SCRATCH_TEST_PIUMASIM_GUEST_H
#define SCRATCH_TEST_PIUMASIM_GUEST_H

#include "runtime/piuma/sim/Simulator.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace guest {

using scratch::piuma::Machine;
using scratch::piuma::Options;
using scratch::piuma::Result;
using scratch::piuma::Simulator;

inline std::vector<uint8_t> readBytes(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string folder() {
  static const std::string path = [] {
    char name[] = "/tmp/piuma-test-XXXXXX";
    return std::string(mkdtemp(name));
  }();
  return path;
}

/// Compiles `source` (a .c with guest library, or a bare .S); empty on failure.
inline std::string build(const std::string &source, const std::string &extension) {
  static int number = 0;
  std::string base = folder() + "/" + std::to_string(number++);
  std::ofstream(base + extension) << source;
  std::string command = std::string(SCRATCH_CLANG) +
                        " --target=riscv64-unknown-elf -march=rv64imafd -mabi=lp64d "
                        "-mcmodel=medany -mno-relax -ffreestanding -O2 -nostdlib -static "
                        "-fuse-ld=lld -Wl,-T," SCRATCH_GUEST "/piuma.ld -I" SCRATCH_GUEST
                        " -o " +
                        base + ".elf " + base + extension;
  if (extension == ".c")
    command += " " SCRATCH_GUEST "/libpiuma_guest.a -Wl,-u,_start";
  return std::system(command.c_str()) == 0 ? base + ".elf" : "";
}
inline std::vector<uint8_t> buildC(const std::string &source) {
  return readBytes(build("#include \"piuma.h\"\n" + source, ".c"));
}
inline std::vector<uint8_t> buildAssembly(const std::string &source) {
  return readBytes(build(source, ".S"));
}

/// Loads and runs; a failure to load is in `error` too.
inline Result run(const std::vector<uint8_t> &elf, Options options = {},
                  Machine machine = {}) {
  if (options.maxInstructions == ~uint64_t(0))
    options.maxInstructions = 50'000'000;
  Simulator sim(machine, options);
  if (auto error = sim.load(elf))
    return {1, *error};
  return sim.run();
}

} // namespace guest

#endif // SCRATCH_TEST_PIUMASIM_GUEST_H
