//===- Csr.h - matrices that are measured on --------------------*- C++ -*-===//
#ifndef SCRATCH_CODEGEN_BENCH_CSR_H
#define SCRATCH_CODEGEN_BENCH_CSR_H

#include "runtime/abi/scratch.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace scratch::bench {

/// CSR with ascending columns, 32-bit indices and f64 values.
struct Csr {
  int64_t rows = 0, cols = 0;
  std::vector<int32_t> positions, columns;
  std::vector<double> values;

  int64_t entries() const { return columns.size(); }
};

/// Places that may repeat, one value each; repeated places are summed.
struct Entries {
  int64_t rows = 0, cols = 0;
  std::vector<int32_t> row, column;
  std::vector<double> value;

  void add(int64_t i, int64_t j, double v) {
    row.push_back(i), column.push_back(j), value.push_back(v);
  }
};

Csr compressed(const Entries &entries);
Csr transposed(const Csr &matrix);
/// Pattern of A + A' strictly below the diagonal, all values 1: the graph of A
/// with every edge once.
Csr lowerTriangle(const Csr &matrix);
/// The same graph with every edge both ways: the pattern of A + A' off the diagonal.
Csr graphOf(const Csr &matrix);

/// A Matrix Market file, or a generated matrix; see Generators.cpp for names.
llvm::Expected<Csr> loadMatrix(const std::string &name);
bool isGenerated(llvm::StringRef name);
llvm::Expected<Csr> generate(llvm::StringRef name);
/// For messages and help: what can be generated.
llvm::StringRef generatorSyntax();

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_CSR_H
