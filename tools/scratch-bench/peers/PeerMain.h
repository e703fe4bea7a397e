//===- PeerMain.h - what every peer's main does -----------------*- C++ -*-===//
//
// The protocol is in README.md. A peer says which variants it has for a task;
// serving them is done here.
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_TOOLS_SCRATCH_BENCH_PEERS_PEERMAIN_H
#define SCRATCH_TOOLS_SCRATCH_BENCH_PEERS_PEERMAIN_H

#include "codegen/Bench/TensorFile.h"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <sstream>

namespace peer {

using scratch::bench::FileTensor;

struct Task {
  std::string kernel, element, semiring;
  int threads = 1;
  std::vector<FileTensor> operands;
  /// By the graph's own edges.
  bool masked() const { return kernel == "triangles" || kernel == "ktruss"; }
  /// A square product's second operand is its first.
  bool same() const {
    return operands[0].columns == operands[1].columns && operands[0].rows == operands[1].rows;
  }
};

/// One way to compute the task.
struct Variant {
  std::string name;
  bool sorted;
  int threads;
  std::function<void()> drop;         ///< forget the last result; not timed
  std::function<void()> run;          ///< from ready operands to a finished result
  std::function<FileTensor()> result; ///< of the last run
};

/// Ends the peer: it cannot compute this.
[[noreturn]] inline void unsupported(const std::string &why) {
  std::cout << "unsupported " << why << std::endl;
  std::exit(0);
}

inline int serve(int argc, char **argv, std::function<std::vector<Variant>(Task &)> open) {
  Task task;
  if (argc < 7) {
    std::cerr << "error: found " << argc - 1
              << " arguments, expected KERNEL ELEMENT SEMIRING THREADS FILE ...; "
                 "peers are started by scratch-bench\n";
    return 1;
  }
  task.kernel = argv[1], task.element = argv[2], task.semiring = argv[3];
  task.threads = std::atoi(argv[4]);
  for (int k = 5; k < argc; ++k) {
    task.operands.emplace_back();
    if (!scratch::bench::readTensor(argv[k], task.operands.back())) {
      std::cerr << "error: " << argv[k] << ": found no tensor, expected one\n";
      return 1;
    }
  }
  std::vector<Variant> variants = open(task);
  for (const Variant &variant : variants)
    std::cout << "variant " << (variant.sorted ? "sorted " : "unsorted ") << variant.threads << " "
              << variant.name << "\n";
  std::cout << "ready" << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string verb, file;
    size_t number = variants.size();
    words >> verb >> number >> file;
    if (number >= variants.size())
      return 1;
    Variant &variant = variants[number];
    if (verb == "run") {
      variant.drop();
      auto start = std::chrono::steady_clock::now();
      variant.run();
      auto end = std::chrono::steady_clock::now();
      std::cout << "ms " << std::chrono::duration<double, std::milli>(end - start).count()
                << std::endl;
    } else if (verb == "save") {
      std::cout << (scratch::bench::writeTensor(file, variant.result()) ? "saved" : "failed")
                << std::endl;
    } else {
      return 1;
    }
  }
  return 0;
}

/// A result of a library, copied: `Position` and `Column` are its index types.
template <typename Value, typename Position, typename Column>
FileTensor sparseResult(int64_t element, int64_t rows, int64_t cols, const Position *positions,
                        const Column *columns, const Value *values) {
  FileTensor out;
  out.element = element;
  out.rows = rows, out.cols = cols, out.entries = positions[rows];
  out.positions.assign(positions, positions + rows + 1);
  out.columns.assign(columns, columns + out.entries);
  out.bytes.resize(out.entries * sizeof(Value));
  std::copy(values, values + out.entries, out.values<Value>());
  return out;
}

template <typename Value>
FileTensor denseResult(int64_t element, int64_t rows, int64_t cols, const Value *values) {
  FileTensor out;
  out.sparse = false;
  out.element = element;
  out.rows = rows, out.cols = cols, out.entries = rows * cols;
  out.bytes.resize(out.entries * sizeof(Value));
  std::copy(values, values + out.entries, out.values<Value>());
  return out;
}

} // namespace peer

#endif // SCRATCH_TOOLS_SCRATCH_BENCH_PEERS_PEERMAIN_H
