//===- Inputs.h - a tensor for every argument -------------------*- C++ -*-===//
//
// Files go to arguments in order: one to every sparse argument; a dense argument
// takes one when there are more files than sparse arguments left, else its
// values are generated (DenseInputs.h). A single file serves all sparse
// arguments; where the kernel is a product of two that could not agree in shape,
// the second one is the file's transpose.
//
//===----------------------------------------------------------------------===//
#ifndef SCRATCH_CODEGEN_RUN_INPUTS_H
#define SCRATCH_CODEGEN_RUN_INPUTS_H

#include "codegen/Run/Program.h"

#include <list>

namespace scratch {

/// A matrix has more rows, columns or entries than the kernel's indices reach.
class IndexOverflow : public llvm::ErrorInfo<IndexOverflow, llvm::StringError> {
public:
  using ErrorInfo::ErrorInfo;
  static char ID;
};

class Inputs {
public:
  Inputs() = default;
  Inputs(Inputs &&) = default;
  ~Inputs();

  /// One per argument; arguments may share buffers.
  std::vector<scratch_tensor> tensors;
  /// Where each comes from: a file's name, "transpose of ...", "generated ...".
  std::vector<std::string> sources;

  /// Keeps an owned tensor and gives a borrowed copy of it.
  scratch_tensor keep(const scratch_tensor &owned);

private:
  std::list<scratch_tensor> owned;
};

llvm::Expected<Inputs> loadInputs(const Program &program, const RunOptions &options);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_INPUTS_H
