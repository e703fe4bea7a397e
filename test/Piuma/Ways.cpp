//===- Ways.cpp - kernels, dataflows and inputs to interleave -------------===//
#include "test/Piuma/Ways.h"

#include <gtest/gtest.h>

#include <fstream>
#include <ostream>
#include <random>

using namespace scratch;

std::ostream &scratch::operator<<(std::ostream &out, const Way &way) { return out << way.name; }

std::vector<Way> scratch::allWays() {
  std::vector<Way> ways;
  const Way products[] = {
      {"V1", "spgemm", "row_wise", "shared_hash", "static"},
      {"V2", "spgemm", "row_wise", "shared_hash", "tokens"},
      {"V3", "spgemm", "row_wise", "fragments", "tokens"},
      {"Private", "spgemm", "row_wise", "hash", "auto"},
      {"Either", "spgemm", "row_wise", "auto", "auto"},
      {"Outer", "spgemm", "outer", "fragments", "auto"},
      {"OuterPrivate", "spgemm", "outer", "hash", "auto"},
  };
  auto add = [&](Way way, const char *suffix, auto change) {
    way.name += suffix;
    change(way);
    ways.push_back(way);
  };
  for (const Way &way : products) {
    add(way, "", [](Way &) {});
    add(way, "Unsorted", [](Way &w) { w.unsorted = true, w.element = "f32"; });
    add(way, "MinPlus", [](Way &w) { w.semiring = "min_plus", w.element = "i32"; });
    add(way, "MaxTimes", [](Way &w) { w.semiring = "max_times"; });
    add(way, "Masked", [](Way &w) { w.mask = Way::Masked; });
    add(way, "Complement", [](Way &w) { w.mask = Way::Complement, w.unsorted = true; });
    if (way.accumulator == "hash")
      continue;
    add(way, "High", [](Way &w) { w.hash = "high"; });
    add(way, "AnyPair", [](Way &w) { w.semiring = "any_pair", w.hash = "low"; });
  }
  Way inner{"Inner", "spgemm", "inner", "auto", "auto"};
  inner.mask = Way::Masked;
  add(inner, "", [](Way &) {});
  add(inner, "MinPlus", [](Way &w) { w.semiring = "min_plus", w.element = "f32"; });
  for (std::string kernel : {"spmv", "spmm", "sddmm"}) {
    Way way{kernel, kernel, "auto", "auto", "auto"};
    add(way, "", [](Way &) {});
    add(way, "Float", [](Way &w) { w.element = "f32"; });
    if (kernel != "sddmm")
      add(way, "MinPlus", [](Way &w) { w.semiring = "min_plus"; });
  }
  return ways;
}

void scratch::ask(const Way &way, RunOptions &options) {
  std::string machine = testing::TempDir() + "interleavings_machine";
  std::ofstream(machine) << "scratchpad_bytes = 4096\nthreads_per_mtp = 4\n";
  options.kernel = way.kernel;
  if (way.kernel == "spmm" || way.kernel == "sddmm")
    options.columns = 5;
  options.semiring = way.semiring;
  options.element = way.element;
  options.unsorted = way.unsorted;
  options.complement = way.mask == Way::Complement;
  if (way.mask != Way::NoMask)
    options.mask = "to be named";
  SelectOptions &select = options.compile.select;
  select.target = "piuma";
  select.dataflow = way.dataflow;
  select.accumulator = way.accumulator;
  select.schedule = way.schedule;
  select.hash = way.hash;
  options.simulation.mode = "check";
  options.simulation.machine = machine;
}

/// Entries where `present` says so, with small whole values.
template <typename Present>
static std::string matrix(const char *name, int rows, int columns, Present present) {
  std::string path = testing::TempDir() + "interleavings_" + name + ".mtx", body;
  int count = 0;
  for (int i = 1; i <= rows; ++i)
    for (int j = 1; j <= columns; ++j)
      if (present(i, j)) {
        body += std::to_string(i) + " " + std::to_string(j) + " " +
                std::to_string((i * 7 + j * 3) % 9 - 4) + "\n";
        ++count;
      }
  std::ofstream(path) << "%%MatrixMarket matrix coordinate real general\n"
                      << rows << " " << columns << " " << count << "\n" << body;
  return path;
}

std::vector<std::string> scratch::filesOf(const Way &way) {
  std::mt19937 random(1);
  std::vector<std::string> files = {
      SCRATCH_INPUT,
      matrix("hub", 40, 40, [](int i, int j) { return i == 7 || j == 9 || i == j; })};
  if (way.mask == Way::NoMask) // of a product whose shape is another than the mask's
    files.push_back(matrix("wide", 12, 90, [&](int i, int) { return i != 5 && random() % 6 == 0; }));
  return files;
}
