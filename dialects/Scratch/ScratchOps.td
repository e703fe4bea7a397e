//===- ScratchOps.td - all operations of the dialect ----------*- tablegen -*-===//
#ifndef SCRATCH_OPS_TD
#define SCRATCH_OPS_TD

include "dialects/Scratch/KernelOps.td"
include "dialects/Scratch/LoopOps.td"

#endif // SCRATCH_OPS_TD
