//===- Merge.h - one attention out of its parts -----------------*- C++ -*-===//
#ifndef SCRATCH_PASSES_EXPAND_ATTENTION_MERGE_H
#define SCRATCH_PASSES_EXPAND_ATTENTION_MERGE_H

#include "passes/Expand/Attention/HeadTensors.h"

namespace scratch {

/// What the parts of the keys gave: f32 buffers, the part in front.
struct AttentionParts {
  mlir::Value count;      ///< index
  mlir::Value results;    ///< [part] + layout
  mlir::Value logSumExps; ///< [part, batch, head, token]
};

/// Writes the whole of `parts` to `result`, and to `logSumExp` unless it is null.
void mergeParts(LoopBuilder &b, const AttentionParts &parts, mlir::Value batches,
                mlir::Value heads, mlir::Value tokens, mlir::Value size,
                const HeadTensor &result, mlir::Value logSumExp);

} // namespace scratch

#endif // SCRATCH_PASSES_EXPAND_ATTENTION_MERGE_H
