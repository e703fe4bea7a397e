//===- Workload.h - one kernel on one matrix --------------------*- C++ -*-===//
//
//   spgemm     C = A A, or A A' where A is not square
//   triangles  C<L> = L L over plus_pair, L the graph of A with every edge once:
//              the sum of C is the number of triangles
//   ktruss     C<G> = G G over plus_pair, G the graph of A with every edge both ways:
//              for each edge the triangles that it is part of, a round of k-truss
//   spmm       Y = A X for a dense X
//   spmv       y = A x
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_BENCH_WORKLOAD_H
#define SCRATCH_CODEGEN_BENCH_WORKLOAD_H

#include "codegen/Bench/Csr.h"
#include "codegen/Bench/TensorFile.h"
#include "codegen/Run/RunOptions.h"

#include <memory>

namespace scratch::bench {

/// What is computed, before any matrix is known.
struct Task {
  std::string kernel; ///< spgemm, triangles, ktruss, spmm or spmv
  std::string element, semiring;
  int64_t columns = 0; ///< of the dense operand of spmm

  /// "spmm f32 x 64": for headings.
  std::string title() const;
  bool sparseResult() const { return kernel == "spgemm" || masked(); }
  bool masked() const { return kernel == "triangles" || kernel == "ktruss"; }
  /// Scratch's own kernel for it.
  void describe(RunOptions &options) const;

  /// An error names what does not exist or does not go together.
  static llvm::Expected<Task> make(const std::string &kernel, const std::string &element,
                                   const std::string &semiring, int64_t columns);
};

/// Operands and the expected result. Tensors borrow from `operands`.
struct Workload {
  std::string matrix;
  std::vector<FileTensor> operands; ///< A, B and, where there is one, the mask
  std::vector<scratch_tensor> tensors;
  scratch_tensor expected{}, magnitude{};
  double tolerance = 0;
  int64_t rows = 0, cols = 0, entries = 0; ///< of the matrix
  int64_t products = 0, resultEntries = 0;
  int64_t inputBytes = 0, resultBytes = 0;

  Workload() = default;
  Workload(const Workload &) = delete;
  ~Workload();

  /// What is wrong with a result; empty when it is right. Rows may be unsorted.
  std::string differs(const scratch_tensor &result) const;
};

/// The expected result is the reference's.
llvm::Expected<std::unique_ptr<Workload>> makeWorkload(const Task &task, const std::string &matrix);

/// A tensor that borrows the file tensor's arrays.
scratch_tensor borrow(const FileTensor &tensor);

} // namespace scratch::bench

#endif // SCRATCH_CODEGEN_BENCH_WORKLOAD_H
