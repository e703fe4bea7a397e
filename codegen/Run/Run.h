//===- Run.h - from a kernel and files to a checked, timed result -*- C++ -*-=//
#ifndef SCRATCH_CODEGEN_RUN_RUN_H
#define SCRATCH_CODEGEN_RUN_RUN_H

#include "codegen/Run/RunOptions.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace scratch {

/// Does what `options` say. The summary goes to `out`, or to `err` where a
/// file is written to standard output; notes and remarks go to `err`. Files are
/// written last and whole: after an error there are none. A program (see RunMain.h)
/// has standard output to itself.
llvm::Error runKernel(const RunOptions &options, llvm::raw_ostream &out, llvm::raw_ostream &err);

} // namespace scratch

#endif // SCRATCH_CODEGEN_RUN_RUN_H
