//===- Partition.h - rows cut into chunks by all threads ---------*- C++ -*-===//
#ifndef SCRATCH_PASSES_CONVERSION_PIUMA_PARTITION_H
#define SCRATCH_PASSES_CONVERSION_PIUMA_PARTITION_H

#include "dialects/Scratch/Scratch.h"

namespace scratch {

/// BEFORE  %starts = scratch.partition %prefix rows(%n)
/// AFTER   %starts = scratch.allocate
///         piuma.spmd { for each of my chunks { search its first row; store } }
void lowerPartition(PartitionOp op);

} // namespace scratch

#endif // SCRATCH_PASSES_CONVERSION_PIUMA_PARTITION_H
